"""Whatever is not our own access token opens nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest
from flask import Flask

from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.orders.states import Status
from tests.api.program import Program
from tests.api.robots import claims_of
from tests.people import People


def key_of(app: Flask) -> bytes:
    """What our tokens are signed with."""
    return hmac.digest(app.config["SECRET_KEY"].encode(), b"access tokens of the API", "sha256")


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unsigned(claims: dict[str, Any], header: dict[str, Any], signature: str = "") -> str:
    return f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}.{signature}"


CLAIMS: dict[str, dict[str, Any]] = {
    "another audience": {"aud": "elsewhere"},
    "several audiences without ours": {"aud": ["elsewhere", "podryad"]},
    "an audience that is no text": {"aud": 7},
    "another issuer": {"iss": "elsewhere"},
    "an issuer that is no text": {"iss": ["podryad"]},
    "a person that is no number": {"sub": "admin"},
    "a person that is a number and no text": {"sub": 7},
    "a person that no row can have": {"sub": "9" * 30},
    "a person below zero": {"sub": "-1"},
    "digits of another script": {"sub": "٧"},
    "nobody": {"sub": "0"},
    "a session that is no number": {"sid": "x"},
    "a session that no row can have": {"sid": "9" * 30},
    "a list for a session": {"sid": ["7"]},
    "a session that is not there": {"sid": "999999999"},
    "it ended long ago": {"exp": 1},
    "it ends never": {"exp": float("inf")},
    "it ends at no time": {"exp": float("nan")},
    "it ends at a text": {"exp": "tomorrow"},
    "it ends at nothing": {"exp": None},
    "it is not good yet": {"nbf": 9_999_999_999},
}


class TestForgery:
    """Whatever is not our own token is refused, changes nothing, and says how to sign in."""

    def refused(self, robot: Program, people: People, token: str) -> None:
        order = people.order()
        robot.get("/me")
        own, robot.token = robot.token, token
        answer = robot.ask("POST", f"/orders/{order.id}/take")
        assert answer.status_code == 401, answer.text
        assert answer.mimetype == "application/problem+json"
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
        assert db.session.get_one(Order, order.id).status is Status.NEW
        assert robot.ask("GET", f"/orders/{order.id}").status_code == 401, "also where nobody has to sign in"
        robot.token = own
        robot.get("/me")

    @pytest.mark.parametrize("change", CLAIMS.values(), ids=CLAIMS)
    def test_other_claims(self, app: Flask, robot: Program, people: People, change: dict[str, Any]) -> None:
        key = key_of(app)
        claims = claims_of(robot)
        control, robot.token = robot.token, jwt.encode(claims, key, algorithm="HS256")
        robot.get("/me")
        robot.token = control
        header, payload = b64(b'{"alg":"HS256","typ":"JWT"}'), b64(json.dumps(claims | change).encode())
        signature = hmac.digest(key, f"{header}.{payload}".encode(), "sha256")
        self.refused(robot, people, f"{header}.{payload}.{b64(signature)}")

    @pytest.mark.parametrize("name", ["iss", "aud", "sub", "sid", "iat", "exp"])
    def test_a_missing_claim(self, app: Flask, robot: Program, people: People, name: str) -> None:
        claims = claims_of(robot)
        del claims[name]
        self.refused(robot, people, jwt.encode(claims, key_of(app), algorithm="HS256"))

    @pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
    def test_another_algorithm_with_our_key(self, app: Flask, robot: Program, people: People, algorithm: str) -> None:
        digest = {"HS384": hashlib.sha384, "HS512": hashlib.sha512}[algorithm]
        body = unsigned(claims_of(robot), {"alg": algorithm, "typ": "JWT"}).rstrip(".")
        self.refused(robot, people, f"{body}.{b64(hmac.digest(key_of(app), body.encode(), digest))}")

    @pytest.mark.parametrize(
        "header",
        [
            {"alg": "none"},
            {"alg": "None"},
            {"alg": "NONE", "typ": "JWT"},
            {"alg": ""},
            {"alg": None},
            {"alg": ["HS256"]},
            {"alg": "HS256"},
            {"alg": "RS256"},
            {"typ": "JWT"},
            {"alg": "HS256", "b64": False, "crit": ["b64"]},
            {"alg": "HS256", "kid": "../../dev/null"},
            {"alg": "HS256", "jwk": {"kty": "oct", "k": "eA"}},
            [],
        ],
        ids=str,
    )
    @pytest.mark.parametrize("signature", ["", "eA"])
    def test_no_signature(self, robot: Program, people: People, header: Any, signature: str) -> None:
        self.refused(robot, people, unsigned(claims_of(robot), header, signature))

    def test_another_key(self, app: Flask, robot: Program, people: People) -> None:
        claims = claims_of(robot)
        body = unsigned(claims, {"alg": "HS256", "typ": "JWT"}).rstrip(".")
        for key in (b"", b"x" * 32, app.config["SECRET_KEY"].encode(), hashlib.sha256(key_of(app)).digest()):
            self.refused(robot, people, f"{body}.{b64(hmac.digest(key, body.encode(), 'sha256'))}")

    def test_blanks_that_are_none(self, robot: Program, people: People) -> None:
        token = robot.token
        for blank in ("\xa0", "\x85"):
            self.refused(robot, people, f"{blank}{token}")

    def test_somebody_else_put_into_it(self, robot: Program, people: People) -> None:
        header, _payload, signature = str(robot.token).split(".")
        changed = claims_of(robot) | {"sub": str(people.admin().id)}
        self.refused(robot, people, f"{header}.{b64(json.dumps(changed).encode())}.{signature}")

    def test_the_session_of_somebody_else(self, app: Flask, robot: Program, people: People) -> None:
        other = Program(app, people.admin())
        for change in ({"sid": claims_of(other)["sid"]}, {"sub": claims_of(other)["sub"]}):
            self.refused(robot, people, jwt.encode(claims_of(robot) | change, key_of(app), algorithm="HS256"))

    @pytest.mark.parametrize("cut", [1, 10, -1, -10])
    def test_a_piece_of_it(self, robot: Program, people: People, cut: int) -> None:
        token = str(robot.token)
        self.refused(robot, people, token[cut:] if cut > 0 else token[:cut])

    @pytest.mark.parametrize(
        "token",
        [
            *("", ".", "..", "...", "a.b.c", "null", "é.é.é", "x" * 1999, "\x7f"),
            b64(b"[" * 1400) + ".e30.eA",
            b64(b'{"alg":"HS256"}') + "." + b64(b"[" * 1300) + ".eA",
            b64(b'{"alg":"HS256"}') + "." + b64(b"\xff\xfe") + ".eA",
        ],
    )
    def test_what_is_no_token(self, robot: Program, people: People, token: str) -> None:
        self.refused(robot, people, token)
