"""What people keep of the order list and whom they find there: filters by name, people by name, nobody's secrets."""

from __future__ import annotations

from decimal import Decimal

import pytest

from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.errors import NoSuchFilter, TooManyFilters
from marketplace.orders.models import SavedFilter
from marketplace.orders.queries import order_list, order_list_ways
from marketplace.orders.queries.order_list import OrderFilter, listed_orders, people_on_list, saved_filters
from marketplace.orders.queries.order_list_conditions import Sort
from marketplace.orders.services.filters import MOST_FILTERS
from marketplace.orders.states import MoneyState, Status
from tests.orders.test_order_list import make_three_many
from tests.people import People


def test_who_has_only_sent_an_offer_cannot_ask_who_manages_the_order_or_about_its_money(people: People) -> None:
    manager, performer = people.manager(), people.performer()
    order = people.order()
    services.request_quote(order.id, by=order.customer)
    services.assign_manager(order.id, manager_id=manager.id, by=manager)
    services.send_offer(order.id, services.OfferInput(days=1, price=order.price), by=performer)
    db.session.commit()

    def ids(**asked: object) -> list[int]:
        page = listed_orders(OrderFilter(**asked), by=performer)  # type: ignore[arg-type]  # one filter or another
        return [row.order.id for row in page.items]

    assert ids() == [order.id]
    assert ids(managers=(manager.id,)) == ids(money_states=(MoneyState.UNPAID,)) == ids(unassigned=True) == []


def test_too_many_people_of_one_name_are_not_looked_through(people: People) -> None:
    staff = people.manager()
    for _ in range(order_list.MOST_PEOPLE):
        people.customer(name="Ivan")
    assert len(people_on_list("ivan", "customer", by=staff) or ()) == order_list.MOST_PEOPLE
    people.customer(name="Ivan")
    assert people_on_list("ivan", "customer", by=staff) is None
    assert people_on_list("ivan", "customer", by=people.customer()) == ()


def test_who_is_not_staff_finds_only_the_people_of_their_own_orders(people: People) -> None:
    mine, other = people.performer(name="Pavel Known"), people.performer(name="Pavel Strange")
    customer = people.customer()
    people.taken(mine, customer)
    people.taken(other)
    assert people_on_list("pavel", "performer", by=customer) == (mine.id,)
    assert people_on_list(str(other.id), "performer", by=customer) == ()
    assert people_on_list(other.email, "performer", by=customer) == ()


def test_what_was_counted_a_moment_ago_does_not_hide_new_orders_from_a_page(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_three_many(monkeypatch)
    customer, staff = people.customer(), people.manager()
    wanted = OrderFilter(statuses=(Status.NEW,))
    orders = [people.order(customer) for _ in range(5)]
    assert len(listed_orders(wanted, by=staff).items) == 5
    orders.append(people.order(customer))
    assert [row.order for row in listed_orders(wanted, by=staff).items] == orders[::-1]


@pytest.mark.parametrize("sort", Sort)
def test_an_order_stays_on_a_page_whatever_state_it_comes_to(
    people: People, monkeypatch: pytest.MonkeyPatch, sort: Sort
) -> None:
    make_three_many(monkeypatch)
    customer, staff = people.customer(), people.manager()
    orders = {people.order(customer).id for _ in range(6)}
    category_id = people.category().id
    for wanted in (OrderFilter(category_id=category_id, total_to=Decimal(5000), sort=sort), OrderFilter(sort=sort)):
        assert {row.order.id for row in listed_orders(wanted, by=staff).items} == orders
        services.cancel_order(max(orders), reason="No longer needed", by=customer)
        db.session.commit()
        assert {row.order.id for row in listed_orders(wanted, by=staff).items} == orders
        orders.add(people.order(customer).id)
        order_list_ways._many.clear()


def test_a_kept_filter_is_replaced_by_one_of_the_same_name(people: People) -> None:
    user, other = people.customer(), people.performer()
    services.save_filter("Mine", query="status=new", by=user)
    services.save_filter("Mine", query="status=quoted", by=other)
    services.save_filter(" Mine ", query="status=completed", by=user)
    services.save_filter("All", query="", by=user)
    assert [(kept.name, kept.query) for kept in saved_filters(user)] == [("All", ""), ("Mine", "status=completed")]
    assert [kept.query for kept in saved_filters(other)] == ["status=quoted"]


def test_nobody_keeps_more_filters_than_the_limit(people: People) -> None:
    user = people.customer()
    for number in range(MOST_FILTERS):
        services.save_filter(f"Filter {number}", query="", by=user)
    with pytest.raises(TooManyFilters):
        services.save_filter("One more", query="", by=user)
    services.save_filter("Filter 7", query="status=new", by=user)
    assert len(saved_filters(user)) == MOST_FILTERS


def test_a_filter_of_somebody_else_cannot_be_deleted(people: People) -> None:
    user, other = people.customer(), people.admin()
    kept = services.save_filter("Mine", query="", by=user)
    with pytest.raises(NoSuchFilter):
        services.delete_filter(kept.id, by=other)
    assert db.session.get(SavedFilter, kept.id) is kept
    services.delete_filter(kept.id, by=user)
    assert saved_filters(user) == []
