"""What a password must be: long enough to be worth something, short enough to be hashed by the hundred."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import PasswordUtil
from wtforms.validators import Length

MIN_PASSWORD, MAX_PASSWORD = 8, 256

not_endless = Length(max=MAX_PASSWORD, message=_l("A password has at most %(max)d characters."))
"""For every field that takes a password: what is longer is refused before anybody hashes it."""


def at_most(limit: int) -> Callable[[str | None], str | None]:
    """A filter for fields that are normalised whatever their validators say, the library's own among them.

    What is longer than `limit` stays too long by one character: to normalise text takes the square of the number of
    accents in a row.
    """
    return lambda text: text and text[: limit + 1]


COMMON = frozenset(
    (
        *(
            "12345678",
            "123456789",
            "1234567890",
            "0123456789",
            "87654321",
            "11111111",
            "00000000",
            "88888888",
            "12341234",
        ),
        *(
            "11223344",
            "1q2w3e4r",
            "1qaz2wsx",
            "1q2w3e4r5t",
            "q1w2e3r4",
            "qwertyui",
            "qwertyuiop",
            "qwerty123",
            "qwerty1234",
        ),
        *(
            "password",
            "password1",
            "password123",
            "passw0rd",
            "asdfghjkl",
            "iloveyou",
            "sunshine",
            "princess",
            "football",
        ),
        *(
            "baseball",
            "superman",
            "trustno1",
            "welcome1",
            "letmein1",
            "administrator",
            "changeme",
            "йцукенгш",
            "йцукенгшщз",
        ),
        *("фывапрол", "пароль123", "парольпароль", "любовь123"),
    )
)
"""What everybody tries first."""


class Passwords(PasswordUtil):
    """Asks for length, not for signs and capitals, and refuses what anybody would guess."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """What is wrong with `password`, and its normal form. `kwargs` is the form, or the `user` who changes it."""
        normal = self.normalize(password)
        if len(normal) < MIN_PASSWORD:
            return [_("A password has at least %(min)s characters.", min=MIN_PASSWORD)], normal
        user = kwargs.get("user")
        own = (user.email, user.name) if user else (kwargs.get("email"), kwargs.get("name"))
        if normal.lower() in COMMON or normal.lower() in [(text or "").lower() for text in own]:
            return [_("This password is easy to guess. Choose another one.")], normal
        return None, normal
