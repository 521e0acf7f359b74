"""Tables of people: who they are, what they say of themselves, where they are signed in, what admins did."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from flask_security.core import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.states import STAFF, PriceUnit, Role, SessionKind
from marketplace.core import clock
from marketplace.core.db import Amount, Key, Model, choice, length_check, search_vector

EMAIL_LENGTH = 254
NAME_LENGTH = 100
CONTACT_LENGTH = 200
HEADLINE_LENGTH = 140
ABOUT_LENGTH = 5000
MAX_LINKS = 10

NAME_WORDS = "to_tsvector('simple', translate(name, 'ёЁ', 'еЕ'))"
"""SQL of the words of a name as they are, for finding people by how their names begin."""


class Account(Model, UserMixin):
    """A person who can sign in. `active` false means blocked: signed out everywhere, can do nothing."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lowercase"),
        length_check("email", EMAIL_LENGTH),
        CheckConstraint("active = (blocked_at IS NULL)", name="blocked_at_when_blocked"),
        Index("ix_accounts_role", "role", "id"),
    )

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(Text, unique=True)
    password: Mapped[str] = mapped_column(Text)
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    active: Mapped[bool] = mapped_column(default=True)
    blocked_at: Mapped[datetime | None]
    block_reason: Mapped[str | None] = mapped_column(Text)
    # The sign-in library puts this text, not the id, into its cookie, which is worth nothing without an AccountSession.
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=lambda: secrets.token_hex(16))
    locale: Mapped[str | None] = mapped_column(String(5))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    profile: Mapped[Profile] = relationship(
        lazy="joined", innerjoin=True, cascade="all", passive_deletes=True, single_parent=True
    )

    @property
    def name(self) -> str:
        """What others call this person."""
        return self.profile.name

    @property
    def is_staff(self) -> bool:
        """True for those who run the house."""
        return self.role in STAFF

    @property
    def has_page(self) -> bool:
        """True for those whom the directory of performers shows."""
        return self.active and self.role is Role.PERFORMER

    # The sign-in library asks for a list of roles; ours are one per person and asked of policies.
    roles = []

    def __str__(self) -> str:
        return self.email


class Profile(Model):
    """What a person says of themselves. Contacts are shown only to partners in an order and to staff."""

    __tablename__ = "profiles"
    __table_args__ = (
        length_check("name", NAME_LENGTH),
        length_check("phone", CONTACT_LENGTH),
        length_check("messenger", CONTACT_LENGTH),
        length_check("site", CONTACT_LENGTH),
        length_check("headline", HEADLINE_LENGTH),
        length_check("about", ABOUT_LENGTH),
        CheckConstraint("char_length(name) > 0", name="name_given"),
        CheckConstraint("usual_price > 0", name="usual_price_positive"),
        CheckConstraint(f"cardinality(links) <= {MAX_LINKS}", name="links_count"),
        Index("ix_profiles_search", "search", postgresql_using="gin"),
        Index("ix_profiles_name_words", text(NAME_WORDS), postgresql_using="gin"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text, default="", server_default="")
    messenger: Mapped[str] = mapped_column(Text, default="", server_default="")
    site: Mapped[str] = mapped_column(Text, default="", server_default="")
    about: Mapped[str] = mapped_column(Text, default="", server_default="")
    headline: Mapped[str] = mapped_column(Text, default="", server_default="")
    usual_price: Mapped[Amount | None]
    price_unit: Mapped[PriceUnit] = mapped_column(choice(PriceUnit, "price_unit"), default=PriceUnit.HOUR)
    links: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    search: Mapped[Any] = search_vector(name="A", headline="A", about="B")

    @property
    def has_contacts(self) -> bool:
        """True when there is anything to reach this person by."""
        return bool(self.phone or self.messenger or self.site)

    def __str__(self) -> str:
        return self.name


class AccountSession(Model):
    """One signed-in device, or program. The cookie carries `token`; once `ended_at` is set the cookie is dead.

    The tokens of a program name the session, so they die with it, and with all the others of its family.
    """

    __tablename__ = "account_sessions"
    __table_args__ = (
        length_check("user_agent", 300),
        Index("ix_account_sessions_live", "account_id", postgresql_where="ended_at IS NULL"),
    )

    id: Mapped[Key]
    token: Mapped[str] = mapped_column(String(64), unique=True, default=lambda: secrets.token_urlsafe(32))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    kind: Mapped[SessionKind] = mapped_column(
        choice(SessionKind, "kind"), default=SessionKind.BROWSER, server_default="browser"
    )
    user_agent: Mapped[str] = mapped_column(Text, default="")
    address: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]


class RefreshToken(Model):
    """Gets a program its next access token, and its next refresh token, once. Only a digest of it is stored.

    `retry` is a digest of what the caller promised to repeat the request with, should its answer be lost.
    """

    __tablename__ = "refresh_tokens"

    id: Mapped[Key]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("account_sessions.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    retry: Mapped[str | None] = mapped_column(String(64))


class LiveTicket(Model):
    """Lets the browser of a session open one WebSocket, once and soon; redeeming a ticket deletes its row."""

    __tablename__ = "live_tickets"

    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("account_sessions.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AuditEntry(Model):
    """Insert-only: one thing that an admin changed, with the values before and after."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_subject", "subject_type", "subject_id"),)

    id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(default=clock.now, server_default=func.now())
    actor_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    action: Mapped[str] = mapped_column(String(64))
    subject_type: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str] = mapped_column(String(64))
    before: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)

    actor: Mapped[Account] = relationship()
