"""Passwords, tokens and keys are written down nowhere."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from marketplace.accounts import services
from marketplace.accounts.models import Account, AuditEntry
from marketplace.core.db import db
from marketplace.core.repeats import KeptAnswer
from marketplace.web.requestlog import JsonLines
from tests.api.program import Program
from tests.people import People


class TestTraces:
    """No secret is written down."""

    @pytest.fixture
    def log(self) -> Iterator[io.StringIO]:
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(JsonLines())
        loggers = [logging.getLogger(name) for name in ("marketplace", "flask-limiter", "sqlalchemy", "jwt")]
        levels = [logger.level for logger in loggers]
        for logger in loggers:
            logger.setLevel("INFO")
            logger.addHandler(handler)
        yield stream
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)

    def test_in_the_log_and_in_the_trail(
        self, app: Flask, people: People, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program = Program(app)
        fields = {"email": "anna@example.com", "password": "a-long-enough-word", "name": "Anna", "role": "performer"}
        program.post("/auth/register", fields, 201, headers={"Idempotency-Key": "the-first-key"})
        program.post("/auth/register", fields, 422)
        program.post("/auth/login", {"email": "anna@example.com", "password": "a-mistaken-word"}, 401)
        first = program.post(
            "/auth/login",
            {key: fields[key] for key in ("email", "password")},
            headers={"Idempotency-Key": "the-second-key"},
        )
        second = program.post(
            "/auth/refresh", {"refresh_token": first["refresh_token"]}, headers={"Idempotency-Key": "the-third-key"}
        )
        program.token = second["access_token"]
        program.get("/me")
        program.patch("/me", {"contacts": {"phone": "+7 912 345-67-89"}})
        program.get(f"/me?access_token={second['access_token']}", 422)
        program.get("/me", 401, headers={"Authorization": f"Bearer {first['access_token']}x"})
        change = {"current_password": "a-long-enough-word", "new_password": "a-changed-word"}
        program.post("/me/password", change | {"current_password": "a-guessed-word"}, 422)
        third = program.post("/me/password", change, headers={"Idempotency-Key": "the-fourth-key"})
        program.token = third["access_token"]
        anna = db.session.scalars(select(Account).where(Account.email == "anna@example.com")).one()
        services.block_account(anna.id, reason="spam", by=people.admin())
        db.session.commit()
        program.get("/me", 401)
        program.token = None
        program.post("/auth/refresh", {"refresh_token": second["refresh_token"]}, 401)
        monkeypatch.setattr(services, "refresh_tokens", fail)
        program.post("/auth/refresh", {"refresh_token": second["refresh_token"]}, 500)

        tokens = [made[name] for made in (first, second, third) for name in ("access_token", "refresh_token")]
        passwords = ["a-long-enough-word", "a-mistaken-word", "a-guessed-word", "a-changed-word"]
        # A kept answer is found by its key, and may be one that shows its caller the contacts.
        keys = ["the-first-key", "the-second-key", "the-third-key", "the-fourth-key"]
        contacts = ["912 345", "anna@example"]
        secrets = [*tokens, *passwords, *keys, *contacts]
        assert "traceback" in log.getvalue()
        trail = [[entry.before, entry.after] for entry in db.session.scalars(select(AuditEntry))]
        kept = [[row.request, row.headers, row.body] for row in db.session.scalars(select(KeptAnswer))]
        assert [secret for secret in secrets if secret in log.getvalue()] == []
        assert [secret for secret in secrets if secret in json.dumps(trail)] == []
        assert [secret for secret in [*tokens, *passwords] if secret in json.dumps(kept)] == []


def fail(token: str, **_rest: Any) -> None:
    """Meets an error of the database, which repeats what it was given."""
    db.session.execute(text("SELECT CAST(:token AS int)"), {"token": token})
