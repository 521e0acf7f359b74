"""Runs of the catalogue loader, by program: asked for, listed, watched."""

from __future__ import annotations

from typing import Any, cast

from marketplace.api.orders.showing import person_ref
from marketplace.api.protocol.operations import operation
from marketplace.api.protocol.outcomes import after_commit, until_commit
from marketplace.api.protocol.parts import Parts, read_file
from marketplace.api.schemas.loads import (
    LoadChoices,
    LoadFormat,
    LoadIn,
    LoadList,
    LoadOut,
    LoadReason,
    LoadState,
    LoadSummary,
)
from marketplace.api.schemas.values import Paged
from marketplace.catalog import queries, services
from marketplace.catalog.errors import NoSuchCategory
from marketplace.catalog.models import CatalogLoad
from marketplace.core import files
from marketplace.orders.errors import EmptyRange
from marketplace.web import loads
from marketplace.web.guards import DESK
from marketplace.web.programs import API
from marketplace.web.viewer import account

ALL = "/catalog/loads"
ONE = f"{ALL}/<id:load_id>"


@operation("GET", ALL, tag="catalog", query=Paged, answer=LoadList, gate=DESK, errors=(403,))
def list_loads(query: Paged) -> LoadList:
    """List runs of the loader.

    For the desk, the last one first. Why items were left out stands in each run.
    """
    page = queries.loads_page(query.cursor, query.limit)
    items = [LoadSummary(**_summary(load, skipped)) for load, skipped in page.items]
    return LoadList(items=items, next_cursor=page.next_cursor)


@operation("GET", ONE, tag="catalog", answer=LoadOut, gate=DESK, errors=(403, 404), is_tagged=True)
def get_load(load_id: int) -> LoadOut:
    """Watch a run of the loader.

    For the desk: how far it is, what came of it, and what was left out and why. Ask again every few seconds while it
    is `waiting` or `running`.
    """
    return load_out(queries.get_load(load_id))


@operation(
    "POST",
    ALL,
    tag="catalog",
    body=LoadIn,
    parts=Parts(loads.UPLOAD_LIMIT, most=1, field="file", words=LoadChoices),
    answer=LoadOut,
    status=202,
    gate=DESK,
    errors=(403,),
    is_tagged=True,
)
def post_load(body: LoadIn | LoadChoices) -> LoadOut:
    """Load products from elsewhere.

    For the desk. The source is a web address in JSON, or a file of up to 10 MB in a part called `file`, with the other
    fields in parts beside it. Names, pictures, descriptions and prices are read; reading the same source again brings
    its products up to date and adds none twice. The run goes on by itself: Location says where to watch it. Addresses
    of private networks are refused, and a third run at once is a 409.
    """
    by = account()
    if body.category_id is not None:
        try:
            queries.get_active_category(body.category_id)
        except NoSuchCategory:
            raise NoSuchCategory(field="category_id") from None
    options = options_of(body)
    name, content = None, b""
    if isinstance(body, LoadIn):
        source = body.url
        loads.check_address(source)
    else:
        source, content = loads.read_upload(read_file("file", besides=LoadChoices.model_fields))
        name = files.random_name()
    load = services.start_load(source=source, options={**options, "file": name}, by=by)
    until_commit(loads.kept(name, content))
    after_commit(loads.begin, load.id)
    return load_out(load)


def options_of(body: LoadChoices) -> dict[str, Any]:
    """The choices as the loader takes them."""
    low, high = (None if text is None else int(text) for text in (body.price_from, body.price_to))
    if low is not None and high is not None and high < low:
        raise EmptyRange(field="price_to")
    return loads.options_of(
        format=body.format, limit=body.limit, category_id=body.category_id, price_from=low, price_to=high
    )


def load_out(load: CatalogLoad) -> LoadOut:
    """The run with all that came of it."""
    run, asked = loads.shown(load), load.options
    low, high = asked.get("random_price") or (None, None)
    return LoadOut(
        **_summary(load, run.skipped),
        format=cast(LoadFormat, asked.get("format", "auto")),
        limit=asked.get("limit", loads.USUAL_ITEMS),
        category_id=asked.get("category_id"),
        price_from=None if low is None else str(low),
        price_to=None if high is None else str(high),
        error=run.error or None,
        reasons=[
            LoadReason(item=one.what, what="picture" if one.is_picture else "item", reason=one.why)
            for one in run.reasons
        ],
        more_reasons=len(load.skipped) - len(run.reasons),
    )


def _summary(load: CatalogLoad, skipped: int) -> dict[str, Any]:
    return {
        "id": load.id,
        "source": load.source,
        "status": cast(LoadState, loads.state_of(load)),
        "total": load.total,
        "done": load.done,
        "added": load.added,
        "updated": load.updated,
        "unchanged": loads.unchanged(load, skipped),
        "skipped": skipped,
        "started_by": None if load.account is None else person_ref(load.account),
        "started_at": load.started_at,
        "finished_at": load.finished_at,
        "links": {"self": f"{API}{ALL}/{load.id}", "page": f"/products/load/{load.id}"},
    }
