"""The discussion on an order's page and the files of it: who sees what, who may do what, and what browsers are sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders.services import talking, withdraw_order
from marketplace.threads.models import EDITABLE_FOR, TEXT_LENGTH
from tests.client import Browser
from tests.people import People
from tests.threads import specimens
from tests.web.talking import comment_on, file_on, last_comment, last_file, media, on_disk, rows, send

__all__ = ["media"]

MOMENT = datetime(2030, 1, 31, 12, 0, tzinfo=UTC)


def test_a_comment_with_files_is_on_everybodys_page(people: People, client: Browser, media: Path) -> None:
    order = people.taken()
    client.sign_in(order.customer)
    answer = send(
        client,
        f"/orders/{order.id}/comments",
        ("Смета.pdf", specimens.PDF),
        ("photo.jpg", specimens.photo_with_place()),
        text="First line\r\nsee https://a.example/x",
    )
    comment = last_comment()
    assert (answer.status_code, answer.location) == (302, f"/orders/{order.id}#comment-{comment.id}")
    assert comment.text == "First line\nsee https://a.example/x"
    assert len(on_disk(media)) == 3
    for reader in (order.customer, order.performer, people.manager(), people.observer(), people.admin()):
        assert reader is not None
        page = client.sign_in(reader).page(f"/orders/{order.id}")
        said = page.select_one(f"#comment-{comment.id}")
        assert said is not None
        assert said.select_one("a[rel~=ugc]")["href"] == "https://a.example/x"  # type: ignore[index]
        assert [link.get_text() for link in said.select("a.file-name")] == ["Смета.pdf", "photo.jpg"]
        assert len(said.select("img.file-thumb")) == 1
        for element in said.select("a.file-name, img.file-thumb"):
            assert client.get(str(element.get("href") or element.get("src"))).status_code == 200


def test_strangers_see_no_talk_and_no_files(people: People, client: Browser, media: Path) -> None:
    performer = people.performer()
    order = people.taken(performer)
    comment_on(order, performer, "SECRET words")
    attachment = file_on(order, performer, media, "SECRET.png", specimens.picture())
    withdraw_order(order.id, reason="Ill", by=performer)
    db.session.commit()
    addresses = [f"/attachments/{attachment.id}", f"/attachments/{attachment.id}/thumbnail"]
    for stranger in (people.customer(), people.performer(), performer):
        page = client.sign_in(stranger).page(f"/orders/{order.id}")
        assert "SECRET" not in page.get_text()
        assert page.select_one("#order-talk") is None
        assert [client.get(address).status_code for address in addresses] == [404, 404]
    anonymous = Browser.of(people.app)
    assert "SECRET" not in anonymous.get(f"/orders/{order.id}").text
    assert all("/login" in str(anonymous.get(address).location) for address in addresses)
    assert client.get("/attachments/999999999").status_code == 404


def test_observers_read_and_do_not_write(people: People, client: Browser, media: Path) -> None:
    order = people.taken()
    comment = comment_on(order, order.customer, "Readable")
    client.sign_in(people.observer())
    page = client.page(f"/orders/{order.id}")
    assert "Readable" in page.get_text()
    assert page.select("#talk form, #files form, .said-acts") == []
    before = rows()
    assert send(client, f"/orders/{order.id}/comments", text="x").status_code == 403
    assert send(client, f"/orders/{order.id}/attachments", ("a.pdf", specimens.PDF)).status_code == 403
    assert client.send(f"/orders/{order.id}/comments/{comment.id}/hide").status_code == 403
    assert rows() == before
    assert on_disk(media) == []


@pytest.mark.parametrize("text", ["", "   \n ", "x" * (TEXT_LENGTH + 1)])
def test_a_comment_that_cannot_be_comes_back_with_all_that_was_typed(
    people: People, client: Browser, media: Path, text: str
) -> None:
    order = people.order()
    client.sign_in(order.customer)
    answer = send(client, f"/orders/{order.id}/comments", ("a.pdf", specimens.PDF), text=text)
    assert answer.status_code == 422
    field = BeautifulSoup(answer.text, "html.parser").select_one("textarea[name=text]")
    assert field is not None
    assert field.get_text().strip() == text.strip()
    assert "invalid-feedback" in answer.text
    assert rows() == [0, 0, 0]
    assert on_disk(media) == []


def test_its_author_edits_a_comment_in_time_and_the_page_says_so(people: People, client: Browser) -> None:
    order = people.taken()
    with clock.fixed(MOMENT):
        comment = comment_on(order, order.customer, "Tomorow")
        client.sign_in(order.customer)
        address = f"/orders/{order.id}/comments/{comment.id}/edit"
        assert client.page(address).select_one("textarea").get_text().strip() == "Tomorow"  # type: ignore[union-attr]
        assert client.send(address, text=" ").status_code == 422
        assert client.send(address, text="Tomorrow").location == f"/orders/{order.id}#comment-{comment.id}"
        said = client.page(f"/orders/{order.id}").select_one(f"#comment-{comment.id}")
        assert said is not None
        assert "edited" in said.get_text()
        assert said.select_one("a[href$=edit]") is not None
    with clock.fixed(MOMENT + EDITABLE_FOR + timedelta(seconds=1)):
        client.sign_in(order.customer)
        assert client.page(f"/orders/{order.id}").select_one("a[href$='/edit'][href*=comments]") is None
        assert client.get(address).status_code == 409
        late = client.send(address, text="Never")
        assert late.status_code == 409
        assert "15 minutes" in late.text
    assert comment.text == "Tomorrow"


def test_nobody_else_is_asked_whether_to_edit_or_delete(people: People, client: Browser, media: Path) -> None:
    order = people.taken()
    comment, attachment = comment_on(order, order.customer), file_on(order, order.customer, media)
    paths = [f"comments/{comment.id}/edit", f"comments/{comment.id}/delete"]
    own_file = f"attachments/{attachment.id}/delete"
    people_and_answers = [
        (order.performer, [403, 403, 403]),
        (people.manager(), [403, 403, 403]),
        (people.observer(), [403, 403, 403]),
        (people.admin(), [403, 403, 200]),
        (people.customer(), [404, 404, 404]),
    ]
    for user, answers in people_and_answers:
        assert user is not None
        client.sign_in(user)
        assert [client.get(f"/orders/{order.id}/{path}").status_code for path in (*paths, own_file)] == answers
        assert [client.send(f"/orders/{order.id}/{path}", text="x").status_code for path in paths] == answers[:2]
        if answers[2] != 200:
            assert client.send(f"/orders/{order.id}/{own_file}").status_code == answers[2]
    assert comment.text == "How is it going?"
    assert attachment.deleted_at is None


def test_a_deleted_comment_is_a_trace_and_admins_unfold_it(people: People, client: Browser) -> None:
    order = people.taken()
    comment = comment_on(order, order.customer, "SAID in anger")
    client.sign_in(order.customer)
    assert "SAID in anger" in client.page(f"/orders/{order.id}/comments/{comment.id}/delete").get_text()
    assert client.send(f"/orders/{order.id}/comments/{comment.id}/delete").location == f"/orders/{order.id}#talk"
    for reader in (order.customer, order.performer, people.manager(), people.observer()):
        assert reader is not None
        page = client.sign_in(reader).page(f"/orders/{order.id}").get_text()
        assert "Deleted by the author" in page
        assert "SAID" not in page
    said = client.sign_in(people.admin()).page(f"/orders/{order.id}").select_one(f"#comment-{comment.id} details")
    assert said is not None
    assert "SAID in anger" in said.get_text()
    assert not said.has_attr("open")


def test_a_hidden_comment_is_a_trace_and_staff_unfold_it(people: People, client: Browser) -> None:
    order, admin = people.taken(), people.admin()
    comment = comment_on(order, order.customer, "SAID in anger")
    client.sign_in(admin)
    page = client.page(f"/orders/{order.id}")
    assert page.select_one(f"form[action='/orders/{order.id}/comments/{comment.id}/hide']") is not None
    assert client.send(f"/orders/{order.id}/comments/{comment.id}/hide").status_code == 302
    for reader, reads in ((order.customer, False), (order.performer, False), (people.manager(), True), (admin, True)):
        assert reader is not None
        text = client.sign_in(reader).page(f"/orders/{order.id}").get_text()
        assert "Hidden by a moderator" in text
        assert ("SAID" in text) is reads
    assert client.send(f"/orders/{order.id}/comments/{comment.id}/show").status_code == 302
    assert "SAID" in client.sign_in(order.customer).page(f"/orders/{order.id}").get_text()


def test_what_only_posts_answers_405_to_looking(people: People, client: Browser) -> None:
    order = people.order()
    comment = comment_on(order, order.customer)
    client.sign_in(order.customer)
    for path in ("comments", "attachments", f"comments/{comment.id}/hide", f"comments/{comment.id}/show"):
        assert client.get(f"/orders/{order.id}/{path}").status_code == 405


def test_ids_under_another_order_do_not_exist(people: People, client: Browser, media: Path) -> None:
    customer = people.customer()
    one, other = people.order(customer), people.order(customer)
    comment, attachment = comment_on(one, customer), file_on(one, customer, media)
    comment_on(other, customer)
    client.sign_in(customer)
    for path in (f"comments/{comment.id}/edit", f"comments/{comment.id}/delete", f"attachments/{attachment.id}/delete"):
        assert client.get(f"/orders/{other.id}/{path}").status_code == 404
        assert client.send(f"/orders/{other.id}/{path}", text="x").status_code == 404
    client.sign_in(people.admin())
    assert client.send(f"/orders/{other.id}/comments/{comment.id}/hide").status_code == 404
    assert (comment.text, comment.hidden_at, attachment.deleted_at) == ("How is it going?", None, None)


CANARIES = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"'><b id=canary>",
    "[x](javascript:alert(1))",
    "javascript:alert(1)",
    "https://a.example/\"onmouseover='alert(1)'",
    "{{1331*1331}} {% raw %} %(x)s %s",
    "@<b id=canary>",
    "</textarea><b id=canary>",
)


def test_no_word_and_no_name_becomes_more_than_text(people: People, client: Browser, media: Path) -> None:
    customer, admin = people.customer(name="<b id=canary>'\""), people.admin()
    order = people.taken(customer=customer)
    comments = [comment_on(order, customer, text) for text in CANARIES]
    file_on(order, customer, media, "<b id=canary>'\".pdf")
    talking.hide_comment(order.id, comments[0].id, by=admin)
    talking.delete_comment(order.id, comments[1].id, by=customer)
    db.session.commit()
    for reader in (customer, order.performer, admin):
        assert reader is not None
        browser = Browser.of(people.app).sign_in(reader)
        addresses = [f"/orders/{order.id}"]
        if reader is customer:
            addresses += [
                f"/orders/{order.id}/comments/{row.id}/{act}" for row in comments[2:] for act in ("edit", "delete")
            ]
            addresses.append(f"/orders/{order.id}/attachments/{last_file().id}/delete")
        for address in addresses:
            page = browser.page(address)
            assert page.select("#canary, #talk script, #content script, #content img[onerror]") == []
            assert [link for link in page.select("[href]") if str(link["href"]).lower().startswith("javascript")] == []
            assert not any(name.startswith("on") for element in page.find_all(True) for name in element.attrs)
            assert "1771561" not in page.get_text()
    refused = send(client.sign_in(customer), f"/orders/{order.id}/comments", ("x.exe", b"MZ\x00"), text=CANARIES[-1])
    assert refused.status_code == 422
    assert BeautifulSoup(refused.text, "html.parser").select("#canary") == []


def test_people_of_the_order_are_called_by_name(people: People, client: Browser) -> None:
    customer, performer = people.customer(name="Anna Smith"), people.performer(name="Ivan")
    order = people.taken(performer, customer)
    comment_on(order, customer, "@Ivan @Somebody")
    marked = client.sign_in(performer).page(f"/orders/{order.id}").select(".said .mention")
    assert [element.get_text() for element in marked] == ["@Ivan"]


def test_the_page_shows_the_last_comments_and_the_way_to_earlier_ones(people: People, client: Browser) -> None:
    order = people.order()
    for number in range(53):
        comment_on(order, order.customer, f"word-{number}.")
    client.sign_in(order.customer)
    page = client.page(f"/orders/{order.id}")
    assert [said.get_text() for said in page.select(".said-text")] == [f"word-{number}." for number in range(3, 53)]
    earlier = page.find("a", string="Earlier comments")
    assert earlier is not None
    page = client.page(str(earlier["href"]))  # type: ignore[index]
    assert [said.get_text() for said in page.select(".said-text")] == ["word-0.", "word-1.", "word-2."]
    assert page.find("a", string="Earlier comments") is None
    assert page.find("a", string="To the latest comments") is not None
    assert client.get(f"/orders/{order.id}?talk=x").status_code == 422


def test_a_silent_order_says_so_and_asks_few_questions(people: People, client: Browser) -> None:
    order = people.order()
    page = client.sign_in(order.customer).page(f"/orders/{order.id}")
    assert "Nobody has written yet" in page.get_text()
    assert rows() == [0, 0, 0]
