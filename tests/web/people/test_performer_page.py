"""The page of one performer: what everybody may know, and who may know how to reach them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Account
from marketplace.accounts.states import PriceUnit, Role
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.paging import encode_cursor
from marketplace.orders import services as orders
from marketplace.orders.models import Review
from marketplace.orders.queries import performers
from tests.client import Browser
from tests.people import People

PHONE, MESSENGER, SITE = "+7 912 000-11-22", "Telegram @anna", "https://anna.example/me"


@pytest.fixture
def anna(people: People) -> Account:
    return people.performer(
        name="Anna",
        headline="Reports that add up",
        about="Ten years of reports.\n\nAnd <b>no</b> errors.",
        phone=PHONE,
        messenger=MESSENGER,
        site=SITE,
        links=["https://works.example/1"],
        price_unit=PriceUnit.HOUR,
    )


def page_of(browser: Browser, performer: Account) -> str:
    response = browser.get(f"/performers/{performer.id}")
    assert response.status_code == 200
    return response.text


def shows_contacts(browser: Browser, performer: Account) -> bool:
    text = page_of(browser, performer)
    shown = [PHONE in text, MESSENGER in text, SITE in text]
    assert len(set(shown)) == 1, "all of them or none"
    return shown[0]


def test_everybody_sees_what_a_performer_says_and_did(client: Browser, people: People, anna: Account) -> None:
    order = people.rated(9, anna)
    orders.answer_review(order.id, answer="It was a pleasure.", by=anna)
    db.session.commit()
    page = client.page(f"/performers/{anna.id}")
    text = page.get_text(" ", strip=True)
    for words in ("Anna", "Reports that add up", "Ten years of reports.", "And <b>no</b> errors.", "Member since"):
        assert words in text
    for words in (order.title, "9 of 10", "Thank you.", order.customer.name, "It was a pleasure.", "9.0"):
        assert words in text
    work = page.select_one('a[href="https://works.example/1"]')
    assert work is not None and "nofollow" in work["rel"] and "noopener" in work["rel"]
    assert anna.email not in text


def test_contacts_are_for_the_other_side_of_a_shared_order_and_for_staff(
    app: Flask, people: People, anna: Account
) -> None:
    partner, past, gave_back, stranger = (people.customer() for _ in range(4))
    people.taken(anna, partner)
    people.completed(anna, past)
    returned = people.taken(anna, gave_back)
    orders.withdraw_order(returned.id, reason="No time", by=anna)
    cancelled = people.customer()
    orders.cancel_order(people.taken(anna, cancelled).id, reason="Plans changed", by=cancelled)
    db.session.commit()
    expected = [
        (None, False),
        (stranger, False),
        (people.performer(), False),
        (gave_back, False),
        (partner, True),
        (past, True),
        (cancelled, True),
        (anna, True),
        (people.manager(), True),
        (people.observer(), True),
        (people.admin(), True),
    ]
    for viewer, sees in expected:
        browser = Browser.of(app)
        if viewer is not None:
            browser.sign_in(viewer)
        assert shows_contacts(browser, anna) is sees, viewer


def test_a_blocked_partner_sees_no_contacts_any_more(app: Flask, people: People, anna: Account) -> None:
    partner = people.customer()
    people.taken(anna, partner)
    browser = Browser.of(app).sign_in(partner)
    assert shows_contacts(browser, anna)
    accounts.block_account(partner.id, reason="spam", by=people.admin())
    db.session.commit()
    assert not shows_contacts(browser, anna)


def test_only_active_performers_have_a_page(client: Browser, people: People, anna: Account) -> None:
    admin = people.admin()
    demoted, blocked = people.performer(), people.performer()
    accounts.change_roles([demoted.id], role=Role.CUSTOMER, by=admin)
    accounts.block_account(blocked.id, reason="spam", by=admin)
    db.session.commit()
    for account in (people.customer(), people.manager(), admin, demoted, blocked):
        assert client.get(f"/performers/{account.id}").status_code == 404
    for path in ("0", "-1", str(2**63), str(2**70), "²", "1.5", "x", "%00", "1%20"):
        assert client.get(f"/performers/{path}").status_code in (400, 404)


def test_a_hidden_review_and_the_title_of_a_hidden_order_are_not_shown(
    client: Browser, people: People, anna: Account
) -> None:
    bad, hidden = people.rated(1, anna), people.rated(9, anna)
    orders.hide_review(bad.id, by=people.admin())
    orders.hide_order(hidden.id, by=people.admin())
    db.session.commit()
    page = client.page(f"/performers/{anna.id}")
    assert "1 of 10" not in page.get_text(" ", strip=True)
    assert "9 of 10" in page.get_text(" ", strip=True)
    assert hidden.title not in page.get_text()
    assert "An order that is no longer shown" in page.get_text()


def test_the_title_is_a_link_for_those_who_may_open_the_order(app: Flask, people: People, anna: Account) -> None:
    order = people.rated(9, anna)
    for viewer, linked in (
        (None, False),
        (people.customer(), False),
        (order.customer, True),
        (people.observer(), True),
    ):
        browser = Browser.of(app)
        if viewer is not None:
            browser.sign_in(viewer)
        assert (f'href="/orders/{order.id}"' in page_of(browser, anna)) is linked


def test_reviews_come_newest_first_and_page_by_page_even_when_they_were_written_out_of_order(
    client: Browser, people: People, anna: Account
) -> None:
    written = [people.rated(1 + number % 10, anna).id for number in range(performers.REVIEWS_SIZE + 3)]
    # The first order is the last to be rated.
    first = db.session.get_one(Review, written[0])
    first.created_at = clock.now() + timedelta(minutes=1)
    db.session.commit()
    page = performers.visible_reviews(anna.id)
    seen = [review.order_id for review in page.items]
    assert page.next_cursor is not None
    people.rated(5, anna)
    page = performers.visible_reviews(anna.id, page.next_cursor)
    seen += [review.order_id for review in page.items]
    assert seen == [written[0], *reversed(written[1:])]
    assert page.next_cursor is None

    html = client.page(f"/performers/{anna.id}")
    more = html.select_one(".pager a[rel=next]")
    assert more is not None and str(more["href"]).endswith("#reviews")
    assert client.get(str(more["href"])).status_code == 200


@pytest.mark.parametrize("place", ["!", "A" * 500, (1,), ("yesterday", 1), ("2026-01-01", 2**70)])
def test_a_damaged_cursor_is_said_so(client: Browser, anna: Account, place: str | tuple[str | int, ...]) -> None:
    cursor = place if isinstance(place, str) else encode_cursor(("reviews", anna.id), *place)
    assert client.get(f"/performers/{anna.id}?cursor={cursor}").status_code == 422


def test_the_end_of_the_reviews_is_no_dead_end(client: Browser, people: People, anna: Account) -> None:
    people.rated(9, anna)
    page = client.page(
        f"/performers/{anna.id}?cursor={encode_cursor(('reviews', anna.id), '2000-01-01T00:00:00+00:00', 1)}"
    )
    assert "No more reviews" in page.get_text()


def test_ones_own_page_offers_to_edit_it(client: Browser, people: People, anna: Account) -> None:
    assert 'href="/profile"' not in str(client.page(f"/performers/{anna.id}").main)
    client.sign_in(anna)
    page = client.page(f"/performers/{anna.id}")
    assert 'href="/profile"' in str(page.main)
    assert "Seen only by you" in page.get_text()


def test_an_empty_profile_looks_meant(client: Browser, people: People) -> None:
    page = client.page(f"/performers/{people.performer(name='Boris').id}")
    text = page.get_text(" ", strip=True)
    assert "Boris has not written anything yet." in text and "No reviews yet" in text and "None" not in text


def test_orders_do_not_link_to_a_performer_who_has_no_page(people: People, client: Browser) -> None:
    performer = people.performer()
    order = people.completed(performer)
    browser = client.sign_in(order.customer)
    links = ("/customer?show=completed", f"/orders/{order.id}")
    assert all(browser.page(path).select(f"a[href='/performers/{performer.id}']") for path in links)
    accounts.block_account(performer.id, reason="spam", by=people.admin())
    db.session.commit()
    for path in links:
        page = browser.page(path)
        assert performer.name in page.get_text()
        assert not page.select(f"a[href='/performers/{performer.id}']")
