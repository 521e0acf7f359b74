"""Finding products: filters, pages that neither skip nor repeat, and what a script gets while somebody types."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.catalog import services
from marketplace.catalog.queries import ProductFilter, price_history, product_suggestions, products_page
from marketplace.catalog.queries import products as queries
from marketplace.core.db import db
from marketplace.core.errors import Invalid
from marketplace.core.paging import encode_cursor
from tests.catalog.shelf import keeper, picture, product
from tests.people import People


def names(wanted: ProductFilter) -> list[str]:
    return [card.name for card in products_page(wanted).items]


@pytest.fixture
def shelf(people: People) -> People:
    """Four products, the newest last, and one that is off sale."""
    category = people.category("electric")
    product(people, name="Кабели витая пара", description="", price=Decimal("100"), category_id=category.id)
    product(people, name="Ёлка искусственная", description="", price=Decimal("2500.50"), pictures=[picture("green")])
    product(people, name="Office chair", description="For long cables", price=Decimal("9000"))
    product(
        people,
        name="Стяжка кабельная",
        description="",
        price=Decimal("12"),
        category_id=category.id,
        pictures=[picture()],
    )
    hidden = product(people, name="Кабель снятый", description="")
    services.hide_product(hidden.id, by=keeper(people))
    db.session.commit()
    return people


def test_the_newest_come_first_and_what_is_off_sale_not_at_all(shelf: People) -> None:
    everything = ["Стяжка кабельная", "Office chair", "Ёлка искусственная", "Кабели витая пара"]
    page = products_page(ProductFilter())
    assert [card.name for card in page.items] == everything
    assert (page.number, page.capped, page.next_cursor, page.is_first) == (4, False, None, True)
    assert names(ProductFilter(hidden=True)) == ["Кабель снятый"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (ProductFilter(words="кабель"), ["Кабели витая пара"]),
        (ProductFilter(words="cable"), ["Office chair"]),
        (ProductFilter(words="елка"), ["Ёлка искусственная"]),
        (ProductFilter(words="кабель -пара"), []),
        (ProductFilter(category="electric"), ["Стяжка кабельная", "Кабели витая пара"]),
        (ProductFilter(category="nowhere"), []),
        (
            ProductFilter(price_from=Decimal("100"), price_to=Decimal("2500.50")),
            ["Ёлка искусственная", "Кабели витая пара"],
        ),
        (ProductFilter(with_pictures=True), ["Стяжка кабельная", "Ёлка искусственная"]),
        (ProductFilter(with_pictures=True, category="electric", price_to=Decimal("50")), ["Стяжка кабельная"]),
    ],
)
def test_each_filter_finds_what_it_says(shelf: People, wanted: ProductFilter, found: list[str]) -> None:
    assert names(wanted) == found


def test_a_card_shows_the_first_picture(shelf: People) -> None:
    manager = keeper(shelf)
    (card,) = products_page(ProductFilter(words="искусственная")).items
    services.add_pictures(card.id, [picture("blue")], by=manager)
    db.session.commit()
    made = queries.get_product(card.id)
    services.move_picture(card.id, made.pictures[1].id, steps=-1, by=manager)
    db.session.commit()
    (card,) = products_page(ProductFilter(words="искусственная")).items
    assert card.digest == picture("blue").digest


@pytest.mark.parametrize("limit", [1000, 3])
def test_pages_neither_skip_nor_repeat_however_many_there_are(
    people: People, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(queries, "COUNT_LIMIT", limit)
    made = [product(people, name=f"Tie {number}").id for number in range(7)]
    seen: list[int] = []
    cursor = None
    while True:
        page = products_page(ProductFilter(words="tie"), cursor, size=2)
        assert (page.number, page.capped) == (min(7, limit), limit < 7)
        seen += [card.id for card in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
        # What is added meanwhile is newer than everything that is still to come.
        product(people, name="Newer")
    assert seen == made[::-1]


ALL = ("products", ProductFilter())


@pytest.mark.parametrize("cursor", ["x", "AAAA", encode_cursor(ALL, "2026-01-01", 1), encode_cursor(ALL, 1), "9" * 201])
def test_a_damaged_cursor_is_refused(people: People, cursor: str) -> None:
    product(people)
    with pytest.raises(Invalid):
        products_page(ProductFilter(), cursor)


def suggested(words: str, limit: int = 10) -> list[str]:
    return [card.name for card in product_suggestions(words, limit)]


def test_suggestions_find_what_somebody_has_not_finished_typing(shelf: People) -> None:
    assert suggested("каб") == ["Кабели витая пара", "Стяжка кабельная"]
    assert suggested("витая па") == ["Кабели витая пара"]
    assert suggested("ёл") == suggested("ел") == ["Ёлка искусственная"]
    assert suggested("Off") == suggested("chair off") == ["Office chair"]
    assert suggested("ничего") == []
    assert suggested("снят") == []


def test_suggestions_put_names_before_descriptions_and_start_with_the_newest(shelf: People) -> None:
    product(shelf, name="Zz cable", description="")
    assert suggested("cable") == ["Zz cable", "Office chair"]
    assert suggested("", 2) == ["Zz cable", "Стяжка кабельная"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60))
def test_no_words_break_the_search(people: People, words: str) -> None:
    product_suggestions(words, 5)
    products_page(ProductFilter(words=words))


def test_the_history_is_told_from_the_oldest_price_on(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    made = product(people)
    for price in (20, 30, 40):
        made.price = Decimal(price)
        db.session.commit()
    assert [row.price for row in price_history(made.id)] == [Decimal("12.50"), 20, 30, 40]
    monkeypatch.setattr(queries, "MOST_PRICES", 2)
    assert [row.price for row in price_history(made.id)] == [30, 40]
