"""Runs of the catalogue loader by program: asked for, refused, watched, listed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from marketplace.accounts.models import Account
from marketplace.catalog import services
from marketplace.catalog.models import CatalogLoad, Product
from marketplace.catalog.states import LoadStatus
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.fetch import MOST_BYTES, NotPublic
from marketplace.web import loads
from marketplace.web.programs import API
from marketplace.web.starting import COMMAND
from tests.api.counting import selects
from tests.api.program import Program, told
from tests.api.sending import MULTIPART, failing_commit, unread
from tests.catalog.shelf import keeper
from tests.people import People
from tests.races.conftest import application_on
from tests.web.talking import media, on_disk

__all__ = ["media"]

Make = Callable[[Account | None], Program]

PATH = "/catalog/loads"
# Nobody is asked for it: it is an address already, and public.
URL = "http://93.184.215.14/feed.xml"
GOODS = json.dumps([{"name": f"Desk {n}", "price": 5} for n in range(33)] + [{"name": "Free"}]).encode()


def runs() -> list[CatalogLoad]:
    db.session.expire_all()
    return list(db.session.scalars(select(CatalogLoad).order_by(CatalogLoad.id)))


def run(people: People, **values: Any) -> CatalogLoad:
    """A run that somebody asked for before; more may be under way than services would begin."""
    load = CatalogLoad(account_id=keeper(people).id, source=URL, options={"format": "auto", "limit": 50}, **values)
    db.session.add(load)
    db.session.commit()
    return load


def upload(asker: Program, content: bytes = GOODS, name: str = "goods.json", /, **parts: Any) -> TestResponse:
    """Sends a file, with other parts beside it."""
    boundary, data = encode_multipart({"file": FileStorage(BytesIO(content), name), **parts})
    return asker.ask("POST", PATH, data=data, content_type=f"multipart/form-data; boundary={boundary}")


@pytest.fixture
def desk(people: People, program: Make, media: Path) -> Program:
    """The program of a manager."""
    return program(keeper(people))


class TestAsking:
    """What is begun."""

    def test_a_run_is_asked_for_and_begun_after_the_commit(
        self, people: People, desk: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun: list[int] = []
        monkeypatch.setattr(loads, "start_process", begun.append)
        category = people.category("desks")
        wanted = {
            "url": URL,
            "format": "rss",
            "limit": 7,
            "category_id": category.id,
            "price_from": "100",
            "price_to": "5000",
        }
        answer = desk.ask("POST", PATH, wanted)
        made = told(answer, 202)
        (load,) = runs()
        assert answer.headers["Location"] == f"{API}{PATH}/{load.id}" == made["links"]["self"]
        assert (load.source, load.status, load.account_id) == (URL, LoadStatus.WAITING, keeper(people).id)
        assert load.options == {
            "format": "rss",
            "limit": 7,
            "category_id": category.id,
            "random_price": [100, 5000],
            "file": None,
        }
        assert (made["status"], made["source"], made["price_from"], made["price_to"]) == ("waiting", URL, "100", "5000")
        assert (made["started_by"]["id"], made["reasons"], made["error"]) == (keeper(people).id, [], None)
        assert answer.headers["ETag"] == desk.ask("GET", f"{PATH}/{load.id}").headers["ETag"]
        assert begun == [load.id]

    def test_what_is_left_out_is_as_on_the_page(self, desk: Program) -> None:
        made = desk.post(PATH, {"url": URL}, 202)
        assert (made["format"], made["limit"], made["category_id"], made["price_from"]) == ("auto", 50, None, None)
        assert runs()[0].options["random_price"] is None
        assert desk.post(PATH, {"url": URL, "price_to": "5"}, 202)["price_from"] == "5"

    def test_a_scheme_in_capitals_is_one_as_on_the_page(self, desk: Program) -> None:
        assert desk.post(PATH, {"url": URL.replace("http", "HTTP")}, 202)["status"] == "waiting"

    def test_nobody_else_loads_or_makes_us_read(self, people: People, program: Make, media: Path) -> None:
        load = run(people)
        for account, status in (
            (None, 401),
            (people.customer(), 403),
            (people.performer(), 403),
            (people.observer(), 403),
        ):
            asker = program(account)
            asker.post(PATH, {"url": URL}, status)
            told(asker.ask("POST", PATH, **unread(5000)), status)
            asker.get(PATH, status)
            asker.get(f"{PATH}/{load.id}", status)
        assert len(runs()) == 1

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
            "http://0x7f.1/",
            "http://[::ffff:10.0.0.1]/",
            "file:///etc/passwd",
            "/etc/passwd",
            "ftp://example.com/",
            "https://user:word@example.com/",
            "http://" + "a" * 3000 + ".com/",
            "javascript:alert(1)",
            "http://exa mple.com/",
            "http://93.184.215.14/\r\nHost: x",
        ],
    )
    def test_an_address_that_is_not_read_is_refused(self, desk: Program, url: str) -> None:
        assert set(desk.post(PATH, {"url": url}, 422)["errors"]) == {"url"}
        assert runs() == []

    def test_the_refusal_says_which_address_is_meant(self, desk: Program) -> None:
        problem = desk.post(PATH, {"url": "http://127.0.0.1/feed"}, 422)
        assert problem["type"] == "urn:podryad:problem:not-public"
        assert problem["errors"] == {"url": [NotPublic.message % {"host": "127.0.0.1"}]}

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"format": "pdf"}, "format"),
            ({"limit": 0}, "limit"),
            ({"limit": 2001}, "limit"),
            ({"limit": "7"}, "limit"),
            ({"limit": None}, "limit"),
            ({"category_id": 999_999}, "category_id"),
            ({"category_id": None}, "category_id"),
            ({"price_from": "-1"}, "price_from"),
            ({"price_from": 5}, "price_from"),
            ({"price_from": "1.50"}, "price_from"),
            ({"price_from": "500", "price_to": "100"}, "price_to"),
            ({"price_to": "many"}, "price_to"),
            ({"price_to": "1000000001"}, "price_to"),
            ({"file": "x"}, "file"),
            ({"select": "name=h1"}, "select"),
        ],
        ids=str,
    )
    def test_a_wrong_choice_is_refused_in_both_kinds_of_body(
        self, desk: Program, media: Path, wrong: dict[str, Any], field: str
    ) -> None:
        assert set(desk.post(PATH, {"url": URL, **wrong}, 422)["errors"]) == {field}
        if field != "file" and None not in wrong.values() and wrong not in ({"limit": "7"}, {"price_from": 5}):
            parts = {name: str(value) for name, value in wrong.items()}
            assert set(told(upload(desk, **parts), 422)["errors"]) == {field}
        assert (runs(), on_disk(media)) == ([], [])

    def test_the_third_run_at_once_is_told_to_wait(self, desk: Program, media: Path) -> None:
        for status in (202, 202, 409):
            desk.post(PATH, {"url": URL}, status)
        assert told(upload(desk), 409)["type"] == "urn:podryad:problem:too-many-loads"
        assert (len(runs()), on_disk(media)) == (2, [])

    def test_a_request_that_is_sent_twice_begins_one_run(self, desk: Program, monkeypatch: pytest.MonkeyPatch) -> None:
        begun: list[int] = []
        monkeypatch.setattr(loads, "start_process", begun.append)
        key = {"Idempotency-Key": "load"}
        first, again = (desk.ask("POST", PATH, {"url": URL}, headers=key) for _time in range(2))
        assert (told(again, 202), again.headers["Location"]) == (told(first, 202), first.headers["Location"])
        assert (len(runs()), len(begun)) == (1, 1)

    def test_nothing_is_begun_that_is_not_committed(
        self, people: People, desk: Program, media: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun: list[int] = []
        monkeypatch.setattr(loads, "start_process", begun.append)
        with failing_commit(people.app, monkeypatch):
            told(upload(desk), 500)
        assert (runs(), begun, on_disk(media)) == ([], [], [])

    def test_a_run_that_cannot_be_begun_says_so(self, desk: Program, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(_load_id: int) -> None:
            raise BlockingIOError

        monkeypatch.setattr(loads, "start_process", refuse)
        made = desk.post(PATH, {"url": URL}, 202)
        shown = desk.get(f"{PATH}/{made['id']}")
        assert (shown["status"], bool(shown["error"]), bool(shown["finished_at"])) == ("failed", True, True)


class TestFiles:
    """A file instead of an address."""

    def test_a_file_is_kept_for_the_run_under_a_name_of_ours(self, people: People, desk: Program, media: Path) -> None:
        category = people.category("desks")
        answer = upload(desk, GOODS, "../goods \u202e.json", format="json", limit="9", category_id=str(category.id))
        made = told(answer, 202)
        (load,) = runs()
        assert "\u202e" not in made["source"] == load.source
        assert (made["format"], made["limit"], made["category_id"]) == ("json", 9, category.id)
        (kept,) = [path for path in (media / "loads").rglob("*") if path.is_file()]
        assert (kept.name, kept.read_bytes()) == (load.options["file"], GOODS)

    @pytest.mark.parametrize(
        ("content", "words"),
        [(b"", "The file is empty."), (b"a" * (MOST_BYTES + 1), "The file is larger than 10 MB.")],
        ids=["empty", "large"],
    )
    def test_a_file_that_cannot_be_taken_is_refused(
        self, desk: Program, media: Path, content: bytes, words: str
    ) -> None:
        assert told(upload(desk, content), 422)["errors"] == {"file": [words]}
        assert (runs(), on_disk(media)) == ([], [])

    def test_a_huge_file_is_not_even_read(self, desk: Program) -> None:
        told(desk.ask("POST", PATH, **unread(loads.UPLOAD_LIMIT + 1)), 413)
        told(desk.ask("POST", PATH, data=b'{"url": "' + b"a" * 1024**2 + b'"}', content_type="application/json"), 413)

    def test_one_file_and_documented_parts_are_all_that_is_taken(self, desk: Program, media: Path) -> None:
        files = [FileStorage(BytesIO(GOODS), f"{number}.json") for number in range(2)]
        for parts, field in (
            ({"file": files}, "file"),
            ({"other": FileStorage(BytesIO(GOODS), "a.json")}, "other"),
            ({"limit": FileStorage(BytesIO(b"7"), "limit")}, "limit"),
            ({"limit": ["7", "8"]}, "limit"),
            ({"url": URL}, "url"),
            ({"limit": "1_0"}, "limit"),
            ({"limit": "7.0"}, "limit"),
            ({"limit": " 7"}, "limit"),
            ({"limit": "9" * 5000}, "limit"),
            ({"price_from": "\x00"}, "price_from"),
        ):
            for one in files:
                one.stream.seek(0)
            assert field in told(upload(desk, **parts), 422)["errors"], parts
        for body in (
            b"",
            b"x",
            b"--limit--",
            b'--limit\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--limit--',
        ):
            assert told(desk.ask("POST", PATH, data=body, content_type=MULTIPART), 422)["errors"].keys() == {"file"}
        assert (runs(), on_disk(media)) == ([], [])


class TestWatching:
    """What came of it."""

    def test_a_run_that_is_over_shows_counts_and_reasons(self, people: People, desk: Program, program: Make) -> None:
        price = {"message": "Its price is no number: %(text)s.", "values": {"text": "<i>"}}
        free = {"kind": "item", "message": "It has no price.", "values": {}}
        skipped = [
            {"what": "<b>Desk</b>", "kind": "item", **price},
            {"what": "Chair", "kind": "picture", "message": "The file is empty.", "values": {}},
            {"what": "Lamp", "kind": "item", "message": "A text of %(another)s release", "values": {"text": "x"}},
            *({"what": str(number), **free} for number in range(200)),
        ]
        load = run(people, status=LoadStatus.DONE, total=300, done=300, added=5, updated=2, skipped=skipped)
        shown = desk.get(f"{PATH}/{load.id}")
        assert (shown["added"], shown["updated"], shown["unchanged"], shown["skipped"]) == (5, 2, 91, 202)
        assert shown["reasons"][:3] == [
            {"item": "<b>Desk</b>", "what": "item", "reason": "Its price is no number: <i>."},
            {"item": "Chair", "what": "picture", "reason": "The file is empty."},
            {"item": "Lamp", "what": "item", "reason": "A text of %(another)s release"},
        ]
        assert (len(shown["reasons"]), shown["more_reasons"]) == (200, 3)
        (listed,) = desk.get(PATH)["items"]
        assert listed == {name: shown[name] for name in listed}
        assert "reasons" not in listed
        assert program(people.admin()).get(PATH)["items"] == [listed]

    def test_why_a_run_failed_is_told_in_the_language_of_the_caller(self, people: People, desk: Program) -> None:
        load = run(people)
        services.fail_load(load.id, NotPublic(host="inside.example"))
        db.session.commit()
        shown = desk.get(f"{PATH}/{load.id}")
        assert (shown["status"], shown["error"]) == ("failed", NotPublic.message % {"host": "inside.example"})
        russian = desk.get(f"{PATH}/{load.id}", headers={"Accept-Language": "ru"})
        assert russian["error"] != shown["error"]

    def test_a_run_that_died_says_so_and_makes_room(self, people: People, desk: Program) -> None:
        late = clock.now() - timedelta(minutes=5)
        for _number in range(2):
            run(people, status=LoadStatus.RUNNING, seen_at=late)
        assert [item["status"] for item in desk.get(PATH)["items"]] == ["died", "died"]
        desk.post(PATH, {"url": URL}, 202)

    def test_what_has_not_changed_is_not_sent_again(self, people: People, desk: Program) -> None:
        load = run(people, status=LoadStatus.RUNNING, total=9, done=1)
        path = f"{PATH}/{load.id}"
        tag = desk.ask("GET", path).headers["ETag"]
        assert desk.ask("GET", path, headers={"If-None-Match": tag}).status_code == 304
        services.note_progress(load.id, total=9, done=2, added=2, updated=0, skipped=[])
        db.session.commit()
        shown = told(desk.ask("GET", path, headers={"If-None-Match": tag}), 200)
        assert (shown["status"], shown["done"]) == ("running", 2)
        desk.get(f"{PATH}/999999", 404)

    def test_the_list_comes_in_pages_and_costs_the_same_whatever_its_length(
        self, people: People, desk: Program
    ) -> None:
        numbers = [run(people, status=LoadStatus.DONE).id for _number in range(3)]
        with selects() as few:
            desk.get(PATH)
        numbers += [run(people, status=LoadStatus.DONE, skipped=[]).id for _number in range(17)]
        with selects() as many:
            assert [item["id"] for item in desk.get(PATH)["items"]] == numbers[::-1]
        assert len(many) == len(few)
        found, cursor = [], ""
        while True:
            page = desk.get(f"{PATH}?limit=7{cursor}")
            found += [item["id"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert found == numbers[::-1]
        desk.get(f"{PATH}?cursor=x", 422)


def test_a_run_is_a_process_of_its_own_on_the_same_database(
    fresh_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with application_on(fresh_database()) as app:
        monkeypatch.setitem(app.config, "CATALOG_LOADER", COMMAND)
        monkeypatch.setitem(app.config, "MEDIA_PATH", str(tmp_path))
        desk = Program(app, People(app).manager())
        made = told(upload(desk), 202)
        patience = time.monotonic() + 60
        while made["status"] in ("waiting", "running") and time.monotonic() < patience:
            time.sleep(0.3)
            made = desk.get(f"{PATH}/{made['id']}")
        assert (made["status"], made["added"], made["skipped"]) == ("done", 33, 1)
        assert made["reasons"] == [{"item": "Free", "what": "item", "reason": "It has no price."}]
        assert db.session.scalar(select(func.count()).select_from(Product)) == 33
        assert not any(path.is_file() for path in (tmp_path / "loads").rglob("*"))
