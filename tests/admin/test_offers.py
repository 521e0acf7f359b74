"""What admins see of offers: every version, with what became of it; nothing to change."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

from marketplace.core import clock
from marketplace.orders.models import Offer
from tests.admin.conftest import House
from tests.client import Browser
from tests.orders.offers import send
from tests.people import People


def numbers(desk: Browser, query: str = "") -> list[int]:
    """The numbers of the offers that the list shows."""
    cells = desk.page(f"/admin/offers/{query}").select("td.col-id")
    return [int(cell.get_text(strip=True)) for cell in cells]


def three(house: House, people: People) -> tuple[Offer, Offer, Offer]:
    """Two versions of one offer, and one of another performer whose time is over."""
    order = people.quoting(house.customer)
    first = send(order, house.performer, "900", message="=1+1")
    with clock.fixed(clock.now() - timedelta(days=2)):
        gone = send(order, house.other, "100", expires_at=clock.now() + timedelta(days=1))
    return first, gone, send(order, house.performer, "800")


def test_offers_are_found_by_number_order_people_state_and_day(house: House, people: People, desk: Browser) -> None:
    first, gone, second = three(house, people)
    assert numbers(desk) == [second.id, gone.id, first.id]
    assert numbers(desk, f"?search={gone.id}") == [gone.id]
    assert numbers(desk, f"?search={gone.number}") == [gone.id]
    assert numbers(desk, f"?search={gone.order.number}") == [second.id, gone.id, first.id]
    assert numbers(desk, "?search=nonsense") == []
    assert numbers(desk, f"?performer={house.other.email}") == [gone.id]
    assert numbers(desk, f"?author={house.performer.email}") == [second.id, first.id]
    # As everybody is told, whether or not the clock's work has been noted.
    assert numbers(desk, "?status=expired") == [gone.id]
    assert numbers(desk, "?status=sent") == [second.id]
    assert numbers(desk, "?status=superseded") == [first.id]
    assert numbers(desk, "?since=2099-01-01") == []
    assert desk.get("/admin/offers/?status=lost").status_code == 422


def test_the_file_tells_the_same_and_nothing_in_it_runs(house: House, people: People, desk: Browser) -> None:
    three(house, people)
    text = desk.get("/admin/offers/export/csv/", buffered=True).get_data().decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))
    assert [row[head.index("State")] for row in rows] == ["sent", "expired", "superseded"]
    assert rows[2][head.index("Message")] == "'=1+1"


def test_nothing_is_changed_there(house: House, people: People, desk: Browser) -> None:
    first, *_others = three(house, people)
    for page in (f"edit/?id={first.id}", f"delete/?id={first.id}", "new/"):
        assert desk.get(f"/admin/offers/{page}").status_code in (404, 405)
        assert desk.send(f"/admin/offers/{page}", price="1").status_code in (404, 405)
    assert desk.page("/admin/offers/").select("#content table form") == []
