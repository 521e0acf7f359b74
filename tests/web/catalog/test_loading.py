"""The desk's pages of the loader: ask for a run, watch it, read why items were left out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.accounts.states import Role
from marketplace.catalog import queries, services
from marketplace.catalog.models import CatalogLoad, Product
from marketplace.catalog.states import LoadStatus
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.fetch import MOST_BYTES, NotPublic
from marketplace.web.starting import COMMAND
from tests.catalog.shelf import keeper
from tests.client import Browser
from tests.people import People
from tests.races.conftest import application_on
from tests.web.catalog.conftest import upload

# Nobody is asked for it: it is an address already, and public.
URL = "http://93.184.215.14/feed.xml"
GOOD = {"url": URL, "format": "auto", "limit": "50", "category_id": "0", "price_from": "", "price_to": ""}
GOODS = json.dumps([{"name": f"Desk {n}", "price": 5} for n in range(33)]).encode()


def loads() -> list[CatalogLoad]:
    return list(db.session.scalars(select(CatalogLoad).order_by(CatalogLoad.id)))


def run(people: People, **values: Any) -> CatalogLoad:
    load = services.start_load(source=URL, options={"format": "auto", "limit": 50}, by=keeper(people))
    for name, value in values.items():
        setattr(load, name, value)
    db.session.commit()
    return load


@pytest.mark.parametrize("role", [None, Role.CUSTOMER, Role.PERFORMER, Role.OBSERVER])
def test_others_see_no_page_of_the_loader(people: People, client: Browser, role: Role | None) -> None:
    load = run(people)
    if role is not None:
        client.sign_in(people.account(role))
    for path in ("/products/load", f"/products/load/{load.id}", f"/products/load/{load.id}/state"):
        assert client.get(path).status_code == (302 if role is None else 403)
    assert client.send("/products/load", **GOOD).status_code == (401 if role is None else 403)
    assert len(loads()) == 1


def test_a_manager_asks_for_a_run(desk: Browser, people: People) -> None:
    category = people.category("desks")
    wanted = {
        **GOOD,
        "format": "rss",
        "limit": "7",
        "category_id": str(category.id),
        "price_from": "100",
        "price_to": "5000",
    }
    answer = desk.send("/products/load", **wanted)
    (load,) = loads()
    assert answer.status_code == 302 and answer.location.endswith(f"/products/load/{load.id}")
    assert (load.source, load.status, load.account) == (URL, LoadStatus.WAITING, keeper(people))
    assert load.options == {
        "format": "rss",
        "limit": 7,
        "category_id": category.id,
        "random_price": [100, 5000],
        "file": None,
    }
    page = desk.page(f"/products/load/{load.id}")
    assert page.select_one("noscript meta[http-equiv=refresh]") is not None
    assert page.select_one("[data-load-state]") is not None
    assert page.select_one("progress") is not None
    assert URL in desk.page("/products/load").text


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://127.0.0.1/feed",
        "http://localhost/feed",
        "http://[::1]/",
        "http://2130706433/",
        "http://169.254.169.254/latest/",
        "http://10.0.0.1/",
        "http://93.184.215.14:22/",
        "file:///etc/passwd",
        "/etc/passwd",
        "ftp://example.com/",
        "https://user:word@example.com/",
        "http://" + "a" * 3000 + ".com/",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_is_not_read_is_refused_in_the_form(desk: Browser, url: str) -> None:
    answer = desk.send("/products/load", **{**GOOD, "url": url})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert loads() == []


def test_the_refusal_says_which_address_is_meant(desk: Browser) -> None:
    answer = desk.send("/products/load", **{**GOOD, "url": "http://127.0.0.1/feed"})
    assert NotPublic.message % {"host": "127.0.0.1"} in answer.text
    assert 'value="http://127.0.0.1/feed"' in answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": "pdf"},
        {"limit": "0"},
        {"limit": "9999"},
        {"limit": ""},
        {"category_id": "999999"},
        {"price_from": "-1"},
        {"price_from": "500", "price_to": "100"},
        {"price_to": "many"},
    ],
)
def test_a_wrong_choice_is_refused(desk: Browser, wrong: dict[str, str]) -> None:
    assert desk.send("/products/load", **{**GOOD, **wrong}).status_code == 422
    assert loads() == []


def test_a_file_may_be_sent_instead(desk: Browser, media: Path) -> None:
    answer = desk.send("/products/load", **{**GOOD, "url": "", "file": upload("../goods \u202e.json", GOODS)})
    assert answer.status_code == 302
    (load,) = loads()
    assert "\u202e" not in load.source
    (kept,) = [path for path in (media / "loads").rglob("*") if path.is_file()]
    assert kept.name == load.options["file"] and kept.read_bytes() == GOODS


def sent(desk: Browser, content: bytes, url: str = "") -> int:
    """The status for a form with a file; the body is put together here, because the client would spill it to disk."""
    fields = {**GOOD, "url": url, "csrf_token": desk.csrf_token()}
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()]
    head = '--x\r\nContent-Disposition: form-data; name="file"; filename="goods.json"\r\n\r\n'
    body = "".join([*parts, head]).encode() + content + b"\r\n--x--\r\n"
    return desk.post("/products/load", data=body, content_type="multipart/form-data; boundary=x").status_code


@pytest.mark.parametrize(
    ("content", "url"), [(b"", ""), (b"a" * (MOST_BYTES + 1), ""), (GOODS, URL)], ids=["empty", "large", "both"]
)
def test_a_file_that_cannot_be_taken_is_refused(desk: Browser, media: Path, content: bytes, url: str) -> None:
    assert sent(desk, content, url) == 422
    assert loads() == [] and not (media / "loads").exists()


def test_a_huge_file_is_not_even_read(desk: Browser) -> None:
    assert sent(desk, b"a" * (MOST_BYTES + 1024**2)) == 413
    assert loads() == []


def test_the_third_run_at_once_is_told_to_wait(desk: Browser, media: Path) -> None:
    for expected in (302, 302, 409):
        assert desk.send("/products/load", **GOOD).status_code == expected
    assert sent(desk, GOODS) == 409
    assert len(loads()) == 2 and not (media / "loads").exists()


def test_a_run_that_is_over_shows_counts_and_reasons(desk: Browser, people: People) -> None:
    skipped = [
        {
            "what": "<b>Desk</b>",
            "kind": "item",
            "message": "Its price is no number: %(text)s.",
            "values": {"text": "<i>"},
        },
        {"what": "Chair", "kind": "picture", "message": "The file is empty.", "values": {}},
        {"what": "Lamp", "kind": "item", "message": "A text of %(another)s release", "values": {"text": "x"}},
    ]
    load = run(people, status=LoadStatus.DONE, total=10, done=10, added=5, updated=2, skipped=skipped)
    page = desk.page(f"/products/load/{load.id}")
    assert page.select_one("[data-load-state]") is None and page.select_one("noscript meta") is None
    numbers = {place["data-text"]: place.text.strip() for place in page.select("[data-text]")}
    assert (numbers["added"], numbers["updated"], numbers["same"], numbers["skipped"]) == ("5", "2", "1", "2")
    rows = [[cell.text.strip() for cell in row.select("td")] for row in page.select("tbody tr")]
    assert rows[0] == ["<b>Desk</b>", "the whole item", "Its price is no number: <i>."]
    assert rows[1][1] == "a picture of it"
    assert rows[2][2] == "A text of %(another)s release"


def test_a_run_that_failed_says_why(desk: Browser, people: People) -> None:
    load = run(people)
    services.fail_load(load.id, NotPublic(host="inside.example"))
    db.session.commit()
    page = desk.page(f"/products/load/{load.id}")
    alert = page.select_one("[role=alert]")
    assert alert is not None and "inside.example is not an address of the public network" in alert.text


def test_a_run_that_died_says_so(desk: Browser, people: People) -> None:
    load = run(people, status=LoadStatus.RUNNING, seen_at=clock.now() - timedelta(minutes=5))
    page = desk.page(f"/products/load/{load.id}")
    assert page.select_one("[role=alert]") is not None
    assert page.select_one("[data-load-state]") is None
    assert "Broken off" in desk.page("/products/load").text


def test_the_state_says_the_same_to_a_script(desk: Browser, people: People) -> None:
    load = run(people, status=LoadStatus.RUNNING, total=2000, done=1500, added=1500)
    state = desk.get(f"/products/load/{load.id}/state").get_json()
    assert (state["state"], state["open"], state["total"], state["done"]) == ("running", True, 2000, 1500)
    assert state["texts"]["added"] == "1,500"
    services.finish_load(load.id)
    db.session.commit()
    assert desk.get(f"/products/load/{load.id}/state").get_json()["open"] is False
    assert desk.get("/products/load/999999/state").status_code == 404


def test_a_run_is_a_process_of_its_own_on_the_same_database(
    fresh_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with application_on(fresh_database()) as app:
        monkeypatch.setitem(app.config, "CATALOG_LOADER", COMMAND)
        monkeypatch.setitem(app.config, "MEDIA_PATH", str(tmp_path))
        people = People(app)
        browser = Browser.of(app).sign_in(people.manager())
        fields = {**GOOD, "url": "", "file": upload("goods.json", GOODS)}
        assert browser.send("/products/load", **fields).status_code == 302
        patience = time.monotonic() + 60
        while loads()[0].status is not LoadStatus.DONE and time.monotonic() < patience:
            db.session.rollback()
            db.session.expire_all()
            time.sleep(0.3)
        (load,) = loads()
        assert (load.status, load.added) == (LoadStatus.DONE, 33)
        assert db.session.scalar(select(func.count()).select_from(Product)) == 33
        assert not any(path.is_file() for path in (tmp_path / "loads").rglob("*"))
        assert not queries.has_died(load)
