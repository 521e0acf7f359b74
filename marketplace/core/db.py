"""The database handle, the declarative base and the column types that every model uses."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as RequestSession
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Connection,
    DateTime,
    Engine,
    Enum,
    Identity,
    MetaData,
    event,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry

from marketplace.core.money import Money

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Amount = Annotated[Decimal, mapped_column(Money())]
Key = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]


class Base(DeclarativeBase):
    """Declarative base of all tables."""

    # Flask-SQLAlchemy refuses a `type_annotation_map` on the base, but takes a registry that holds one.
    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={datetime: DateTime(timezone=True), Decimal: Money(), int: BigInteger},
    )
    metadata = registry.metadata


ALONE = "statements stand alone"
LIVELY = 1.0
"""Seconds after its last use for which a connection is taken to be alive."""


class Session(RequestSession):
    """The session of a request; after `read_alone` its statements go without BEGIN and ROLLBACK around them."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        bind: Engine | Connection = super().get_bind(*args, **kwargs)
        # Whoever hands the session a connection has begun a transaction on it.
        return db.engines[ALONE] if self.info.get(ALONE) and isinstance(bind, Engine) else bind


db = SQLAlchemy(model_class=Base, session_options={"class_": Session})


def read_alone() -> None:
    """For requests that only read: saves two of their journeys to the database. To be called before the first one.

    They see what they would see otherwise, because each statement has its own snapshot anyway (READ COMMITTED). Not for
    rows that are read while they are used, which need a transaction.
    """
    db.session.info[ALONE] = True


def ping_idle(engine: Engine) -> None:
    """Has connections that were not used just now tried before they are used: the database may have been restarted.

    The pool's own ping before each use is a journey too; it would be the longest part of a short read.
    """

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["used_at"] = monotonic()

    @event.listens_for(engine, "checkout")
    def try_out(connection: Any, record: Any, _proxy: Any) -> None:
        used_at = record.info.get("used_at")
        if used_at is None or monotonic() - used_at < LIVELY:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # The pool takes another one, or makes it.
            raise DisconnectionError from error


def let_go() -> None:
    """Gives the connection of the session back, for who is about to use another: nobody may wait for one and hold one.

    What was read stays as it was read. Not for those who have written anything: it would be committed.
    """
    session = db.session()
    session.expire_on_commit = False
    try:
        session.commit()
    finally:
        session.expire_on_commit = True


if TYPE_CHECKING:

    class Model(Base):
        """What `db.Model` is to the type checker."""

        __abstract__ = True
else:
    Model = db.Model


def choice(enum: type[StrEnum], name: str) -> Enum:
    """A text column that holds the values of `enum`, with a CHECK called `name` behind it.

    Alembic does not notice a changed list of values: a new one needs a hand-written revision.
    """
    return Enum(
        enum,
        name=name,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def length_check(column: str, limit: int) -> CheckConstraint:
    """A CHECK that bounds a text column, so that no writer can store a book in a name."""
    return CheckConstraint(f"char_length({column}) <= {limit}", name=f"{column}_length")


SEARCH_LANGUAGE = "russian"
"""PostgreSQL's Russian configuration stems words in Latin letters as English, so one vector serves both languages."""


def search_vector(**weights: str) -> Any:
    """A stored tsvector over the given columns (`title="A"`), stemmed as Russian and as English.

    Russian is written with and without the dots of ё; both are kept, and searched for, without.
    """
    parts = [
        f"setweight(to_tsvector('{SEARCH_LANGUAGE}', translate(coalesce({column}, ''), 'ёЁ', 'еЕ')), '{weight}')"
        for column, weight in weights.items()
    ]
    return mapped_column(TSVECTOR, Computed(" || ".join(parts), persisted=True), deferred=True)
