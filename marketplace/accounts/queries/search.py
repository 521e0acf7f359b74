"""People looked for, by what they are called and by what they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, false, func, or_, select, text

from marketplace.accounts.models import NAME_WORDS, Account, Profile
from marketplace.accounts.states import Role
from marketplace.core.db import db
from marketplace.core.paging import Page, bounded_id, decode_cursor, make_page
from marketplace.core.text import one_line

ID = re.compile(r"[0-9]{1,18}")
WORD = re.compile(r"[^\W_]+")
UNDOTTED = str.maketrans("ёЁ", "еЕ")


def find_customers(words: str, *, limit: int) -> Sequence[Account]:
    """Active customers whose address, or a word of whose name, begins with `words`, by address."""
    name = func.lower(Profile.name)
    beginning = words.lower()
    return db.session.scalars(
        select(Account)
        .join(Profile, Profile.account_id == Account.id)
        .where(
            Account.role == Role.CUSTOMER,
            Account.active,
            or_(
                Account.email.startswith(beginning, autoescape=True),
                name.startswith(beginning, autoescape=True),
                name.contains(f" {beginning}", autoescape=True),
            ),
        )
        .order_by(Account.email)
        .limit(limit)
    ).all()


def people_called(words: str) -> Select[int]:
    """The ids of people each of whose names has, for every one of `words`, a word that begins so.

    A number is somebody's id, an address is that of one account; letters are compared without case and without the
    dots of ё. Whoever asks bounds the number of rows.
    """
    if ID.fullmatch(words):
        return select(Account.id).where(Account.id == int(words))
    if "@" in words:
        return select(Account.id).where(Account.email == words.strip().lower())
    beginnings = " & ".join(f"{word}:*" for word in WORD.findall(words))
    if not beginnings:
        return select(Account.id).where(false())
    return (
        select(Profile.account_id)
        .where(text(f"{NAME_WORDS} @@ to_tsquery('simple', :called)"))
        .params(called=beginnings.translate(UNDOTTED))
    )


@dataclass(frozen=True)
class PeopleFilter:
    """Whose accounts are looked for; every part is optional.

    `words` are as `people_called` takes them, or how an email begins.
    """

    words: str = ""
    role: Role | None = None
    active: bool | None = None


def people(wanted: PeopleFilter, *, after: str | None, size: int) -> Page[Account]:
    """One page of accounts, the newest first."""
    words = one_line(wanted.words)
    asked = ("people", replace(wanted, words=words))
    query = select(Account).order_by(Account.id.desc()).limit(size + 1)
    if words:
        beginning = Account.email.startswith(words.lower(), autoescape=True)
        query = query.where(or_(Account.id.in_(people_called(words)), beginning))
    if wanted.role is not None:
        query = query.where(Account.role == wanted.role)
    if wanted.active is not None:
        query = query.where(Account.active.is_(wanted.active))
    if after:
        query = query.where(Account.id < decode_cursor(after, asked, bounded_id)[0])
    return make_page(db.session.scalars(query).all(), size, after, asked, lambda person: (person.id,))
