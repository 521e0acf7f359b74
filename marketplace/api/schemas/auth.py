"""Registration, and the tokens by which a program is known."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import current_app
from flask_babel import gettext as _
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from marketplace.accounts.models import EMAIL_LENGTH
from marketplace.api.schemas.me import PersonName
from marketplace.api.schemas.values import Answer, Body, Text
from marketplace.core.text import one_line
from marketplace.web.passwords import MAX_PASSWORD, MIN_PASSWORD

LONGEST_REFRESH = 200


def _address(text: str) -> str:
    # The very tool of the pages' forms: one account must not be two for them and for us.
    return str(current_app.extensions["security"].mail_util.validate(one_line(text)))


def _no_code(value: Any) -> Any:
    if value is not None:
        raise ValueError(_("No account has a second factor yet. Leave the code out."))
    return value


Email = Annotated[
    Text,
    Field(min_length=3, max_length=EMAIL_LENGTH, examples=["anna@example.com"], json_schema_extra={"format": "email"}),
    AfterValidator(_address),
]
"""An email address, in one spelling."""

NoCode = Annotated[None, BeforeValidator(_no_code), WithJsonSchema({"type": "null"})]

Password = Field(min_length=1, max_length=MAX_PASSWORD, examples=["a-long-enough-word"])
NewPassword = Field(
    min_length=MIN_PASSWORD,
    max_length=MAX_PASSWORD,
    description="Neither one that everybody tries first, nor the email or the name.",
    examples=["a-long-enough-word"],
)


class Registration(Body):
    """Who somebody is and what they come for."""

    email: Email = Field(description="For signing in.")
    password: Text = NewPassword
    name: PersonName = Field(description="Of a person or a firm; everybody sees it.")
    role: Literal["customer", "performer"] = Field(description="Customers post orders, performers do the work.")


class SignIn(Body):
    """By what a person is known."""

    email: Email
    password: Text = Password
    code: NoCode = Field(
        None,
        description="Of a second factor. No account has one yet, so nothing but null is taken.",
    )


class PasswordChange(Body):
    """The password that is known, and the one that takes its place."""

    current_password: Text = Password
    new_password: Text = Field(
        min_length=MIN_PASSWORD,
        max_length=MAX_PASSWORD,
        description="Another one, and neither one that everybody tries first, nor the email or the name.",
        examples=["another-long-enough-word"],
    )


class Refresh(Body):
    """By what a program is known that has signed in."""

    refresh_token: Text = Field(
        min_length=1,
        max_length=LONGEST_REFRESH,
        description="The latest that this program was given.",
        examples=["Zk9tQ0pXb2hGdXlYbnR6cE5kS3ZRc1J4TGJUaEFq"],
    )


class Tokens(Answer):
    """What a program shows from now on."""

    access_token: str = Field(
        description="For the Authorization header of every other request.",
        examples=["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl"],
    )
    refresh_token: str = Field(
        description="For the next pair, once, within 30 days.", examples=["Zk9tQ0pXb2hGdXlYbnR6cE5kS3ZRc1J4TGJUaEFq"]
    )
    token_type: Literal["Bearer"]
    expires_in: int = Field(ge=1, description="Seconds for which the access token is good.", examples=[900])
