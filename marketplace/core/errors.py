"""The one tree of refusals; the doors alone turn them into status codes."""

from __future__ import annotations

from typing import Any


def N_(text: str) -> str:
    """Marks `text` for the translation catalogues; the doors translate it when they show it."""
    return text


class DomainError(Exception):
    """A refusal with a message for the person: an English msgid and the values to put into it."""

    message = N_("This cannot be done.")

    def __init__(self, message: str | None = None, **values: Any) -> None:
        self.message = message if message is not None else type(self).message
        self.values = values
        super().__init__(self.message % values if values else self.message)


class NotFound(DomainError):
    """There is no such thing, or none that this person may know of."""

    message = N_("There is nothing here.")


class NotAllowed(DomainError):
    """This person may not do this."""

    message = N_("You may not do this.")


class Conflict(DomainError):
    """The thing is not in a state in which this is possible, any more or yet."""

    message = N_("This is no longer possible.")


class Invalid(DomainError):
    """The input is wrong; `field` names the culprit when there is one."""

    message = N_("The input is not valid.")

    def __init__(self, message: str | None = None, *, field: str | None = None, **values: Any) -> None:
        super().__init__(message, **values)
        self.field = field
