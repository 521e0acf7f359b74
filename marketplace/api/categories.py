"""Categories as admins keep them, by program; the list of all stands with the products in `catalog`."""

from __future__ import annotations

from marketplace.api.catalog import category_fields
from marketplace.api.protocol.operations import operation, require_match
from marketplace.api.schemas.catalog import CategoryDetail, CategoryIn, CategoryPatch
from marketplace.catalog import queries, services
from marketplace.catalog.services import CATEGORY_FIELDS
from marketplace.orders.queries.categories import counted_category
from marketplace.orders.services import delete_category as delete_unused
from marketplace.web.guards import ADMINS, PUBLIC
from marketplace.web.viewer import account

ALL = "/categories"
ONE = f"{ALL}/<id:category_id>"


@operation("GET", ONE, tag="catalog", answer=CategoryDetail, gate=PUBLIC, errors=(404,), is_tagged=True)
def get_category(category_id: int) -> CategoryDetail:
    """Read a category.

    With its name in both languages. Everybody may, without signing in too.
    """
    return shown_category(category_id)


@operation(
    "POST",
    ALL,
    tag="catalog",
    body=CategoryIn,
    answer=CategoryDetail,
    status=201,
    gate=ADMINS,
    errors=(403,),
    is_tagged=True,
)
def post_category(body: CategoryIn) -> CategoryDetail:
    """Add a category.

    For admins. Orders can be posted in it at once, unless `is_active` is false. A `slug` that another category has is
    a 422.
    """
    return shown_category(services.create_category(**dict(body), by=account()).id)


@operation(
    "PATCH",
    ONE,
    tag="catalog",
    body=CategoryPatch,
    answer=CategoryDetail,
    gate=ADMINS,
    errors=(403, 404, 412),
    is_tagged=True,
)
def edit_category(category_id: int, body: CategoryPatch) -> CategoryDetail:
    """Change a category.

    For admins. `is_active: false` takes it out of use: what stands in it stays there, new orders go elsewhere. Another
    `slug` breaks addresses that people have kept.
    """
    by = account()
    services.require_category_keeper(by)
    category = queries.locked_category(category_id)
    require_match(shown_category(category_id))
    values = {name: getattr(category, name) for name in CATEGORY_FIELDS}
    values |= {name: getattr(body, name) for name in body.model_fields_set}
    services.edit_category(category_id, **values, by=by)
    return shown_category(category_id)


@operation("DELETE", ONE, tag="catalog", gate=ADMINS, errors=(403, 404, 409))
def delete_category(category_id: int) -> None:
    """Delete a category.

    For admins. One that orders, performers or products use is a 409: take it out of use instead, by PATCH.
    """
    delete_unused(category_id, by=account())


def shown_category(category_id: int) -> CategoryDetail:
    """The category as it is now; raises CategoryNotFound."""
    counted = counted_category(category_id)
    category = counted.category
    return CategoryDetail(
        **category_fields(counted), name_ru=category.name_ru, name_en=category.name_en, position=category.position
    )
