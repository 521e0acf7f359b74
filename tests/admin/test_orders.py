"""What admins do with orders, reviews and categories: history and counters follow."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.catalog.models import Category
from marketplace.catalog.services import set_specialties
from marketplace.core.db import db
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.queries.counters import differences
from marketplace.orders.queries.performers import performer_counters
from marketplace.orders.states import Status
from tests.admin.conftest import House, last_line, trail
from tests.client import Browser
from tests.people import People


def steps(order: Order) -> list[Status | None]:
    rows = db.session.scalars(select(OrderEvent).where(OrderEvent.order_id == order.id).order_by(OrderEvent.id))
    return [row.to_status for row in rows]


def is_hidden(order: Order) -> bool:
    return order.hidden_at is not None


def test_hiding_takes_an_order_off_the_board_and_showing_puts_it_back(house: House, desk: Browser) -> None:
    number = str(house.fresh.id)
    assert desk.send(f"/admin/orders/hide/?id={number}", url="/admin/orders/?status=new").location == (
        "/admin/orders/?status=new"
    )
    assert is_hidden(house.fresh)
    assert last_line() == (house.admin.id, "hide", "Order", number, {"hidden": False}, {"hidden": True})
    assert list(differences()) == []
    assert desk.send(f"/admin/orders/show/?id={number}").status_code == 302
    assert not is_hidden(house.fresh)
    assert list(differences()) == []


def test_cancelling_takes_a_reason_and_leaves_history_counters_and_an_audit_line(house: House, desk: Browser) -> None:
    address = f"/admin/orders/cancel/?id={house.taken.id}"
    assert desk.send(address, reason="").status_code == 422
    assert desk.send(address, reason="x" * 1001).status_code == 422
    assert desk.send(address, reason="Nobody needs it").status_code == 302
    assert house.taken.status is Status.CANCELLED
    assert steps(house.taken) == [Status.NEW, Status.IN_PROGRESS, Status.CANCELLED]
    assert last_line()[1:] == (
        "cancel",
        "Order",
        str(house.taken.id),
        {"status": "in_progress"},
        {"status": "cancelled", "reason": "Nobody needs it"},
    )
    assert list(differences()) == []


def test_what_is_over_is_not_cancelled(house: House, desk: Browser) -> None:
    answer = desk.send(f"/admin/orders/cancel/?id={house.rated.id}", reason="Late")
    assert answer.status_code == 409
    assert "The order is already completed." in answer.text
    assert house.rated.status is Status.COMPLETED and trail() == []


def test_reassigning_by_email_or_number_moves_the_order_and_blames_nobody(house: House, desk: Browser) -> None:
    address = f"/admin/orders/reassign/?id={house.taken.id}"
    assert desk.send(address, performer=house.other.email.upper(), reason="Ill").status_code == 302
    assert house.taken.performer_id == house.other.id
    assert desk.send(address, performer=str(house.performer.id), reason="Well again").status_code == 302
    assert house.taken.performer_id == house.performer.id
    assert steps(house.taken) == [Status.NEW, *[Status.IN_PROGRESS, Status.NEW] * 2, Status.IN_PROGRESS]
    assert performer_counters(house.performer).withdrawn == performer_counters(house.other).withdrawn == 0
    assert list(differences()) == []
    assert [line.action for line in trail()] == ["reassign", "reassign"]


@pytest.mark.parametrize("whom", ["customer", "nobody", "same", "huge", "blocked"])
def test_an_order_goes_to_active_performers_only(house: House, people: People, desk: Browser, whom: str) -> None:
    blocked = people.performer()
    desk.send(f"/admin/accounts/block/?id={blocked.id}", reason="Spam")
    text = {
        "customer": house.customer.email,
        "nobody": "nobody@example.com",
        "same": house.performer.email,
        "huge": "9" * 18,
        "blocked": blocked.email,
    }[whom]
    answer = desk.send(f"/admin/orders/reassign/?id={house.taken.id}", performer=text, reason="Ill")
    assert answer.status_code == (409 if whom == "same" else 422)
    assert house.taken.performer_id == house.performer.id
    assert len(steps(house.taken)) == 2


def test_only_work_in_progress_is_reassigned(house: House, desk: Browser) -> None:
    answer = desk.send(f"/admin/orders/reassign/?id={house.fresh.id}", performer=house.other.email, reason="Ill")
    assert answer.status_code == 409
    assert house.fresh.performer_id is None


def test_no_form_writes_status_people_or_ratings(house: House, desk: Browser) -> None:
    for view in ("orders", "reviews", "history", "audit"):
        for page in ("new", "edit", "delete", "ajax/update"):
            assert desk.send(f"/admin/{view}/{page}/?id={house.taken.id}", status="completed").status_code == 404
    assert house.taken.status is Status.IN_PROGRESS


def test_hiding_a_review_moves_the_average(house: House, people: People, desk: Browser) -> None:
    people.rated(10, house.performer)
    assert performer_counters(house.performer).rating == 7
    assert desk.send(f"/admin/reviews/hide/?id={house.rated.id}").status_code == 302
    assert performer_counters(house.performer).rating == 10
    assert last_line()[1:] == ("hide", "Review", str(house.rated.id), {"hidden": False}, {"hidden": True})
    assert desk.send(f"/admin/reviews/show/?id={house.rated.id}").status_code == 302
    assert performer_counters(house.performer).rating == 7
    assert list(differences()) == []


CATEGORY = {"name_en": "Law", "name_ru": "Право", "slug": "law", "position": "3", "is_active": "y"}


def test_categories_are_created_edited_and_taken_out_of_use(house: House, desk: Browser) -> None:
    assert desk.send("/admin/categories/new/", **CATEGORY).status_code == 302
    made = db.session.scalars(select(Category).where(Category.slug == "law")).one()
    assert list(differences()) == []
    assert last_line()[1:] == (
        "create",
        "Category",
        str(made.id),
        {},
        {"name_en": "Law", "name_ru": "Право", "slug": "law", "position": 3, "is_active": True},
    )
    changed = {name: value for name, value in CATEGORY.items() if name != "is_active"}
    assert desk.send(f"/admin/categories/edit/?id={made.id}", **changed).status_code == 302
    assert not made.is_active
    assert last_line()[1:] == ("update", "Category", str(made.id), {"is_active": True}, {"is_active": False})


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "unused"},
        {"slug": "Law"},
        {"slug": "law\n"},
        {"slug": "право"},
        {"name_en": ""},
        {"name_ru": "x" * 61},
        {"position": str(2**70)},
        {"position": "²"},
        {"position": "-1"},
    ],
)
def test_a_wrong_category_is_refused(house: House, desk: Browser, wrong: dict[str, str]) -> None:
    answer = desk.send("/admin/categories/new/", **{**CATEGORY, **wrong})
    # A line end around a name is tidied away, not refused.
    assert answer.status_code == (302 if wrong == {"slug": "law\n"} else 422)
    if answer.status_code == 422:
        assert trail() == []


def test_deleting_a_category_asks_first_and_spares_what_is_used(house: House, people: People, desk: Browser) -> None:
    address = f"/admin/categories/delete/?id={house.category.id}"
    page = desk.page(address)
    assert page.select_one("main form[method=post] button.btn-danger") is not None
    assert db.session.get(Category, house.category.id) is not None

    set_specialties(house.performer, [house.category.id], by=house.performer)
    db.session.commit()
    assert desk.send(address).status_code == 409
    used = db.session.scalars(select(Category).where(Category.id == house.fresh.category_id)).one()
    assert desk.send(f"/admin/categories/delete/?id={used.id}").status_code == 409
    assert trail() == []

    set_specialties(house.performer, [], by=house.performer)
    db.session.commit()
    number = house.category.id
    assert desk.send(address).status_code == 302
    assert db.session.get(Category, number) is None
    assert last_line()[1:4] == ("delete", "Category", str(number)) and last_line()[4]["slug"] == "unused"
    assert desk.send(address).status_code == 404


def test_the_first_page_counts_everything(house: House, desk: Browser) -> None:
    tiles = {
        tile.dt.get_text(strip=True): tile.dd.get_text(strip=True)
        for tile in desk.page("/admin/").select(".numbers > div")
        if tile.dt and tile.dd
    }
    people = {role: tiles[role] for role in ("Customer", "Performer", "Manager", "Observer", "Admin", "Blocked")}
    assert people == {"Customer": "1", "Performer": "2", "Manager": "0", "Observer": "0", "Admin": "1", "Blocked": "0"}
    orders = {name: tiles[name] for name in ("New", "In progress", "Completed", "Cancelled", "Reviews")}
    assert orders == {"New": "1", "In progress": "1", "Completed": "1", "Cancelled": "0", "Reviews": "1"}


def test_orders_are_found_by_number_title_and_filters(house: House, people: People, desk: Browser) -> None:
    people.order(title="100% Ёлка")

    def numbers(query: str) -> list[str]:
        return [cell.get_text(strip=True) for cell in desk.page(f"/admin/orders/?{query}").select("td.col-number")]

    assert numbers(f"search={house.taken.number}") == [house.taken.number]
    assert house.taken.number in numbers(f"search={house.taken.id}")
    assert len(numbers("search=ёлка")) == 1
    assert len(numbers("search=100%25")) == 1
    assert len(numbers("search=fix+report")) == 3
    assert numbers("status=in_progress") == [house.taken.number]
    assert numbers(f"performer={house.performer.email}&status=completed") == [house.rated.number]
    assert numbers("hidden=yes") == []
    assert numbers("category=unused") == []
    assert numbers("sort=0") == sorted(numbers("sort=0&desc=1"))
    account = db.session.get_one(Account, house.customer.id)
    assert len(numbers(f"customer={account.email}")) == 3
