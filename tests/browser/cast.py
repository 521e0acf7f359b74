"""Everybody and everything that the crawls look at: each role, each state of an order, and texts hard to fit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.catalog.models import Category
from marketplace.core.db import db
from marketplace.orders import services as orders
from tests.browser.shelves import Shelves, fill
from tests.people import People

FIRM = "Общество с ограниченной ответственностью «Электросельхозмонтажпусконаладка»"
WORD = "Электронновычислительно" * 4
TITLE = f"{WORD} https://example.com/{'catalogue-' * 8}"
PROSE = f"{WORD}\n\nhttps://example.com/{'specification/' * 12}\n\nA plain line.\nAnd one more."
MORE_THAN_A_PAGE = 26


@dataclass(frozen=True)
class Cast:
    """Ids of accounts by role, of further people, of orders by state, and of two categories."""

    accounts: dict[Role, int]
    newcomer: int
    blocked: int
    new: int
    agreed: int
    in_progress: int
    completed: int
    rated: int
    unanswered: int
    cancelled: int
    hidden: int
    category: int
    unused_category: int
    shelves: Shelves

    @classmethod
    def of(cls, people: People) -> Cast:
        """Plays all the scenes once."""
        category = people.category()
        unused = Category(slug="unused-" + "x" * 30, name_ru=WORD[:60], name_en="Unused " * 8)
        db.session.add(unused)
        customer = people.customer(name=FIRM, phone="+7 912 345-67-89", messenger=f"Telegram @{'name_' * 10}")
        performer = people.performer(
            name="Константинопольская-Воскресенская Александра Владиславовна",
            headline=f"{WORD} и всё, что с ними связано",
            about=PROSE,
            site=f"https://example.com/{'portfolio-' * 12}",
            links=[f"https://example.com/{'works/' * 20}", "https://example.com/short"],
            usual_price=Decimal("98765432.90"),
        )
        staff = {role: people.account(role) for role in (Role.MANAGER, Role.OBSERVER, Role.ADMIN)}
        admin = staff[Role.ADMIN]
        for number in range(MORE_THAN_A_PAGE):
            people.order(customer, title=f"{number}: fix the report")
        new = people.order(customer, title=TITLE[:120], description=PROSE, price=Decimal("98765432.50"))
        agreed = people.order(customer, price=None, deadline=None)
        rated = [people.rated(rating, performer, customer) for rating in (10, 7, 9, 3)]
        orders.answer_review(rated[0].id, answer=PROSE, by=performer)
        withdrawn = people.taken(performer, customer, title=TITLE[:120])
        orders.withdraw_order(withdrawn.id, reason=PROSE, by=performer)
        in_progress = people.taken(performer, customer, title=TITLE[:120], description=PROSE)
        completed = people.completed(performer, customer)
        cancelled = people.order(customer)
        orders.cancel_order(cancelled.id, reason=PROSE, by=customer)
        hidden = people.order(customer)
        orders.hide_order(hidden.id, by=admin)
        blocked = people.customer()
        accounts.block_account(blocked.id, reason=WORD, by=admin)
        newcomer = people.performer()
        db.session.commit()
        shelves = fill(people, customer, performer, staff[Role.MANAGER], in_progress, word=WORD, prose=PROSE)
        everybody: dict[Role, Account] = {Role.CUSTOMER: customer, Role.PERFORMER: performer, **staff}
        return cls(
            accounts={role: account.id for role, account in everybody.items()},
            newcomer=newcomer.id,
            blocked=blocked.id,
            new=new.id,
            agreed=agreed.id,
            in_progress=in_progress.id,
            completed=completed.id,
            rated=rated[0].id,
            unanswered=rated[1].id,
            cancelled=cancelled.id,
            hidden=hidden.id,
            category=category.id,
            unused_category=unused.id,
            shelves=shelves,
        )
