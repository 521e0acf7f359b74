"""SQL of the order list, built once per combination of filters and order.

There are two ways to a page. `walked` goes along an index within each pair of states and merges as many short walks: it
reads little however many orders match. `sorted_out` finds all orders that match and sorts them: it is for few of them.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    ClauseElement,
    ColumnElement,
    Executable,
    Select,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    func,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import load_only

from marketplace.accounts.models import Profile
from marketplace.orders.models import Order
from marketplace.orders.queries.order_list_conditions import (
    CONDITIONS,
    DRIVERS,
    KEYS,
    ORDERS,
    OWN,
    VISIBLE,
    WITHOUT_MONEY,
    Part,
    Shape,
    Sort,
)

PROFILES = cast(Table, Profile.__table__)


class Explain(Executable, ClauseElement):
    """EXPLAIN of a statement, which is not run."""

    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(Explain)
def _explain(element: Explain, compiler: Any, **kw: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **kw)}"


@cache
def walked(shape: Shape, driver: str, part: Part) -> Select[Any]:
    """One page of rows: the first `size` of each walk, merged with what is sorted out of the pairs that hold little."""
    hit, walks = _walks(shape, driver, part)
    found = select(hit.c.id, hit.c.key).select_from(walks)
    if not driver:
        pair, conditions = _pairs("sparse", driver)
        conditions += _of_part(shape, part)
        few = select(ORDERS.id, KEYS[shape.sort].label("key")).where(*conditions).lateral("few")
        found_few = select(few.c.id, few.c.key).select_from(pair.join(few, true()))
        found = select(union_all(found, found_few).subquery("found"))
    columns = found.selected_columns
    ids = found.order_by(*_order(columns.key, columns.id, shape.descending)).limit(bindparam("size"))
    return _rows(ids.cte("ids"), shape)


@cache
def walked_count(filters: tuple[str, ...], sort: Sort, driver: str) -> Select[Any]:
    """How many orders match, counted no further than `size`."""
    hit, walks = _walks(Shape(filters, sort, True), driver, Part.ALL)
    return select(func.count()).select_from(select(hit.c.id).select_from(walks).limit(bindparam("size")).subquery())


@cache
def counted_by_pair(filters: tuple[str, ...]) -> Select[Any]:
    """How many orders of each pair of states match, each counted no further than `size`."""
    pair, conditions = _pairs("dense", "")
    found = select(ORDERS.id).where(*conditions, *_conditions(filters)).limit(bindparam("size")).correlate(pair)
    return select(*pair.c, select(func.count()).select_from(found.subquery()).scalar_subquery()).select_from(pair)


@cache
def sorted_out(shape: Shape) -> Select[Any]:
    """One page of rows, out of all that match."""
    found = select(ORDERS.id, KEYS[shape.sort].label("key")).where(*_conditions(shape.filters)).cte("found")
    found = found.prefix_with("MATERIALIZED", dialect="postgresql")
    ids = select(found.c.id, found.c.key).order_by(*_order(found.c.key, found.c.id, shape.descending))
    match shape.after:
        case Part.WITHOUT_KEY:
            ids = ids.where(found.c.key.is_(None), _beyond(found.c, shape, Part.WITHOUT_KEY))
        case Part.WITH_KEY:
            ids = ids.where(or_(_beyond(found.c, shape, Part.WITH_KEY), found.c.key.is_(None)))
        case Part.ALL:
            ids = ids.where(_beyond(found.c, shape, Part.ALL))
    return _rows(ids.limit(bindparam("size")).cte("ids"), shape)


@cache
def sorted_out_count(filters: tuple[str, ...]) -> Select[Any]:
    """How many orders match, counted no further than `size`."""
    found = select(ORDERS.id).where(*_conditions(filters)).limit(bindparam("size"))
    return select(func.count()).select_from(found.subquery())


@cache
def count_found(filters: tuple[str, ...]) -> Select[Any]:
    """The same for words that an index finds; with the limit in sight the planner would read the table through."""
    found = (
        select(ORDERS.id).where(*_conditions(filters)).cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    )
    return select(func.count()).select_from(select(found.c.id).limit(bindparam("size")).subquery())


@cache
def count_newest(filters: tuple[str, ...]) -> Select[Any]:
    """The same for words that are everywhere: the newest with them are met at once."""
    found = select(ORDERS.id).where(*_conditions(filters)).order_by(ORDERS.created_at.desc(), ORDERS.id.desc())
    return select(func.count()).select_from(found.limit(bindparam("size")).subquery())


@cache
def expected(filters: tuple[str, ...]) -> Explain:
    """The plan of asking for all that match, as JSON."""
    return Explain(select(ORDERS.id).where(*_conditions(filters)))


@cache
def newest_with_words(shape: Shape) -> Select[Any]:
    """One page of rows by age, found whichever way the planner thinks best: it knows how common each word is."""
    ids = select(ORDERS.id, ORDERS.created_at.label("key")).where(*_conditions(shape.filters))
    if shape.after is not None:
        ids = ids.where(_beyond(ORDERS, shape, Part.ALL))
    # Without NULLS LAST, which is not the order of the index.
    newest = (ORDERS.created_at.desc(), ORDERS.id.desc())
    ids = ids.order_by(*(newest if shape.descending else (ORDERS.created_at.asc(), ORDERS.id.asc())))
    return _rows(ids.limit(bindparam("size")).cte("ids"), shape)


@cache
def one_row(scope: str) -> Select[Any]:
    """The row of order `id`, if it is on the list of whoever asks."""
    ids = select(ORDERS.id, ORDERS.created_at.label("key")).where(ORDERS.id == bindparam("id"), *_conditions((scope,)))
    return _rows(ids.cte("ids"), Shape((), Sort.CREATED, True))


def of_listed_orders(people: Select[int], column: str, *, is_secret: bool) -> Select[Any]:
    """Those of `people` who are the customer, the performer or the manager of an order on the list of `me`.

    With `is_secret`, and as managers, those of own orders only: more is not told of an order that `me` has just sent an
    offer for.
    """
    person = ORDERS[f"{column}_id"]
    orders = OWN if is_secret or column == "manager" else VISIBLE
    return select(person).where(orders, person.in_(people)).distinct()


@cache
def everything(shape: Shape) -> Select[Any]:
    """All rows that match, as columns, for exports."""
    customer, manager, performer = (PROFILES.alias(name) for name in ("customer", "manager", "performer"))
    return (
        select(
            ORDERS.number,
            ORDERS.title,
            ORDERS.category_id,
            ORDERS.customer_id,
            ORDERS.author_id,
            ORDERS.performer_id,
            customer.c.name.label("customer"),
            manager.c.name.label("manager"),
            performer.c.name.label("performer"),
            ORDERS.status,
            ORDERS.money_state,
            ORDERS.pricing,
            ORDERS.total,
            ORDERS.deadline,
            ORDERS.created_at,
            ORDERS.updated_at,
            ORDERS.hidden_at,
        )
        .select_from(Order.__table__)
        .join(customer, customer.c.account_id == ORDERS.customer_id)
        .outerjoin(manager, manager.c.account_id == ORDERS.manager_id)
        .outerjoin(performer, performer.c.account_id == ORDERS.performer_id)
        .where(*_conditions(shape.filters))
        .order_by(*_order(KEYS[shape.sort], ORDERS.id, shape.descending))
    )


def _pairs(name: str, driver: str) -> tuple[TableValuedAlias, list[ColumnElement[bool]]]:
    """The pairs of states that go in as two arrays, and what makes an order one of a pair."""
    arrays = [bindparam(f"{name}_{states}", type_=ARRAY(Text)) for states in ("statuses", "money")]
    if driver in WITHOUT_MONEY:
        pair = func.unnest(arrays[0]).table_valued("status").render_derived(name=name)
        return pair, [ORDERS.status.cast(Text) == pair.c.status]
    pair = func.unnest(*arrays).table_valued("status", "money").render_derived(name=name)
    return pair, [ORDERS.status.cast(Text) == pair.c.status, ORDERS.money_state.cast(Text) == pair.c.money]


def _walks(shape: Shape, driver: str, part: Part) -> tuple[Any, Any]:
    """The walk of one pair of states (and one value of the driver), and all of them joined."""
    key = KEYS[shape.sort]
    walks: Any
    walks, conditions = _pairs("dense", driver)
    conditions += _of_part(shape, part)
    if driver in DRIVERS:
        values = func.unnest(bindparam("driver", type_=ARRAY(BigInteger))).table_valued("value")
        values = values.render_derived(name="drivers")
        walks = walks.join(values, true())
        conditions.append(DRIVERS[driver] == values.c.value)
    order = [key.desc(), ORDERS.id.desc()] if shape.descending else [key.asc(), ORDERS.id.asc()]
    if driver == "unassigned":
        # PostgreSQL does not take IS NULL for a constant: said so, the order is that of the index.
        order.insert(0, ORDERS.manager_id.desc() if shape.descending else ORDERS.manager_id.asc())
    hit = (
        select(ORDERS.id, key.label("key")).where(*conditions).order_by(*order).limit(bindparam("size")).lateral("hit")
    )
    return hit, walks.join(hit, true())


def _of_part(shape: Shape, part: Part) -> list[ColumnElement[bool]]:
    """What all rows of a part meet, after the page before."""
    key = KEYS[shape.sort]
    conditions = _conditions(shape.filters)
    if part is not Part.ALL:
        conditions.append(key.is_not(None) if part is Part.WITH_KEY else key.is_(None))
    if shape.after is part:
        conditions.append(_beyond({"id": ORDERS.id, "key": key}, shape, part))
    return conditions


def _beyond(columns: Any, shape: Shape, part: Part) -> ColumnElement[bool]:
    """What comes after the last row of the page before, among the rows of its part."""
    row_id: ColumnElement[int] = columns["id"]
    if part is Part.WITHOUT_KEY:
        return row_id < bindparam("after_id") if shape.descending else row_id > bindparam("after_id")
    place = tuple_(columns["key"] if "key" in columns else columns["created_at"], row_id)
    last = tuple_(bindparam("after_key", type_=KEYS[shape.sort].type), bindparam("after_id", type_=BigInteger))
    return place < last if shape.descending else place > last


def _order(key: ColumnElement[Any], row_id: ColumnElement[Any], descending: bool) -> list[ColumnElement[Any]]:
    """Rows without a key come last, in either direction."""
    return [key.desc().nulls_last(), row_id.desc()] if descending else [key.asc(), row_id.asc()]


def _name_of(column: ColumnElement[Any]) -> Any:
    # A subquery takes PostgreSQL less time to plan than a join.
    return select(PROFILES.c.name).where(PROFILES.c.account_id == column).scalar_subquery()


def _rows(ids: CTE, shape: Shape) -> Select[Any]:
    return (
        select(
            Order,
            _name_of(ORDERS.customer_id).label("customer"),
            _name_of(ORDERS.manager_id).label("manager"),
            _name_of(ORDERS.performer_id).label("performer"),
        )
        .options(
            load_only(
                Order.number,
                Order.title,
                Order.category_id,
                Order.customer_id,
                Order.author_id,
                Order.performer_id,
                Order.manager_id,
                Order.status,
                Order.money_state,
                Order.pricing,
                Order.price,
                Order.total,
                Order.deadline,
                Order.created_at,
                Order.updated_at,
                Order.hidden_at,
            )
        )
        .join_from(ids, Order, Order.id == ids.c.id)
        .order_by(*_order(ids.c.key, ids.c.id, shape.descending))
    )


def _conditions(filters: tuple[str, ...]) -> list[ColumnElement[bool]]:
    return [CONDITIONS[name] for name in filters if name]
