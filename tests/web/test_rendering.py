"""What templates remember is what they would have made anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, g
from flask_babel import gettext

from config import LOCALES
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.web import rendering
from tests.client import Browser
from tests.people import People

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[object, object]]:
    """Parts of this test only."""
    parts: dict[object, object] = {}
    monkeypatch.setattr(rendering, "_parts", parts)
    yield parts


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("board.order_list", {}),
        ("board.order_list", {"q": "a&b", "cursor": "x"}),
        ("board.order_list", {"q": "ё", "page": 2}),
        ("orders.order_show", {"order_id": 7}),
        ("orders.order_show", {"order_id": 2**63 - 1}),
        ("static", {"filename": "css/theme.css"}),
    ],
)
@pytest.mark.parametrize("root", ["", "/market"])
def test_addresses_are_those_of_flask(app: Flask, endpoint: str, values: dict[str, int | str], root: str) -> None:
    address = app.jinja_env.globals["url_for"]
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
        for _ in range(2):
            assert address(endpoint, **values) == app.url_for(endpoint, **values)  # type: ignore[arg-type, operator]  # mixed


@pytest.mark.parametrize("locale", LOCALES)
def test_texts_are_translated_and_values_escaped(app: Flask, locale: str) -> None:
    with app.test_request_context():
        g.chosen_locale = locale
        for _ in range(2):
            assert rendering.translate("Board") == gettext("Board")
            assert (rendering.translate("Board") == "Board") is (locale == "en")
            assert rendering.translate("Due %(day)s", day="<b>") == gettext("Due %(day)s", day="&lt;b&gt;")


def test_a_card_tells_its_age_anew_and_keeps_the_rest(people: People, client: Browser) -> None:
    with clock.fixed(NOON):
        people.order(title="Paint the fence")
    ages = []
    for minutes in (10, 11, 90):
        with clock.fixed(NOON + timedelta(minutes=minutes)):
            time = client.page("/board").select_one(".order-card time")
        assert time is not None
        ages.append((time.get_text(strip=True), time["datetime"]))
    assert ages == [
        ("10 minutes ago", "2026-11-20T12:00:00+00:00"),
        ("11 minutes ago", "2026-11-20T12:00:00+00:00"),
        ("2 hours ago", "2026-11-20T12:00:00+00:00"),
    ]


def test_an_edited_order_has_another_card(people: People, client: Browser) -> None:
    order = people.order(title="Paint the fence")
    assert "Paint the fence" in client.page("/board").get_text()
    order.title = "Paint the gate"
    db.session.commit()
    assert "Paint the gate" in client.page("/board").get_text()


def test_what_people_type_is_not_remembered(
    people: People, client: Browser, nothing_remembered: dict[object, object]
) -> None:
    people.category()
    client.page("/board?q=first&price_from=10&price_to=20&deadline_by=2030-01-01")
    before = len(nothing_remembered)
    page = client.page("/board?q=second&price_from=11&price_to=21&deadline_by=2030-01-02")
    field = page.select_one("input[name=q]")
    assert field is not None and field["value"] == "second"
    assert len(nothing_remembered) == before


def test_a_filter_that_was_chosen_is_shown_as_chosen(people: People, client: Browser) -> None:
    people.category("python")
    people.category("design")
    for slug in ("python", "design", "python"):
        chosen = client.page(f"/board?category={slug}").select("option[selected]")
        assert [option["value"] for option in chosen] == [slug]


def test_memory_is_bounded(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "PARTS", 3)
    macro = app.jinja_env.get_template("macros/page.html").module.icon  # type: ignore[attr-defined]  # made by the template
    with app.test_request_context():
        for number in range(10):
            assert rendering.remember(macro, "check", shows=number) == macro("check")
            assert len(rendering._parts) <= 3
