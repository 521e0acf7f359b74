"""The lists of comments and files: found, hidden and shown, exported, and never edited."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from marketplace.accounts.models import AuditEntry
from marketplace.core.db import db
from marketplace.orders.services import talking
from marketplace.threads import services
from marketplace.threads.models import Attachment, Comment
from tests.admin.conftest import House, last_line
from tests.client import Browser
from tests.threads import specimens


@pytest.fixture
def said(house: House) -> Comment:
    """One comment on an order and one on another."""
    talking.comment_on_order(house.fresh.id, text="=cmd() is no formula", by=house.customer)
    comment = talking.comment_on_order(house.taken.id, text="Rude 100% words", by=house.customer)
    db.session.commit()
    return comment


@pytest.fixture
def sent(house: House, tmp_path: Path) -> Attachment:
    """A file on an order."""
    with services.stored([specimens.upload("Смета_1.pdf", specimens.PDF)], tmp_path) as kept:
        (attachment,) = talking.attach_to_order(house.taken.id, kept, by=house.customer)
        db.session.commit()
    return attachment


def test_comments_are_found_by_words_and_by_order(house: House, desk: Browser, said: Comment) -> None:
    page = desk.page("/admin/comments/")
    assert len(page.select("tbody tr")) == 2
    assert page.select_one(f"a[href='/admin/orders/details/?id={house.taken.id}']") is not None
    for search in ("rude", "100%", house.taken.number):
        rows = desk.page(f"/admin/comments/?search={search.replace('%', '%25')}").select("tbody tr")
        assert len(rows) == 1, search
        assert "Rude 100% words" in rows[0].get_text()
    assert "Nothing found" in desk.page("/admin/comments/?search=2001-999999").get_text()
    assert len(desk.page(f"/admin/comments/?author={house.customer.email}").select("tbody tr")) == 2
    assert desk.page(f"/admin/comments/?author={house.performer.email}").select("tbody tr") == []


def test_a_comment_is_hidden_and_shown_with_a_line_in_the_trail(house: House, desk: Browser, said: Comment) -> None:
    assert desk.send(f"/admin/comments/hide/?id={said.id}").status_code == 302
    assert said.hidden_at is not None
    assert last_line() == (house.admin.id, "hide", "Comment", str(said.id), {"hidden": False}, {"hidden": True})
    assert len(desk.page("/admin/comments/?hidden=yes").select("tbody tr")) == 1
    assert desk.send(f"/admin/comments/show/?id={said.id}").status_code == 302
    assert desk.page("/admin/comments/?hidden=yes").select("tbody tr") == []
    assert "Comment" in desk.page("/admin/audit/").get_text()
    for path in ("edit", "delete", "new", "details"):
        assert desk.get(f"/admin/comments/{path}/?id={said.id}").status_code == 404


def test_what_its_author_deleted_is_not_moderated_any_more(house: House, desk: Browser, said: Comment) -> None:
    talking.delete_comment(house.taken.id, said.id, by=house.customer)
    db.session.commit()
    row = desk.page("/admin/comments/?deleted=yes").select_one("tbody tr")
    assert row is not None
    assert row.select_one("form") is None
    assert desk.send(f"/admin/comments/hide/?id={said.id}").status_code == 409
    assert db.session.scalar(select(func.count()).where(AuditEntry.subject_type == "Comment")) == 0


@pytest.mark.parametrize("number", ["", "0", "x", "999999999", str(2**70)])
def test_a_comment_that_is_not_there_is_not_hidden(house: House, desk: Browser, said: Comment, number: str) -> None:
    assert desk.send(f"/admin/comments/hide/?id={number}").status_code == 404


def test_files_are_found_and_lead_to_where_they_are_deleted(house: House, desk: Browser, sent: Attachment) -> None:
    for search in ("смета_1", house.taken.number):
        assert len(desk.page(f"/admin/files/?search={search}").select("tbody tr")) == 1
    page = desk.page("/admin/files/?deleted=no")
    assert page.select_one(f"a[href='/attachments/{sent.id}']") is not None
    assert page.select_one(f"a[href='/orders/{house.taken.id}/attachments/{sent.id}/delete']") is not None
    assert desk.page("/admin/files/?search=сметаX1").select("tbody tr") == []
    assert desk.page("/admin/files/?deleted=yes").select("tbody tr") == []


def test_the_files_that_are_downloaded_name_the_order_and_run_no_formula(
    house: House, desk: Browser, said: Comment, sent: Attachment
) -> None:
    comments = desk.get("/admin/comments/export/csv/", buffered=True).get_data().decode("utf-8-sig")
    assert house.taken.number in comments
    assert "'=cmd()" in comments
    files = desk.get("/admin/files/export/csv/", buffered=True).get_data().decode("utf-8-sig")
    assert f"{house.taken.number},Смета_1.pdf,application/pdf,{len(specimens.PDF)}" in files
    assert sent.stored_name not in files


@pytest.mark.parametrize("view", ["comments", "files"])
def test_nobody_but_admins_enters(house: House, client: Browser, said: Comment, view: str) -> None:
    for user in (house.customer, house.performer):
        client.sign_in(user)
        assert client.get(f"/admin/{view}/").status_code == 403
        assert client.get(f"/admin/{view}/export/csv/").status_code == 403
    assert client.send(f"/admin/comments/hide/?id={said.id}").status_code == 403
    assert said.hidden_at is None
