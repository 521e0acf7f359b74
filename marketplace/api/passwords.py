"""The caller's own password."""

from __future__ import annotations

from flask import Flask, current_app
from flask_security.changeable import change_user_password

from marketplace.accounts import services
from marketplace.api.auth import first_tokens, tokens_told_before
from marketplace.api.protocol.blueprint import blueprint
from marketplace.api.protocol.errors import FieldsRefused, SamePassword, WrongPassword
from marketplace.api.protocol.operations import operation
from marketplace.api.schemas.auth import PasswordChange, Tokens
from marketplace.web.limits import limit_password
from marketplace.web.viewer import account


def init_app(app: Flask) -> None:
    """Puts the limits of the page on the operation; an attempt counts the same, whichever way it comes."""
    limit_password(app, f"{blueprint.name}.change_password")


@operation("POST", "/me/password", tag="me", body=PasswordChange, answer=Tokens, is_secret=True)
def change_password(body: PasswordChange) -> Tokens:
    """Change the own password.

    Every browser and every program of the caller is signed out by it, the caller's own tokens too: the answer holds
    those that take their place. A current password that is not right is a 422, as is a new one that is the same or easy
    to guess; nothing is changed then. Attempts count together with those on the pages: from one address with attempts
    to sign in, and for one person. Whoever has lost the answer signs in with the new password; with such tokens the
    same request under its Idempotency-Key gets the tokens of the first time, until they are used, and a 409
    (`key-spent`) afterwards: the password is changed, there is nothing left to do. The other 409 (`still-at-work`) is
    told while the first request of the key is still at work: send the same again after a moment.
    """
    again = tokens_told_before()
    if again is not None:
        return again
    person, tool = account(), current_app.extensions["security"].password_util
    present = tool.normalize(body.current_password)
    if not (person.verify_and_update_password(present) and services.hold_checked(person)):
        raise WrongPassword(field="current_password")
    wrong, wanted = tool.validate(body.new_password, False, user=person)
    if wanted == present:
        raise SamePassword(field="new_password")
    if wrong:
        raise FieldsRefused({"new_password": wrong})
    # The page's own act. It ends every session but that of the cookie, and here is none.
    change_user_password(person, wanted, autologin=False)
    return first_tokens(person)
