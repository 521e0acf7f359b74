"""Lines of orders, by program."""

from __future__ import annotations

from marketplace.api.protocol.operations import operation, require_match
from marketplace.api.schemas.lines import LineIn, LineList, LineOut, LinePatch, LineProduct
from marketplace.api.schemas.values import Paged
from marketplace.orders import policies, services
from marketplace.orders.errors import NoSuchOrder
from marketplace.orders.models import Line, Order, OrderLine
from marketplace.orders.queries import lines as queries
from marketplace.orders.queries import orders
from marketplace.orders.services import LineInput
from marketplace.orders.services.dealing import locked_for
from marketplace.orders.states import Act
from marketplace.web.guards import PUBLIC
from marketplace.web.programs import API
from marketplace.web.viewer import account, viewer

ALL = "/orders/<id:order_id>/lines"
ONE = f"{ALL}/<id:line_id>"


@operation("GET", ALL, tag="lines", query=Paged, answer=LineList, gate=PUBLIC, errors=(404,))
def list_lines(order_id: int, query: Paged) -> LineList:
    """List the lines of an order.

    In their order. For whoever may read the order. The pages are of one and the same list: once its lines are others,
    or in another order, a cursor from before is a 422 (`cursor-refused`); begin again with the first page then.
    """
    page = queries.lines_page(viewed_order(order_id), query.cursor, query.limit)
    return LineList(items=[line_out(line) for line in page.items], next_cursor=page.next_cursor)


@operation("POST", ALL, tag="lines", body=LineIn, answer=LineOut, status=201, errors=(403, 404), is_tagged=True)
def post_line(order_id: int, body: LineIn) -> LineOut:
    """Add a line to an order.

    The last one. For the customer and the desk, as long as the order can be edited. A product comes with the name, the
    unit and the price that it has now; a name or a price that is sent with it must be the same.
    """
    wanted = LineInput(body.quantity, None, body.product_id, body.name or "", body.unit_price)
    return line_out(services.add_line(order_id, wanted, by=account()))


@operation("GET", ONE, tag="lines", answer=LineOut, gate=PUBLIC, errors=(404,), is_tagged=True)
def get_line(order_id: int, line_id: int) -> LineOut:
    """Read a line of an order.

    For whoever may read the order.
    """
    return line_out(queries.get_line(viewed_order(order_id), line_id))


@operation(
    "PATCH",
    ONE,
    tag="lines",
    body=LinePatch,
    answer=LineOut,
    errors=(403, 404, 409, 412),
    is_tagged=True,
)
def edit_line(order_id: int, line_id: int, body: LinePatch) -> LineOut:
    """Change a line of an order.

    For the customer and the desk, as long as the order can be edited. What came from a product keeps its name and its
    price: remove the line and add another.
    """
    _expect(order_id, line_id)
    sent = {name: getattr(body, name) for name in body.model_fields_set}
    return line_out(services.change_line(order_id, line_id, **sent, by=account()))


@operation("DELETE", ONE, tag="lines", errors=(403, 404, 409, 412))
def delete_line(order_id: int, line_id: int) -> None:
    """Remove a line from an order.

    For the customer and the desk, as long as the order can be edited. The lines behind it move up.
    """
    _expect(order_id, line_id)
    services.remove_line(order_id, line_id, by=account())


def viewed_order(order_id: int) -> Order:
    """The order, for whoever may read it; raises NoSuchOrder."""
    order = orders.get_order(order_id)
    if not policies.may_view(viewer(), order):
        raise NoSuchOrder
    return order


def line_out(line: OrderLine) -> LineOut:
    """The line as everybody sees it who reads its order."""
    own = f"{API}/orders/{line.order_id}"
    links = {"self": f"{own}/lines/{line.id}", "order": own}
    if line.product is not None and line.product.is_active:
        links["product"] = f"{API}/products/{line.product.id}"
    return LineOut(
        id=line.id,
        order_id=line.order_id,
        position=line.position,
        product=line_product(line),
        name=line.name,
        unit=line.unit,
        quantity=line.quantity,
        unit_price=line.unit_price,
        sum=line.sum,
        links=links,
    )


def line_product(line: Line) -> LineProduct | None:
    """The product of the line; what it is called now is nobody's business once it is off sale."""
    product = line.product
    if product is None:
        return None
    return LineProduct(id=product.id, name=product.name if product.is_active else line.name)


def _expect(order_id: int, line_id: int) -> None:
    """Refuses whoever may not edit the order, and those who have seen another state of the line; locks the order."""
    order = locked_for(Act.EDIT, order_id, account())
    require_match(line_out(queries.get_line(order, line_id)))
