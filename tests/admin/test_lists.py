"""The lists and files: nothing in an address breaks them, nothing secret is in them, nothing in them runs."""

from __future__ import annotations

import csv
import io
import re

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.admin.lists import ListView
from marketplace.core.db import db
from marketplace.orders.services import answer_review, rate_order
from marketplace.web.sheets import inert
from tests.admin.conftest import LISTS, House
from tests.client import Browser
from tests.people import People

FORMULA = re.compile(r"^['\"]?[=+\-@\t\r]")


def rows_of(desk: Browser, address: str) -> list[list[str]]:
    answer = desk.get(address, buffered=True)
    assert answer.status_code == 200, address
    assert answer.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


@pytest.mark.parametrize("view", LISTS)
def test_no_argument_breaks_a_list(house: House, desk: Browser, view: str) -> None:
    slugs = re.findall(r'id="filter-(\w+)"', desk.get(f"/admin/{view}/").text)
    huge, text = str(10**20), "%F0%9F%98%80%27%22%3B--"
    queries = [
        *(f"page={value}" for value in ("-1", huge, "%C2%B2", "1e9", "", "x", "99999", "9" * 3000)),
        *(f"sort={value}" for value in ("-1", huge, "99", "x", "%C2%B2", "0", "1", "2", "3", "4", "5", "6", "7")),
        *(f"desc={value}" for value in (huge, "-1", "x")),
        *(f"search={value}" for value in (text, "%5C", "=%5C", "%5E%25_", "%25", "_", "x+" * 500, huge, "2026-999999")),
        *(
            f"{name}={value}"
            for name in slugs
            for value in (text, huge, "0001-01-01", "9999-12-31", "2026-02-30", "%C2%B2")
        ),
        "_scheme=javascript&_external=1&_method=POST&_anchor=x&endpoint=x&self=1",
        "flt0_0=x&flt1_999=x&page_size=999999999&url=%2Fadmin%2F",
    ]
    for query in queries:
        assert desk.get(f"/admin/{view}/?{query}").status_code in (200, 400, 422), query
    for query in ("page=-1&sort=99&search=%5C", "since=9999-12-31&status=x&role=x", "url=http%3A%2F%2F%5B"):
        assert desk.get(f"/admin/{view}/export/csv/?{query}", buffered=True).status_code in (200, 400, 422), query
    assert desk.get(f"/admin/{view}/?search=%00").status_code == 400
    assert desk.get(f"/admin/{view}/export/xlsx/").status_code in (302, 404)


@pytest.mark.parametrize("page", ["-1", "x", "²", "1e9", str(2**70)])
def test_a_page_that_cannot_be_is_refused_with_words(house: House, desk: Browser, page: str) -> None:
    answer = desk.get(f"/admin/orders/?page={page}")
    assert answer.status_code == 422
    assert "This page address is damaged" in answer.text


@pytest.mark.parametrize("address", ["orders/?status=zzz", "orders/?category=zzz", "accounts/?since=2026-02-30"])
def test_a_filter_that_cannot_be_is_refused_with_words_above_the_list(
    house: House, desk: Browser, address: str
) -> None:
    answer = desk.get(f"/admin/{address}")
    assert answer.status_code == 422
    assert address.partition("=")[2] in answer.text
    assert desk.get("/admin/orders/?status=new").status_code == 200


@pytest.mark.parametrize(
    "number", ["", "0", "-1", "x", "²", str(2**63), str(2**70), "1,2", "1&id=2", "1.0", "%00", "' OR 1=1"]
)
def test_a_wrong_id_is_a_page_that_does_not_exist(house: House, desk: Browser, number: str) -> None:
    for address in house.addresses():
        if "?id=" not in address or ("roles" in address and "&" in number):
            continue
        page = address.split("?")[0]
        for answer in (desk.get(f"{page}?id={number}"), desk.send(f"{page}?id={number}")):
            assert answer.status_code in (302, 400, 404, 405), (page, answer.status_code)
    for page in ("orders/hide", "orders/show", "reviews/hide", "reviews/show", "accounts/unblock"):
        assert desk.send(f"/admin/{page}/?id={number}").status_code in (400, 404, 409), page
    assert desk.send("/admin/accounts/action/", action="change_role", rowid=number).status_code in (302, 400, 404)


@pytest.mark.parametrize(
    "target", ["http://[", "//evil.example", "https://evil.example", "/\\evil.example", "/a%0d%0ab", "javascript:x"]
)
def test_admin_pages_return_to_this_site_only(house: House, desk: Browser, target: str) -> None:
    for page in ("/admin/categories/new/", f"/admin/categories/edit/?id={house.category.id}", "/admin/accounts/"):
        glue = "&" if "?" in page else "?"
        assert desk.get(f"{page}{glue}url={target}").status_code == 400
    answer = desk.send(f"/admin/orders/hide/?id={house.fresh.id}", url=target.replace("%0d%0a", "\r\n"))
    assert answer.status_code == 400
    assert house.fresh.hidden_at is None


