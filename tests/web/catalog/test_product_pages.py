"""The pages that everybody may look at: the list, one product, its pictures, the search for scripts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pytest

from marketplace.accounts.states import Role
from marketplace.catalog import services
from marketplace.catalog.models import Product
from marketplace.core import pictures
from marketplace.core.db import db
from tests.catalog.shelf import keeper, picture, product
from tests.client import Browser
from tests.people import People

ROLES = [None, *Role]


def visitor(people: People, client: Browser, role: Role | None) -> Browser:
    return client if role is None else client.sign_in(people.account(role))


def cards(client: Browser, query: str = "") -> list[str]:
    return [link.get_text(strip=True) for link in client.page(f"/products{query}").select(".product-card a")]


def shown(made: Product, media: Path) -> Product:
    """The product, with the files of its pictures where they belong."""
    for colour in ("red", "green", "blue"):
        pictures.store(pictures.folder(str(media)), picture(colour))
    return made


@pytest.mark.parametrize("role", ROLES)
def test_everybody_looks_at_the_catalogue(people: People, client: Browser, role: Role | None) -> None:
    made = product(people, name="Soldering iron", price=Decimal("1499.90"))
    browser = visitor(people, client, role)
    page = browser.page("/products")
    assert "Soldering iron" in page.text and "₽1,499.90" in page.text and "1 product" in page.text
    assert (page.select_one('a[href="/products/new"]') is not None) is (role in (Role.MANAGER, Role.ADMIN))
    shown_page = browser.page(f"/products/{made.id}")
    assert shown_page.h1 is not None and shown_page.h1.get_text(strip=True) == "Soldering iron"
    order = shown_page.select_one(f'a[href="/orders/new?product={made.id}"]')
    assert (order is not None) is (role in (Role.CUSTOMER, Role.MANAGER, Role.ADMIN))
    assert ("Sign in to order" in shown_page.text) is (role is None)


@pytest.mark.parametrize("role", ROLES)
def test_what_is_off_sale_does_not_exist_but_for_the_desk(people: People, client: Browser, role: Role | None) -> None:
    made = product(people, name="Secret tie")
    services.hide_product(made.id, by=keeper(people))
    db.session.commit()
    browser = visitor(people, client, role)
    is_keeper = role in (Role.MANAGER, Role.ADMIN)
    assert browser.get(f"/products/{made.id}").status_code == (200 if is_keeper else 404)
    assert cards(browser) == []
    assert cards(browser, "?hidden=y") == (["Secret tie"] if is_keeper else [])
    assert browser.get("/products/search.json?q=secret").json == {"items": []}


def test_filters_stay_in_the_address_and_in_the_form(people: People, client: Browser) -> None:
    category = people.category("electric")
    product(people, name="Cheap", price=Decimal("10"), category_id=category.id)
    product(people, name="Dear", price=Decimal("1000"), category_id=category.id, pictures=[picture()])
    assert cards(client, "?price_from=100") == ["Dear"]
    assert cards(client, "?price_to=100") == ["Cheap"]
    assert cards(client, "?category=electric&with_pictures=y") == ["Dear"]
    assert cards(client, "?q=cheap") == ["Cheap"]
    page = client.page("/products?q=nothing+at+all&category=electric")
    assert "Nothing matches" in page.text
    assert page.select_one("#q")["value"] == "nothing at all"  # type: ignore[index]  # it is there
    assert page.select_one("option[selected]")["value"] == "electric"  # type: ignore[index]


@pytest.mark.parametrize(
    "query",
    [
        "price_from=NaN",
        "price_from=-1",
        "price_to=1e20",
        "price_from=9&price_to=1",
        "category=nowhere",
        "q=" + "x" * 101,
    ],
)
def test_filters_that_cannot_be_are_refused_with_words_and_stay(people: People, client: Browser, query: str) -> None:
    product(people)
    answer = client.get(f"/products?{query}")
    assert answer.status_code == 422
    assert "Nothing was searched" in answer.text and "Cable tie" not in answer.text
    name, _equals, value = query.split("&")[0].partition("=")
    if name != "category":
        assert f'value="{value}"' in answer.text


def test_a_damaged_cursor_is_a_page_that_says_so(client: Browser) -> None:
    assert client.get("/products?cursor=x").status_code == 422


def test_an_empty_catalogue_says_what_to_do(people: People, client: Browser) -> None:
    assert "The catalogue is empty" in client.page("/products").text
    client.sign_in(keeper(people))
    assert client.page("/products").select_one('.empty a[href="/products/new"]')


def test_pages_lead_on_with_the_filters(people: People, client: Browser) -> None:
    for number in range(26):
        product(people, name=f"Tie {number}")
    first = client.page("/products?q=tie")
    following = first.select_one('a[rel="next"]')
    assert following is not None and "q=tie" in str(following["href"])
    second = client.page(str(following["href"]))
    names = [link.text for page in (first, second) for link in page.select(".product-card a")]
    assert names == [f"Tie {number}" for number in range(25, -1, -1)]


def test_a_product_shows_its_gallery_its_source_and_where_its_price_is_from(
    people: People, client: Browser, media: Path
) -> None:
    gallery = [picture(colour) for colour in ("red", "green", "blue")]
    address = "https://shop.example/<b>?a=1&b=2"
    made = shown(product(people, pictures=gallery, source_url=address, name="<b>Tie</b>"), media)
    page = client.page(f"/products/{made.id}")
    shown_files = [str(image["src"]) for image in page.select(".gallery-full img")]
    assert shown_files == [f"/media/pictures/{one.digest}" for one in gallery]
    assert len(page.select(".gallery-choice input[type=radio]")) == 3
    assert page.select(".gallery-full img")[0]["alt"] == "<b>Tie</b>, picture 1 of 3"
    source = page.select_one("a[rel~=nofollow]")
    assert source is not None and source["href"] == address
    assert set(source["rel"]) == {"nofollow", "noopener", "noreferrer"}
    assert source.text == "shop.example"
    assert page.select_one("time[datetime]")
    for file in shown_files:
        assert client.get(file).status_code == 200


def test_the_price_history_is_a_chart_and_a_table_as_soon_as_there_is_one(people: People, client: Browser) -> None:
    made = product(people, price=Decimal("100"))
    assert "Price history" not in client.page(f"/products/{made.id}").text
    for price in ("150", "120"):
        made.price = Decimal(price)
        db.session.commit()
    page = client.page(f"/products/{made.id}")
    chart = page.select_one("svg[role=img]")
    assert chart is not None and "from ₽100 to ₽120, at least ₽100, at most ₽150" in str(chart["aria-label"])
    rows = [
        [cell.get_text(strip=True) for cell in row.select("td")][1:] for row in page.select(".price-table tbody tr")
    ]
    assert rows == [["₽120", "−₽30"], ["₽150", "+₽50"], ["₽100", ""]]


def test_a_price_history_of_one_moment_is_drawn(people: People, client: Browser) -> None:
    made = product(people)
    made.price = Decimal("1")
    db.session.commit()
    made.price = Decimal("12.50")
    made.priced_at -= timedelta(days=1000)
    db.session.commit()
    assert client.get(f"/products/{made.id}").status_code == 200


def test_scripts_find_products_with_all_that_they_show(people: People, client: Browser, media: Path) -> None:
    plain = product(people, name="Cable tie <b>", price=Decimal("1499.90"), unit="шт.", description="One\n\ntwo")
    pictured = shown(product(people, name="Cable drum", price=Decimal("5"), pictures=[picture()]), media)
    answer = client.get("/products/search.json?q=cab&limit=5")
    assert answer.mimetype == "application/json"
    assert answer.json == {
        "items": [
            {
                "id": pictured.id,
                "name": "Cable drum",
                "unit": "pcs",
                "price": "5.00",
                "price_text": "₽5",
                "url": f"/products/{pictured.id}",
                "thumb": f"/media/pictures/{picture().digest}/thumb",
                "description": "Holds cables together.",
            },
            {
                "id": plain.id,
                "name": "Cable tie <b>",
                "unit": "шт.",
                "price": "1499.90",
                "price_text": "₽1,499.90",
                "url": f"/products/{plain.id}",
                "thumb": None,
                "description": "One two",
            },
        ]
    }


@pytest.mark.parametrize("limit", ["0", "-5", "x", "", str(10**30), "1e9", "²"])
def test_no_limit_and_no_words_break_the_search_for_scripts(people: People, client: Browser, limit: str) -> None:
    product(people)
    for words in ("cable", "x" * 500, "'\"\\;--", "%", "()&|!:*", "😀", ""):
        answer = client.get(f"/products/search.json?q={quote(words)}&limit={quote(limit)}")
        assert answer.status_code == 200
        assert answer.json is not None and len(answer.json["items"]) <= 1


def test_a_picture_is_kept_by_browsers_for_good_and_nothing_else_is_served(
    people: People, client: Browser, media: Path
) -> None:
    made = shown(product(people, pictures=[picture("red")]), media)
    digest = picture("red").digest
    for address, content in ((digest, picture("red").content), (f"{digest}/thumb", picture("red").thumb)):
        answer = client.get(f"/media/pictures/{address}")
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers
        assert answer.data == content
        again = client.get(f"/media/pictures/{address}", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
    # It is in the folder, but no product shows it.
    for unknown in (picture("green").digest, "a" * 64, "A" * 64, "x", f"{digest}.thumb", "..%2f..%2fconfig.py"):
        assert client.get(f"/media/pictures/{unknown}").status_code == 404
        assert client.get(f"/media/pictures/{unknown}/thumb").status_code == 404
    assert client.get(f"/media/pictures/{digest}/other").status_code == 404
    pictures.stored(pictures.folder(str(media)), digest).unlink()
    missing = client.get(f"/media/pictures/{digest}")
    assert missing.status_code == 404 and "immutable" not in missing.headers["Cache-Control"]
    assert made.pictures
