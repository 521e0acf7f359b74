"""The board, by program."""

from __future__ import annotations

from typing import Any

from flask import current_app

from marketplace.api.protocol.operations import operation
from marketplace.api.schemas.board import BoardList, BoardQuery
from marketplace.core.text import one_line
from marketplace.orders.errors import EmptyRange
from marketplace.orders.queries.board import BoardFilter, Card, cards
from marketplace.web.guards import PUBLIC
from marketplace.web.language import select_locale
from marketplace.web.programs import API


@operation("GET", "/board", tag="board", query=BoardQuery, answer=BoardList, gate=PUBLIC)
def list_board(query: BoardQuery) -> BoardList:
    """List open orders.

    The newest first. Everybody may look, without signing in too.
    """
    if query.price_from is not None and query.price_to is not None and query.price_to < query.price_from:
        raise EmptyRange(field="price_to")
    wanted = BoardFilter(
        words=one_line(query.q),
        category=query.category or "",
        price_from=query.price_from,
        price_to=query.price_to,
        deadline_by=query.deadline_by,
        by_agreement=query.by_agreement,
    )
    page = cards(wanted, query.cursor, query.limit)
    locale, currency = select_locale(), current_app.config["CURRENCY"]
    items = [_item(card, locale, currency) for card in page.items]
    # Read as a whole: making a model of every part by itself takes four times as long.
    return BoardList.model_validate({"items": items, "next_cursor": page.next_cursor})


def _item(card: Card, locale: str, currency: str) -> dict[str, Any]:
    category = card.category
    return {
        "id": card.id,
        "number": card.number,
        "title": card.title,
        "excerpt": card.description,
        "category": {"id": category.id, "slug": category.slug, "name": category.name_in(locale)},
        "status": card.status,
        "pricing": card.pricing,
        "money_state": None,
        "price": card.price,
        "total": card.total,
        "currency": currency,
        "deadline": card.deadline,
        "customer": {"id": card.customer.id, "name": card.customer.name},
        "manager": None,
        "performer": None,
        "is_hidden": False,
        "created_at": card.created_at,
        "updated_at": card.updated_at,
        "links": {"self": f"{API}/orders/{card.id}", "page": f"/orders/{card.id}"},
    }