def test_no_password_is_on_any_page_or_in_any_file(house: House, desk: Browser) -> None:
    secrets = [*db.session.scalars(select(Account.password)), *db.session.scalars(select(Account.fs_uniquifier))]
    for address in house.addresses() + house.exports():
        text = desk.get(address, buffered=True).text
        assert "$argon2" not in text, address
        assert not [secret for secret in secrets if secret in text], address


def test_exports_hold_no_formula(house: House, people: People, desk: Browser) -> None:
    evil = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\uff1d1+1")
    customer = people.customer(name="=HYPERLINK(1)", headline="@x", messenger="+7 999", about="-a\n=b")
    for title in evil:
        people.order(customer, title=title)
    desk.send(f"/admin/accounts/block/?id={customer.id}", reason="=1+1")
    for address in house.exports():
        for row in rows_of(desk, address):
            assert not [cell for cell in row if FORMULA.match(cell.removeprefix("'")) and not cell.startswith("'")], row
    titles = [row[1] for row in rows_of(desk, "/admin/orders/export/csv/?search=SUM")[1:]]
    assert titles == ["'@SUM(A1)"]


def test_cells_are_made_inert_and_nothing_else_is() -> None:
    assert [inert(text) for text in ("=1", "+1", "-1", "@a", "\ta", "\ra", "\na", "\uff0b1")] == [
        "'=1", "'+1", "'-1", "'@a", "'\ta", "'\ra", "'\na", "'\uff0b1"
    ]  # fmt: skip
    assert [inert(text) for text in ("", "a=1", "1-2", "'=1", " ")] == ["", "a=1", "1-2", "'=1", " "]


def test_an_export_follows_search_and_filters(house: House, desk: Browser) -> None:
    assert len(rows_of(desk, "/admin/orders/export/csv/")) == 4
    assert [row[6] for row in rows_of(desk, "/admin/orders/export/csv/?status=in_progress")] == [
        "Status",
        "in_progress",
    ]
    assert "password" not in " ".join(rows_of(desk, "/admin/accounts/export/csv/")[0]).lower()


def test_counting_stops_at_the_limit(
    house: House, people: People, desk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ListView, "count_limit", 2)
    monkeypatch.setattr(ListView, "page_size", 1)
    page = desk.page("/admin/orders/")
    assert "more than 2 rows" in page.text
    assert len(desk.page("/admin/orders/?page=1").select("td.col-number")) == 1
    assert desk.page("/admin/orders/?page=7").select("td.col-number") == desk.page("/admin/orders/?page=1").select(
        "td.col-number"
    )


def test_pages_do_not_repeat_rows(house: House, people: People, desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ListView, "page_size", 2)
    numbers = [
        cell.get_text(strip=True)
        for page in range(2)
        for cell in desk.page(f"/admin/orders/?sort=0&page={page}").select("td.col-number")
    ]
    assert len(numbers) == len(set(numbers)) == 3


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_admin_pages_fit_the_strict_content_policy(house: House, desk: Browser, locale: str) -> None:
    desk.set_cookie("locale", locale)
    for address in house.addresses():
        answer = desk.get(address)
        assert answer.status_code == 200, address
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "nonce" not in policy
        page = BeautifulSoup(answer.text, "html.parser")
        for element in page.find_all(True):
            inline = [name for name in element.attrs if name.startswith("on") or name == "style"]
            assert not inline, (address, element.name, inline)
            assert not str(element.get("href", "")).lower().startswith("javascript"), address
        assert all(script.get("src") for script in page.find_all("script")), address
        assert not page.find_all("style"), address
        assert page.select_one('form[action="/logout"]') and page.select_one('a.brand[href="/"]'), address


def test_the_page_is_drawn_in_the_chosen_theme(house: House, desk: Browser) -> None:
    desk.set_cookie("theme", "dark")
    page = desk.page("/admin/accounts/")
    assert page.html is not None and page.html["data-theme"] == "dark"


def test_a_long_review_is_folded_and_whole(house: House, people: People, desk: Browser) -> None:
    order = people.completed(house.performer, house.customer)
    words = "word " * 200 + "end"
    rate_order(order.id, rating=5, text=words, by=house.customer)
    answer_review(order.id, answer="<b>Thanks</b>", by=house.performer)
    db.session.commit()
    cell = desk.page("/admin/reviews/").select_one("td.col-text")
    assert cell is not None and cell.details is not None
    assert cell.details.get_text().split() == words.split()
    assert "<b>Thanks</b>" in cell.get_text() and cell.b is None
