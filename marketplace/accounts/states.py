"""What an account can be, and how long it stays signed in."""

from datetime import timedelta
from enum import StrEnum

IDLE_LIMIT = timedelta(days=30)
"""A device that was not seen for so long is signed out."""

ACCESS_LIFETIME = timedelta(minutes=15)
"""How long a program may use one access token."""

REFRESH_LIFETIME = timedelta(days=30)
"""How long a program may wait before it asks for the next one."""


class Role(StrEnum):
    """The type of an account; a person has exactly one."""

    CUSTOMER = "customer"
    PERFORMER = "performer"
    MANAGER = "manager"
    OBSERVER = "observer"
    ADMIN = "admin"


REGISTRABLE = (Role.CUSTOMER, Role.PERFORMER)
"""The roles that people may give themselves; an admin gives the others."""

STAFF = frozenset({Role.MANAGER, Role.OBSERVER, Role.ADMIN})
"""The roles of those who run the house: they see every order and every contact."""


class PriceUnit(StrEnum):
    """What a performer's usual price is for."""

    HOUR = "hour"
    ORDER = "order"


class SessionKind(StrEnum):
    """What is signed in: a browser has a cookie, a program has tokens."""

    BROWSER = "browser"
    PROGRAM = "program"
