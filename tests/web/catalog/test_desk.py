"""The desk's pages: products are written down, changed and shown with their pictures by managers and admins only."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, text

from marketplace.accounts.states import Role
from marketplace.catalog.models import MAX_PICTURES, Product
from marketplace.core.db import db
from marketplace.web.pictures import UPLOAD_LIMIT
from tests.catalog.shelf import drawing, picture, prices, product
from tests.client import Browser
from tests.people import People
from tests.web.catalog.conftest import upload

GOOD = {
    "name": "Soldering iron",
    "description": "60 W",
    "price": "1 499,90",
    "unit": "pcs",
    "category_id": "0",
    "source_url": "",
}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def everything() -> list[str]:
    tables = ("products", "product_pictures", "product_prices", "audit_entries")
    return [str(row) for table in tables for row in db.session.execute(text(f"SELECT * FROM {table} ORDER BY id"))]


def writes(made: Product) -> list[tuple[str, dict[str, Any]]]:
    """Every address that writes, with a form that it takes."""
    of = made.pictures[0].id
    return [
        ("/products/new", GOOD),
        (f"/products/{made.id}/edit", GOOD),
        (f"/products/{made.id}/hide", {}),
        (f"/products/{made.id}/show", {}),
        (f"/products/{made.id}/pictures/{of}/move", {"direction": "down"}),
        (f"/products/{made.id}/pictures/{of}/remove", {}),
    ]


def is_on_sale(made: Product) -> bool:
    return made.is_active


def stored(media: Path) -> list[str]:
    return sorted(path.name for path in media.rglob("*") if path.is_file())


@pytest.mark.parametrize("role", [None, Role.CUSTOMER, Role.PERFORMER, Role.OBSERVER])
def test_others_neither_see_the_desk_nor_write_anything(
    people: People, client: Browser, media: Path, role: Role | None
) -> None:
    made = product(people, pictures=[picture("red"), picture("blue")])
    if role is not None:
        client.sign_in(people.account(role))
    before = everything()
    for address in ("/products/new", f"/products/{made.id}/edit"):
        assert client.get(address).status_code == (302 if role is None else 403)
    for address, fields in writes(made):
        assert client.send(address, **fields).status_code == (401 if role is None else 403), address
    sent = client.send(f"/products/{made.id}/pictures", pictures=upload("a.png", drawing("green")))
    assert sent.status_code == (401 if role is None else 403)
    assert everything() == before and stored(media) == []


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN])
def test_who_runs_the_desk_writes_everywhere(people: People, client: Browser, media: Path, role: Role) -> None:
    made = product(people, pictures=[picture("red"), picture("blue")])
    client.sign_in(people.account(role))
    for address in ("/products/new", f"/products/{made.id}/edit"):
        assert client.get(address).status_code == 200
    for address, fields in writes(made):
        assert client.send(address, **fields).status_code == 302, address


def test_nothing_is_written_without_the_token(people: People, desk: Browser) -> None:
    made = product(people, pictures=[picture("red"), picture("blue")])
    before = everything()
    for address, fields in writes(made):
        assert desk.post(address, data=fields).status_code in (400, 422), address
    desk.post(f"/products/{made.id}/pictures", data={"pictures": upload("a.png", drawing("green"))})
    assert everything() == before


def test_a_product_is_written_down_with_its_pictures(people: People, desk: Browser, media: Path) -> None:
    category = people.category()
    files = [upload("a.png", drawing("red")), upload("b.svg", drawing("blue")), upload("a again.jpg", drawing("red"))]
    answer = desk.send("/products/new", **GOOD | {"category_id": str(category.id)}, pictures=files)
    made = db.session.scalars(select(Product)).one()
    assert answer.location == f"/products/{made.id}"
    assert (made.name, made.price, made.unit, made.category_id) == (
        "Soldering iron", Decimal("1499.90"), "pcs", category.id
    )  # fmt: skip
    assert [row.digest for row in made.pictures] == [picture("red").digest, picture("blue").digest]
    assert prices(made) == [Decimal("1499.90")]
    assert len(stored(media)) == 4
    page = desk.page(f"/products/{made.id}")
    assert "The product is in the catalogue." in page.text
    assert desk.get(str(page.select(".gallery-full img")[1]["src"])).data == picture("blue").content


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "   "),
        ("name", ""),
        ("name", "…"),
        ("name", "x" * 201),
        ("price", "NaN"),
        ("price", "-1"),
        ("price", "1e20"),
        ("price", "99999999999"),
        ("price", "0"),
        ("price", ""),
        ("price", "1.999"),
        ("unit", "x" * 21),
        ("description", "x" * 10_001),
        ("category_id", "99999"),
        ("category_id", "x"),
        ("source_url", "javascript:alert(1)"),
        ("source_url", "https://shop.example/" + "x" * 2000),
    ],
)
def test_what_cannot_be_comes_back_with_everything_typed_in_it(
    people: People, desk: Browser, field: str, value: str
) -> None:
    made = product(people)
    before = everything()
    for address in ("/products/new", f"/products/{made.id}/edit"):
        answer = desk.send(address, **GOOD | {"description": "Words that I typed"} | {field: value})
        assert answer.status_code == 422, address
        page = BeautifulSoup(answer.text, "html.parser")
        assert page.select_one(f"#{field}-error"), address
        assert page.select_one(f'[role=alert] a[href="#{field}"]'), address
        if field != "description":
            assert "Words that I typed" in answer.text
        if field in ("name", "price", "unit"):
            assert page.select_one(f"#{field}")["value"] == value.strip()  # type: ignore[index]  # it is there
    assert everything() == before


def test_a_megabyte_of_description_is_too_much_in_every_kind_of_form(desk: Browser) -> None:
    before = everything()
    fields: dict[str, Any] = GOOD | {"description": "x" * 1024**2, "csrf_token": desk.csrf_token()}
    assert desk.post("/products/new", data=fields).status_code == 413
    # Made here: the test client would leave a file open.
    parts = [f'--y\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    body = "\r\n".join([*parts, "--y--\r\n"]).encode()
    kind = "multipart/form-data; boundary=y"
    assert desk.post("/products/new", data=body, content_type=kind).status_code == 413
    assert everything() == before


def test_a_stranger_may_not_make_us_read_much(client: Browser) -> None:
    kind = "multipart/form-data; boundary=y"
    assert client.post("/products/new", data=b"x" * 2 * 1024**2, content_type=kind).status_code == 413


def test_a_heavy_picture_is_refused(people: People, desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    made = product(people)
    monkeypatch.setattr("marketplace.core.pictures.MAX_BYTES", 1000)
    heavy = drawing("green") + b"\0" * 1000
    answer = desk.send(f"/products/{made.id}/pictures", pictures=upload("heavy.png", heavy))
    assert answer.status_code == 422 and "heavy.png: The picture is larger than" in answer.text
    assert made.pictures == []


def test_editing_shows_what_is_there_and_saves_what_was_typed(people: People, desk: Browser) -> None:
    category = people.category()
    made = product(people, category_id=category.id, source_url="https://shop.example/" + "a" * 500)
    page = desk.page(f"/products/{made.id}/edit")
    typed = {str(one["name"]): str(one["value"]) for one in page.select("form.panel input[value]")}
    assert (typed["name"], typed["price"], typed["source_url"]) == ("Cable tie", "12.50", made.source_url)
    assert page.select_one("option[selected]")["value"] == str(category.id)  # type: ignore[index]  # it is there
    assert desk.send(f"/products/{made.id}/edit", **GOOD).status_code == 302
    assert (made.name, made.category_id, made.source_url) == ("Soldering iron", None, None)
    assert prices(made) == [Decimal("12.50"), Decimal("1499.90")]


def test_a_product_that_is_not_there_has_no_pages(people: People, desk: Browser) -> None:
    for address in ("edit", "hide", "show", "pictures", "pictures/1/move", "pictures/1/remove"):
        assert desk.send(f"/products/987654321/{address}", **GOOD, direction="up").status_code == 404, address
    assert desk.get("/products/987654321/edit").status_code == 404
    assert desk.get(f"/products/{2**70}/edit").status_code == 404


def test_pictures_are_added_in_order_and_once(people: People, desk: Browser, media: Path) -> None:
    made = product(people)
    address = f"/products/{made.id}/pictures"
    files = [upload("a.png", drawing("red")), upload("b.png", drawing("blue"))]
    assert desk.send(address, pictures=files).location == f"/products/{made.id}/edit#pictures-of-product"
    assert "2 pictures are added." in desk.page(f"/products/{made.id}/edit").text
    assert desk.send(address, pictures=upload("c.png", drawing("red"))).status_code == 302
    assert "has these pictures already" in desk.page(f"/products/{made.id}/edit").text
    assert [row.digest for row in made.pictures] == [picture("red").digest, picture("blue").digest]
    assert len(stored(media)) == 4


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("evil.png", SVG)], "evil.png: This is not a picture"),
        ([("good.png", drawing("green")), ("bad.jpg", b"\xff\xd8\xff")], "bad.jpg: This is not a picture"),
        ([("empty.png", b"")], "empty.png: The file is empty"),
        ([("half.png", drawing("green")[:-30])], "half.png: The picture is damaged"),
        ([("<b>.png", SVG)], "<b>.png: This is not"),
        ([], "Choose one picture or several."),
        ([("", b"")], "Choose one picture or several."),
    ],
)
def test_what_is_no_picture_is_refused_by_name_and_nothing_is_kept(
    people: People, desk: Browser, media: Path, files: list[tuple[str, bytes]], words: str
) -> None:
    made = product(people)
    before = everything()

    def sent() -> dict[str, Any]:
        return {"pictures": [upload(name, content) for name, content in files]} if files else {}

    answer = desk.send(f"/products/{made.id}/pictures", **sent())
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    error = page.select_one("#pictures-error")
    assert error is not None and words in error.text
    assert page.select_one("#name")["value"] == "Cable tie"  # type: ignore[index]  # it is there
    assert everything() == before and stored(media) == []
    # A new product may come without pictures, but not with what is none.
    is_refused = bool(files and files[0][0])
    assert desk.send("/products/new", **GOOD, **sent()).status_code == (422 if is_refused else 302)
    assert (everything() == before) is is_refused


def test_pictures_beyond_the_limit_are_refused_and_none_is_added(people: People, desk: Browser, media: Path) -> None:
    many = [picture(f"#00{number:02x}00") for number in range(0, 144, 12)]
    made = product(people, pictures=many)
    answer = desk.send(f"/products/{made.id}/pictures", pictures=upload("one.png", drawing("red")))
    assert answer.status_code == 422 and f"at most {MAX_PICTURES}" in answer.text
    assert len(made.pictures) == MAX_PICTURES and stored(media) == []


def test_a_body_beyond_the_limit_is_refused(people: People, desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    made = product(people)
    view: Any = desk.application.view_functions["catalog.picture_add"]
    assert view.file_limit == UPLOAD_LIMIT
    monkeypatch.setattr(view, "file_limit", 1000)
    answer = desk.send(f"/products/{made.id}/pictures", pictures=upload("a.png", b"x" * 2000))
    assert answer.status_code == 413
    # The other forms of the desk take no files at all.
    assert desk.send(f"/products/{made.id}/edit", **GOOD, pictures=upload("a.png", drawing())).status_code == 415


def test_pictures_are_put_in_order_and_removed_by_plain_forms(people: People, desk: Browser) -> None:
    made = product(people, pictures=[picture("red"), picture("blue")])
    first, second = (row.id for row in made.pictures)
    assert desk.send(f"/products/{made.id}/pictures/{second}/move", direction="up").status_code == 302
    assert [row.id for row in made.pictures] == [second, first]
    assert desk.send(f"/products/{made.id}/pictures/{first}/move", direction="sideways").status_code == 422
    assert desk.send(f"/products/{made.id}/pictures/{second}/remove").status_code == 302
    assert [row.id for row in made.pictures] == [first]
    page = desk.page(f"/products/{made.id}/edit")
    forms = [str(form["action"]) for form in page.select(".picture-rows form")]
    assert forms == [f"/products/{made.id}/pictures/{first}/remove"]


def test_another_products_picture_is_not_found(people: People, desk: Browser) -> None:
    mine, other = product(people, pictures=[picture()]), product(people, pictures=[picture("blue")])
    foreign = other.pictures[0].id
    before = everything()
    assert desk.send(f"/products/{mine.id}/pictures/{foreign}/move", direction="up").status_code == 404
    assert desk.send(f"/products/{mine.id}/pictures/{foreign}/remove").status_code == 404
    assert everything() == before


def test_hiding_and_showing_again(people: People, desk: Browser) -> None:
    made = product(people)
    assert desk.send(f"/products/{made.id}/hide").location == f"/products/{made.id}"
    assert is_on_sale(made) is False
    page = desk.page(f"/products/{made.id}")
    assert "only the desk sees this page" in page.text and "Order this" not in page.text
    assert desk.send(f"/products/{made.id}/show").status_code == 302
    assert is_on_sale(made) is True


def test_a_form_is_checked_before_it_is_sent(people: People, desk: Browser) -> None:
    before = everything()
    fields = GOOD | {"name": " ", "price": "NaN", "csrf_token": desk.csrf_token()}
    answer = desk.post("/products/new", data=fields, headers={"X-Check-Form": "1"})
    assert answer.json is not None and set(answer.json["errors"]) == {"name", "price"}
    assert everything() == before
