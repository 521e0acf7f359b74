"""P17: text that people wrote is text on every page, whatever it looks like, and a link leads where links may lead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from markupsafe import escape
from sqlalchemy import Connection, text
from werkzeug.test import TestResponse

from tests.promises.crawl import SEARCHES, pages
from tests.promises.doors import doors
from tests.promises.town import Town, Who

FIELDS = {
    "profiles": ("name", "phone", "messenger", "site", "headline", "about"),
    "orders": ("title", "description"),
    "order_events": ("note",),
    "reviews": ("text", "answer"),
    "offers": ("message", "reason"),
    "comments": ("text",),
    "attachments": ("name",),
    "products": ("name", "description", "unit"),
    "saved_filters": ("name",),
    "catalog_loads": ("source", "error"),
    "categories": ("name_ru", "name_en"),
    "accounts": ("block_reason",),
    "account_sessions": ("user_agent",),
    "audit_entries": ("after",),
}
CANARIES = {
    f"c{number}z": (table, name) for number, (table, name) in enumerate((t, n) for t in FIELDS for n in FIELDS[t])
}
# A mark alone, at the end of an element or an attribute, is all that is left where text was cut to its first word.
UNESCAPED = re.compile(r"c\d+z(?:\"'|'>|['\"]?<b )")
ESCAPED = re.compile(r"(c\d+z)(?:&#34;|&quot;)")
SAFE_SCHEMES = {"", "http", "https", "mailto", "tel"}


def canary(mark: str) -> str:
    """Text that becomes an element of its own wherever it is not escaped: in text, attributes, titles and fields."""
    return f"{mark}\"'></title></textarea><b id={mark}>{{{{1331*1331}}}}"


def plant(connection: Connection) -> None:
    """Writes a canary into every text of every row."""
    for table in ("order_events", "audit_entries"):
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    for mark, (table, column) in CANARIES.items():
        value = text(f"UPDATE {table} SET {column} = :value").bindparams(value=canary(mark))
        if table == "audit_entries":
            value = text(f"UPDATE {table} SET {column} = jsonb_build_object('reason', :value)").bindparams(
                value=canary(mark)
            )
        if column == "answer":
            value = text("UPDATE reviews SET answer = :value, answered_at = now()").bindparams(value=canary(mark))
        if table == "products" and column == "unit":
            value = text("ALTER TABLE products DROP CONSTRAINT ck_products_unit_length; " + str(value)).bindparams(
                value=canary(mark)
            )
        if column == "block_reason":
            value = text("UPDATE accounts SET block_reason = :value WHERE NOT active").bindparams(value=canary(mark))
        connection.execute(value)
    links = [
        "javascript:alert(1)",
        "https://example.com/\"onclick='x'",
        "data:text/html,<b>",
        " JaVaScRiPt:x",
        "//e.example",
    ]
    connection.execute(text("UPDATE profiles SET links = :links").bindparams(links=links))


@pytest.fixture
def infested(town: Town) -> Iterator[Town]:
    """The town with a canary in every text."""
    with town.undone() as connection:
        plant(connection)
        yield town


def test_a_canary_that_is_not_escaped_would_be_found() -> None:
    text = canary("c1z")
    assert UNESCAPED.search(text) and UNESCAPED.search(text.replace('"', "")) and UNESCAPED.search("c1z<b id=c1z>")
    assert ESCAPED.search(str(escape(text))) and not UNESCAPED.search(str(escape(text)))


def holes(answer: TestResponse) -> list[str]:
    """Where a canary became more than text, and links that run code."""
    if answer.mimetype != "text/html":
        return []
    found = UNESCAPED.findall(answer.text)
    page = BeautifulSoup(answer.text, "html.parser")
    found += [str(element)[:80] for element in page.select("b[id]") if element["id"] in CANARIES]
    for element in page.select("[href], [src], [action], [formaction]"):
        for name in ("href", "src", "action", "formaction"):
            address = str(element.get(name, "")).strip()
            if urlsplit(address).scheme.lower() not in SAFE_SCHEMES:
                found.append(f"{name}={address}")
    found += [
        str(element)[:80] for element in page.find_all(True) if any(name.startswith("on") for name in element.attrs)
    ]
    if "1771561" in answer.text:
        found.append("runs templates out of text")
    return found


def test_no_text_of_anybody_becomes_more_than_text(infested: Town, figure: Callable[[str], None]) -> None:
    wrong, number, seen = [], 0, set()
    for who in (Who.ANONYMOUS, Who.OWNER, Who.PERFORMER, Who.MANAGER, Who.OBSERVER, Who.ADMIN):
        for address, answer in pages(infested, who):
            number += 1
            seen |= set(ESCAPED.findall(answer.get_data().decode("utf-8", "replace")))
            wrong += [f"{address} as {who}: {hole}" for hole in holes(answer)]
    assert wrong == []
    assert set(CANARIES) - seen == set(), "a canary that is shown nowhere proves nothing"
    figure(f"P17: {len(wrong)} holes of {len(CANARIES)} text fields on {number} pages")


def test_no_message_after_an_act_becomes_more_than_text(infested: Town) -> None:
    wrong, seen = [], set()
    for door in doors():
        who = Who.ADMIN if door.path.startswith("/admin") else Who.PERFORMER
        if door.method != "POST" or door.answers[who] not in (302, 409) or door.path == "/logout":
            continue
        browser = infested.browser(who)
        fields = {name: infested.fill(value) for name, value in door.fields.items()}
        answer = browser.post(infested.path(door.path), data={**fields, "csrf_token": infested.keys[who].token})
        for page in (answer, browser.get(answer.location)) if answer.location else (answer,):
            seen |= set(ESCAPED.findall(page.text))
            wrong += [f"{door}: {hole}" for hole in holes(page)]
    assert wrong == []
    assert seen


@pytest.mark.parametrize("who", [Who.ANONYMOUS, Who.ADMIN])
def test_nothing_that_stands_in_an_address_becomes_more_than_text(town: Town, who: Who) -> None:
    browser = town.browser(who)
    mark = next(iter(CANARIES))
    others = (
        "/login?next={}",
        "/register?next={}",
        "/board?cursor={}",
        "/board?category={}",
        "/board?price_from={}",
        "/{}",
    )
    for address in (*SEARCHES, *others, "/admin/accounts/?role={}", "/admin/accounts/?url={}", "/customer?show={}"):
        answer = browser.get(address.format("/" + canary(mark)))
        assert holes(answer) == [], address


def test_a_file_is_offered_as_a_file(infested: Town) -> None:
    for view in (
        "accounts",
        "profiles",
        "categories",
        "orders",
        "reviews",
        "history",
        "audit",
        "products",
        "offers",
        "comments",
        "files",
    ):
        answer = infested.ask(Who.ADMIN, "GET", f"/admin/{view}/export/csv/")
        assert answer.mimetype == "text/csv"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
