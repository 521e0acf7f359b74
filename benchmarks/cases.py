"""Which pages of the board are measured, each with the same rows asked for by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

from benchmarks.floor import Condition
from benchmarks.market import COMMON_WORD, RARE_PRICE, RARE_WORD, Market
from marketplace.core import clock
from marketplace.core.paging import encode_cursor
from marketplace.orders.queries.board import BoardFilter

NO_WORD = "зюзьгинский"
BEFORE = "AND (o.created_at, o.id) < (%s, %s)"
SEARCH = "AND o.search @@ websearch_to_tsquery('russian', %s)"
LEXEMES = """
SELECT word FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS common (word, share)
WHERE tablename = 'orders' AND attname = 'search' AND share > 0.2 AND word ~ '^[а-я]{4,}$' ORDER BY word
"""


@dataclass(frozen=True)
class Case:
    """A page, or several that take turns, as an address of ours and as a condition of the floor's query."""

    name: str
    addresses: tuple[str, ...]
    conditions: tuple[Condition, ...]
    signed_in: bool = False


def make_cases(market: Market, turns: int, words: list[str]) -> list[Case]:
    """Every case for this market; those that never repeat have `turns` addresses."""
    moments = market.ask(
        "SELECT created_at, id FROM orders WHERE status IN ('new', 'quoting', 'quoted') AND hidden_at IS NULL"
        " ORDER BY 1 DESC, 2 DESC"
    )
    middle = [Random(turn).choice(moments[len(moments) // 4 : len(moments) * 3 // 4]) for turn in range(turns)]
    deadline = clock.today() + timedelta(days=14)
    slug = market.category.slug
    unheard = [(words[turn % len(words)], 1_000_000 + turn) for turn in range(turns)]
    return [
        _case("newest", {}),
        _case("newest", {}, signed_in=True),
        _page("second page", moments[24:25]),
        _page("page amid all, each another", middle),
        _case("category", {"category": slug}, "AND c.slug = %s", slug),
        _case(
            "price, wide",
            {"price_from": "11000", "price_to": "46000"},
            "AND o.total BETWEEN 1100000 AND 4600000",
        ),
        _case(
            "price, narrow",
            {"price_from": f"{RARE_PRICE - 1}", "price_to": f"{RARE_PRICE}"},
            "AND o.total BETWEEN 77677 AND 77777",
        ),
        _case(
            "price in a category",
            {"price_to": "46000", "category": slug},
            "AND o.total <= 4600000 AND c.slug = %s",
            slug,
        ),
        _case("by agreement", {"by_agreement": "y"}, "AND o.total IS NULL"),
        _case("deadline", {"deadline_by": deadline.isoformat()}, "AND o.deadline <= %s", deadline),
        _case("common word", {"q": COMMON_WORD}, SEARCH, COMMON_WORD),
        _case("rare word", {"q": RARE_WORD}, SEARCH, RARE_WORD),
        _case(
            "common word in a category",
            {"q": COMMON_WORD, "category": slug},
            f"{SEARCH} AND c.slug = %s",
            COMMON_WORD,
            slug,
        ),
        _case(
            "rare word in a category",
            {"q": RARE_WORD, "category": slug},
            f"{SEARCH} AND c.slug = %s",
            RARE_WORD,
            slug,
        ),
        _case(
            "nothing found",
            {"q": NO_WORD, "category": slug},
            f"{SEARCH} AND c.slug = %s",
            NO_WORD,
            slug,
        ),
        Case(
            "common word and price, each another",
            tuple(_address({"q": word, "price_to": str(price)}) for word, price in unheard),
            tuple((f"{SEARCH} AND o.total <= %s", (word, price * 100)) for word, price in unheard),
        ),
    ]


def common_words(market: Market) -> list[str]:
    """Words that more than every fifth order uses."""
    return [word for (word,) in market.ask(LEXEMES)]


def _case(name: str, filters: dict[str, str], condition: str = "", *values: Any, signed_in: bool = False) -> Case:
    return Case(name, (_address(filters),), ((condition, values),), signed_in)


def _page(name: str, last: list[tuple[Any, ...]]) -> Case:
    """Pages that begin after the given (created_at, id)."""
    whole = ("board", BoardFilter())
    addresses = [_address({"cursor": encode_cursor(whole, moment.isoformat(), row_id)}) for moment, row_id in last]
    return Case(name, tuple(addresses), tuple((BEFORE, row) for row in last))


def _address(filters: dict[str, str]) -> str:
    return f"/board?{urlencode(filters)}" if filters else "/board"
