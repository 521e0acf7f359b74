"""What the tests of signing in by program have in common."""

from __future__ import annotations

from typing import Any

import jwt
from sqlalchemy import func, select

from marketplace.accounts.models import Account, AccountSession
from marketplace.core.db import db
from tests.api.program import Program
from tests.people import PASSWORD

KEY = {"Idempotency-Key": "4f9c"}
ROBOT = "robot/1.0 (nightly)"


def number_of(model: type) -> int:
    """How many rows there are."""
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def sign_in(program: Program, account: Account, **kwargs: Any) -> dict[str, Any]:
    """The tokens of the account, by its password; the program asks with them from now on."""
    program.token = None
    made: dict[str, Any] = program.post("/auth/login", {"email": account.email, "password": PASSWORD}, **kwargs)
    program.token, program.refresh_token = made["access_token"], made["refresh_token"]
    return made


def refresh(program: Program, token: str | None, status: int = 200, **kwargs: Any) -> dict[str, Any]:
    """What comes in the place of the refresh token, or why nothing does; asked without an access token."""
    own, program.token = program.token, None
    made: dict[str, Any] = program.post("/auth/refresh", {"refresh_token": token}, status, **kwargs)
    program.token = own
    return made


def claims_of(program: Program) -> dict[str, Any]:
    """What the access token of the program says."""
    claims: dict[str, Any] = jwt.decode(str(program.token), options={"verify_signature": False})
    return claims


def session_of(program: Program) -> AccountSession:
    """The session that the program's tokens name."""
    return db.session.get_one(AccountSession, int(claims_of(program)["sid"]))
