"""Pictures of products by program: added, put in order, taken away, and their files on the disk."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from marketplace.accounts.models import Account
from marketplace.api.description.document import described
from marketplace.catalog import services
from marketplace.catalog.models import MAX_PICTURES, Product
from marketplace.core import files, pictures
from marketplace.core.db import db
from marketplace.web.pictures import UPLOAD_LIMIT
from marketplace.web.programs import API
from tests.api.counting import selects
from tests.api.program import Program, told
from tests.api.sending import MULTIPART, failing_commit, unread
from tests.catalog.shelf import drawing, keeper, picture, product
from tests.people import People
from tests.threads.specimens import SVG
from tests.web.talking import media, on_disk

__all__ = ["media"]

Make = Callable[[Account | None], Program]
RED, BLUE, GREEN = (drawing(colour) for colour in ("red", "blue", "green"))


def address(made: Product, picture_id: int | None = None) -> str:
    return f"/products/{made.id}/pictures" + ("" if picture_id is None else f"/{picture_id}")


def send(asker: Program, made: Product, *sent: tuple[str, bytes], field: str = "files", **kwargs: Any) -> TestResponse:
    boundary, data = encode_multipart({field: [FileStorage(BytesIO(content), name) for name, content in sent]})
    kind = f"multipart/form-data; boundary={boundary}"
    return asker.ask("POST", address(made), data=data, content_type=kind, **kwargs)


def rows() -> list[str]:
    tables = ("products", "product_pictures", "audit_entries")
    return [str(row) for table in tables for row in db.session.execute(text(f"SELECT * FROM {table} ORDER BY id"))]


def colours(answer: Any) -> list[str]:
    """Which of the colours the pictures are."""
    names = {picture(colour).digest: colour for colour in ("red", "blue", "green")}
    return [names[one["url"][-64:]] for one in answer["pictures"]]


def kept(made: Product, media: Path, *some: str) -> Product:
    """The product with these pictures, on the disk too."""
    for colour in some:
        pictures.store(pictures.folder(str(media)), picture(colour))
    services.add_pictures(made.id, [picture(colour) for colour in some], by=made_by(made))
    db.session.commit()
    return made


def made_by(made: Product) -> Account:
    return db.session.query(Account).filter(Account.role == "manager").first() or pytest.fail("nobody keeps products")


class TestAdding:
    """New pictures."""

    def test_they_stand_behind_the_others_in_the_order_in_which_they_came(
        self, people: People, program: Make, media: Path
    ) -> None:
        made = product(people)
        asker = program(keeper(people))
        answer = send(asker, made, ("a.png", RED), ("../b.jpg", BLUE))
        first = told(answer, 201)
        assert (first["added"], colours(first)) == (2, ["red", "blue"])
        assert answer.headers["Location"] == f"{API}/products/{made.id}" == first["links"]["self"]
        assert [(one["position"], one["media_type"], one["width"], one["height"]) for one in first["pictures"]] == [
            (1, "image/jpeg", 40, 30),
            (2, "image/jpeg", 40, 30),
        ]
        again = told(send(asker, made, ("c.webp", GREEN), ("d.png", RED), ("e.png", GREEN)), 201)
        assert (again["added"], colours(again)) == (1, ["red", "blue", "green"])
        assert told(send(asker, made, ("c.png", GREEN)), 201)["added"] == 0
        shown = asker.get(f"/products/{made.id}")
        assert (shown["pictures"], shown["actions"]) == (again["pictures"], ["edit", "pictures", "hide"])
        assert len(on_disk(media)) == 6
        for one in shown["pictures"]:
            for place in (one["url"], one["thumbnail"]):
                with asker.browser.get(place) as file:
                    assert (file.status_code, file.mimetype) == (200, "image/jpeg")

    def test_only_the_desk_adds_them_and_nobody_else_makes_us_read_them(
        self, people: People, program: Make, media: Path
    ) -> None:
        made = product(people)
        before = rows()
        for account, status in (
            (None, 401),
            (people.customer(), 403),
            (people.performer(), 403),
            (people.observer(), 403),
        ):
            told(program(account).ask("POST", address(made), **unread(5000)), status)
        asker = program(people.admin())
        told(asker.ask("POST", "/products/999999/pictures", **unread(5000)), 404)
        told(asker.ask("POST", address(made), **unread(UPLOAD_LIMIT + 1)), 413)
        assert (rows(), on_disk(media)) == (before, [])
        told(send(asker, made, ("a.png", RED)), 201)

    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("evil.png", SVG, "evil.png: This is not a picture"),
            ("bad.jpg", b"\xff\xd8\xff", "bad.jpg: This is not a picture"),
            ("empty.png", b"", "empty.png: The file is empty"),
            ("half.png", drawing("green")[:-30], "half.png: The picture is damaged"),
            ("", SVG, "?: This is not a picture"),
            ("heavy.png", GREEN + b"\0" * pictures.MAX_BYTES, "heavy.png: The picture is larger than 10 MB"),
            ("wide.png", drawing("red", size=(5001, 5000)), "wide.png: The picture has more than 25 megapixels"),
            ("anim.gif", drawing("red", "GIF"), "anim.gif: This is not a picture"),
        ],
        ids=lambda value: repr(value)[:20],
    )
    def test_what_is_no_picture_is_named_and_takes_the_others_with_it(
        self, name: str, content: bytes, words: str, people: People, program: Make, media: Path
    ) -> None:
        made = product(people)
        before = rows()
        problem = told(send(program(keeper(people)), made, ("good.png", BLUE), (name, content), ("no", SVG)), 422)
        assert problem["type"] == "urn:podryad:problem:pictures-refused"
        assert [words in one for one in problem["errors"]["files"]] == [True, False]
        assert (rows(), on_disk(media)) == (before, [])

    def test_a_picture_that_would_unpack_to_gigabytes_is_not_unpacked(
        self, people: People, program: Make, media: Path
    ) -> None:
        made = product(people)
        # The head of a PNG says how large it is; nothing behind it has to be true.
        bomb = bytearray(GREEN)
        bomb[16:24] = (60_000).to_bytes(4) * 2
        bomb[29:33] = zlib.crc32(bomb[12:29]).to_bytes(4)
        webp = bytearray(drawing("red", "WEBP").ljust(64, b"\0"))
        webp[12:16], webp[24:30] = b"VP8X", b"\xff" * 6
        problem = told(send(program(keeper(people)), made, ("a.png", bytes(bomb)), ("b.webp", bytes(webp))), 422)
        assert all("more than 25 megapixels" in words for words in problem["errors"]["files"])
        assert on_disk(media) == []

    def test_there_is_room_for_twelve(self, people: People, program: Make, media: Path) -> None:
        many = [(f"{number}.png", drawing(f"#00{number * 12:02x}00")) for number in range(MAX_PICTURES + 1)]
        made = product(people)
        asker = program(keeper(people))
        words = {"files": [f"A product has at most {MAX_PICTURES} pictures: remove one first."]}
        assert told(send(asker, made, *many), 422)["errors"] == words
        assert told(send(asker, made, *many[:-1]), 201)["added"] == MAX_PICTURES
        assert told(send(asker, made, many[-1]), 422)["errors"] == words
        assert len(on_disk(media)) == 2 * MAX_PICTURES
        schema = described()["paths"][f"{API}/products/{{product_id}}/pictures"]["post"]["requestBody"]
        assert schema["content"]["multipart/form-data"]["schema"]["properties"]["files"]["maxItems"] == MAX_PICTURES

    def test_what_is_no_form_with_files_is_refused(self, people: People, program: Make, media: Path) -> None:
        made = product(people)
        asker, path = program(keeper(people)), address(made)
        told(asker.ask("POST", path), 415)
        asker.post(path, {"files": []}, 415)
        told(asker.ask("POST", path, data=b"PNG", content_type="image/png"), 415)
        for body in (b"", b"x", b"--limit--"):
            told(asker.ask("POST", path, data=body, content_type=MULTIPART), 422)
        assert "pictures" in told(send(asker, made, ("a.png", RED), field="pictures"), 422)["errors"]
        assert on_disk(media) == []

    def test_the_same_request_sent_twice_is_one(self, people: People, program: Make, media: Path) -> None:
        made = product(people)
        asker, key = program(keeper(people)), {"Idempotency-Key": "photos"}
        first, again = (send(asker, made, ("a.png", RED), headers=key) for _time in range(2))
        assert (told(again, 201), again.headers["Idempotent-Replayed"]) == (told(first, 201), "true")
        told(send(asker, made, ("a.png", BLUE), headers=key), 422)
        assert len(on_disk(media)) == 2


class TestOrder:
    """Where a picture stands."""

    def test_a_picture_moves_and_the_others_make_room(self, people: People, program: Make) -> None:
        made = product(people, pictures=[picture("red"), picture("blue"), picture("green")])
        asker = program(keeper(people))
        red, _blue, green = (row.id for row in made.pictures)
        for picture_id, position, expected in (
            (green, 1, ["green", "red", "blue"]),
            (green, 3, ["red", "blue", "green"]),
            (red, 2, ["blue", "red", "green"]),
            (red, 2, ["blue", "red", "green"]),
            (red, 12, ["blue", "green", "red"]),
        ):
            moved = asker.patch(address(made, picture_id), {"position": position})
            assert moved == asker.get(address(made, picture_id))
            assert moved["position"] == min(position, 3)
            assert colours(asker.get(f"/products/{made.id}")) == expected
        assert asker.patch(address(made, red), {})["position"] == 3
        assert (
            asker.get(f"/products/{made.id}")["thumbnail"] == asker.get(address(made, made.pictures[0].id))["thumbnail"]
        )

    @pytest.mark.parametrize("position", [0, -1, MAX_PICTURES + 1, "1", 1.5, None, True, 2**70])
    def test_a_place_that_is_none_is_refused(self, position: Any, people: People, program: Make) -> None:
        made = product(people, pictures=[picture("red"), picture("blue")])
        before = rows()
        problem = program(keeper(people)).patch(address(made, made.pictures[0].id), {"position": position}, 422)
        assert set(problem["errors"]) == {"position"}
        assert rows() == before

    def test_what_somebody_else_has_moved_meanwhile_stays(self, people: People, program: Make) -> None:
        made = product(people, pictures=[picture("red"), picture("blue")])
        asker, path = program(keeper(people)), address(made, made.pictures[0].id)
        tag = asker.ask("GET", path).headers["ETag"]
        asker.patch(path, {"position": 2}, headers={"If-Match": tag})
        asker.patch(path, {"position": 1}, 412, headers={"If-Match": tag})
        assert asker.get(path)["position"] == 2


class TestOne:
    """Looking at a picture, and taking it away."""

    def test_everybody_sees_it_as_long_as_the_product_is_on_sale(self, people: People, program: Make) -> None:
        made = product(people, pictures=[picture("red")])
        path = address(made, made.pictures[0].id)
        shown = program(None).get(path)
        assert (shown["position"], shown["actions"], shown["links"]["product"]) == (1, [], f"{API}/products/{made.id}")
        services.hide_product(made.id, by=keeper(people))
        db.session.commit()
        for account in (None, people.customer(), people.observer()):
            program(account).get(path, 404)
        with selects() as asked:
            assert program(people.admin()).get(path)["actions"] == ["edit", "delete"]
        assert len([one for one in asked if "products" in one]) <= 2

    def test_a_picture_of_another_product_is_not_found(self, people: People, program: Make) -> None:
        mine, other = product(people, pictures=[picture("red")]), product(people, pictures=[picture("blue")])
        asker, path = program(keeper(people)), address(mine, other.pictures[0].id)
        before = rows()
        asker.get(path, 404)
        asker.patch(path, {"position": 1}, 404)
        asker.delete(path, 404)
        asker.delete("/products/999999/pictures/1", 404)
        assert rows() == before

    def test_only_the_desk_moves_and_removes(self, people: People, program: Make, media: Path) -> None:
        made = kept(product(people), media, "red", "blue")
        path, before, disk = address(made, made.pictures[0].id), rows(), on_disk(media)
        for account, status in ((None, 401), (people.customer(), 403), (people.observer(), 403)):
            program(account).patch(path, {"position": 2}, status)
            program(account).delete(path, status)
        assert (rows()[: len(before)], on_disk(media)) == (before, disk)


class TestFiles:
    """What stays on the disk."""

    def test_a_file_goes_with_the_last_row_that_names_it(self, people: People, program: Make, media: Path) -> None:
        made, other = kept(product(people), media, "red", "blue"), kept(product(people), media, "red")
        asker, disk = program(keeper(people)), on_disk(media)
        red, blue = (row.id for row in made.pictures)
        asker.delete(address(made, red))
        assert on_disk(media) == disk, "another product shows it"
        asker.delete(address(made, red), 404)
        asker.delete(address(other, other.pictures[0].id))
        assert asker.get(address(made, blue))["position"] == 1
        assert on_disk(media) == [picture("blue").digest, f"{picture('blue').digest}{pictures.THUMB_SUFFIX}"]
        assert asker.browser.get(f"/media/pictures/{picture('red').digest}").status_code == 404
        assert colours(asker.get(f"/products/{made.id}")) == ["blue"]
        told(send(asker, made, ("a.png", RED)), 201)
        assert on_disk(media) == disk

    def test_a_file_goes_with_the_commit_and_not_before(
        self, people: People, program: Make, media: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = kept(product(people), media, "red")
        asker, path, disk = program(keeper(people)), address(made, made.pictures[0].id), on_disk(media)
        with failing_commit(people.app, monkeypatch):
            told(asker.ask("DELETE", path), 500)
        assert on_disk(media) == disk
        assert asker.get(path)["position"] == 1
        commit, seen = db.session.commit, []

        def look_and_commit() -> None:
            seen.append(len(on_disk(media)))
            commit()

        with monkeypatch.context() as patched:
            patched.setattr("marketplace.api.protocol.operations.db.session.commit", look_and_commit)
            asker.delete(path)
        assert (seen[0], on_disk(media)) == (2, [])

    def test_a_commit_that_fails_leaves_neither_row_nor_file(
        self, people: People, program: Make, media: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = kept(product(people), media, "red")
        asker, disk, before = program(keeper(people)), on_disk(media), rows()
        commit, calls = db.session.commit, []

        def fail_first() -> None:
            calls.append(1)
            if len(calls) == 1:
                raise RuntimeError("the database went away")
            commit()

        with monkeypatch.context() as patched:
            patched.setattr("marketplace.api.protocol.operations.db.session.commit", fail_first)
            patched.setitem(people.app.config, "PROPAGATE_EXCEPTIONS", False)
            told(send(asker, made, ("a.png", BLUE), ("b.png", RED)), 500)
        assert (rows(), on_disk(media)) == (before, disk)
        told(send(asker, made, ("a.png", BLUE)), 201)

    def test_a_disk_that_refuses_does_not_undo_what_is_committed(
        self,
        people: People,
        program: Make,
        media: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        made = kept(product(people), media, "red")
        asker, path = program(keeper(people)), address(made, made.pictures[0].id)

        def refuse(_folder: Path, _name: str) -> None:
            raise PermissionError

        with monkeypatch.context() as patched:
            patched.setattr(files, "remove", refuse)
            asker.delete(path)
        asker.get(path, 404)
        assert "a picture is left on the disk" in caplog.text

    def test_the_page_takes_files_away_too(self, people: People, program: Make, media: Path) -> None:
        made = kept(product(people), media, "red", "blue")
        browser = program(None).browser.sign_in(keeper(people))
        red = made.pictures[0].id
        assert browser.send(f"/products/{made.id}/pictures/{red}/remove").status_code == 302
        assert on_disk(media) == [picture("blue").digest, f"{picture('blue').digest}{pictures.THUMB_SUFFIX}"]
