"""What the API refuses by itself, before the domain is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from marketplace.core.errors import N_, Conflict, Invalid, NotAllowed


class FieldsRefused(Invalid):
    """What was sent has not the shape that is documented; `errors` say where."""

    message = N_("What was sent cannot be read. See “errors”.")

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__()
        self.errors = errors


class KeyReused(Invalid):
    """The caller has used this Idempotency-Key for something else."""

    message = N_("This Idempotency-Key was used for another request.")


class KeyRefused(Invalid):
    """Not a name that can be kept."""

    message = N_("An Idempotency-Key has 1 to %(limit)s visible ASCII characters.")


class StillAtWork(Conflict):
    """The first request of this Idempotency-Key has not been answered yet."""

    message = N_("The first request with this Idempotency-Key is still at work. Ask again in a moment.")


class NotRecognised(NotAllowed):
    """Nobody has this address, or another password, or they are blocked: which of these is not told."""

    message = N_("The email or the password is not right.")


class WrongPassword(Invalid):
    """Not the password of the person whose token was sent."""

    message = N_("The password is not right.")


class SamePassword(Invalid):
    """Changing it would change nothing, and somebody believes that it does."""

    message = N_("The new password is the same as the present one.")


class KeySpent(Conflict):
    """The first request of this Idempotency-Key was answered with tokens that are used by now."""

    message = N_("You have signed in with this Idempotency-Key, and the tokens are in use. Choose another key.")
