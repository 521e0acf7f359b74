"""JSON that no honest program sends, what the description of the API says of it, and tokens that are worth nothing."""

from __future__ import annotations

import hmac
import json
import re
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt
from jsonschema_rs import Draft202012Validator

from marketplace.accounts.services.tokens import AUDIENCE, ISSUER
from marketplace.api.description.document import described
from tests.promises.callers import Callers

JSON = "application/json"
LONG = "x" * 20_000
PARTS: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 11, 1.5, 2**31, 2**63, 2**70, -(2**70), 10**400, 1e-300, 1e300),
    *("", " ", "x", LONG, "я" * 5_000, "\u202e\u200b", "e\u0301" * 60, "<script>alert(1)</script>", "{{7*7}}"),
    *("'; DROP TABLE orders; --", "%s%n", "../../etc/passwd", "\r\nSet-Cookie: a=b", "javascript:alert(1)"),
    *(
        "NaN",
        "-Infinity",
        "1e5",
        "1_000",
        "²",
        "١٢",
        "0.001",
        "-5",
        "00",
        "1.",
        ".5",
        "1,5",
        "9" * 400,
        "9999999999.99",
    ),
    *("true", "null", "1", "2030-02-30", "10000-01-01", "0000-00-00", "2030-01-31T00:00", "1", "0001-01-01"),
    *("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2030-01-31T12:00:00Z", "2030-01-31"),
    *([], [None], [[]], ["x"], [1, 2**70], [{}], {}, {"a": 1}, {"id": 1}, {"": None}, {"__proto__": {"a": 1}}),
)
"""Values of every type and of none, for any field."""

BROKEN: tuple[str, ...] = ("\x00", "a\x00b", "\ud800", "a\udfff", "\udc00\ud800")
"""Texts that nobody can store; a schema cannot say so."""

BODIES: dict[str, tuple[str | None, bytes]] = {
    "nothing": (JSON, b""),
    "a blank": (JSON, b" "),
    "no JSON": (JSON, b"reason=No"),
    "cut off": (JSON, b'{"reason": "N'),
    "two values": (JSON, b"{} {}"),
    "a list": (JSON, b"[]"),
    "a text": (JSON, b'"reason"'),
    "a number": (JSON, b"1"),
    "null": (JSON, b"null"),
    "an unknown field": (JSON, b'{"unknown": 1}'),
    "a field twice": (JSON, b'{"a": 1, "a": 2}'),
    "a field twice, written otherwise": (JSON, b'{"a": 1, "\\u0061": 2}'),
    "NaN": (JSON, b'{"a": NaN}'),
    "-Infinity": (JSON, b'{"a": -Infinity}'),
    "a lone surrogate as a name": (JSON, b'{"\\ud800": 1}'),
    "NUL as a name": (JSON, b'{"\\u0000": 1}'),
    "a number without end": (JSON, b'{"a": ' + b"9" * 100_000 + b"}"),
    "deep lists": (JSON, b"[" * 100_000),
    "deep objects": (JSON, b'{"a":' * 100_000),
    "deep and closed": (JSON, b"[" * 5_000 + b"]" * 5_000),
    "ten megabytes": (JSON, b'{"a": "' + b"x" * 10_000_000 + b'"}'),
    "no UTF-8": (JSON, b'{"a": "\xff"}'),
    "a mark of its byte order": (JSON, b"\xef\xbb\xbf{}"),
    "UTF-16": (JSON, "{}".encode("utf-16")),
    "a comment": (JSON, b"{} // nothing"),
    "a form": ("application/x-www-form-urlencoded", b"reason=No&text=No"),
    "several parts": ("multipart/form-data; boundary=a", b"--a\r\n\r\n\r\n--a--\r\n"),
    "plain text": ("text/plain", b"{}"),
    "XML": ("application/xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
    "JSON of another kind": ("application/vnd.api+json", b"{}"),
    "no kind": (None, b"{}"),
    "a kind that cannot be read": ("\xff;;==", b"{}"),
}
"""Bodies that are no object of documented fields, with the type that they are sent as."""

NO_BODY = {"nothing", "a blank"}
"""What an operation without a body, or with one that may be left out, need not refuse."""

PATH_IDS = (
    "0",
    "-1",
    "+1",
    "1.0",
    "1e3",
    "²",
    "١٢",
    str(2**63),
    str(2**70),
    "9" * 3000,
    "x",
    "%00",
    "%ed%a0%80",
    "1%2F2",
)
ACCEPTED_NUMBER = re.compile(r"-?[0-9]{1,300}")


@cache
def description() -> dict[str, Any]:
    """The description that callers go by."""
    return described()


def fits(schema: dict[str, Any], value: Any) -> bool:
    """Whether the description promises that this value goes in."""
    return validator(json.dumps(schema, sort_keys=True)).is_valid(value)


@cache
def validator(schema: str) -> Draft202012Validator:
    """Judges by the schema, with the patterns and formats that JavaScript and the RFCs know."""
    whole = {**json.loads(schema), "components": description()["components"]}
    return Draft202012Validator(whole, validate_formats=True)


def of_text(schema: dict[str, Any], text: str) -> Any:
    """What a parameter says that stands in an address as `text`."""
    kinds = {one.get("type") for one in (schema, *schema.get("anyOf", []), schema.get("items", {}))}
    if "integer" in kinds and ACCEPTED_NUMBER.fullmatch(text):
        value: Any = int(text)
    elif "boolean" in kinds and text in ("true", "false"):
        value = text == "true"
    else:
        value = text
    return [value] if "array" in kinds else value


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema behind its reference."""
    while "$ref" in schema:
        schema = description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def with_one_wrong(schema: dict[str, Any], right: Any) -> Iterator[tuple[str, Any]]:
    """`right` with one field after the other, and the fields of the objects in it, in place of which `…` stands.

    Each comes with the place of the field; whoever tries puts the hostile value there.
    """
    for name in resolved(schema).get("properties", {}):
        yield name, {**right, name: ...}
        inner = right.get(name)
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            for part in inner[0]:
                yield f"{name}.0.{part}", {**right, name: [{**inner[0], part: ...}, *inner[1:]]}
        elif isinstance(inner, dict):
            for part in inner:
                yield f"{name}.{part}", {**right, name: {**inner, part: ...}}


def put(body: Any, value: Any) -> Any:
    """`body` with `value` in the place of `…`."""
    match body:
        case dict():
            return {name: put(part, value) for name, part in body.items()}
        case list():
            return [put(part, value) for part in body]
    return value if body is ... else body


def encoded(body: Any) -> bytes:
    """As JSON, lone surrogates as escapes and endless numbers as they are written."""
    return json.dumps(body).encode()


def dead_tokens(callers: Callers, name: str, secret: str) -> Iterator[tuple[str, str]]:
    """What it is called, and an Authorization header that nobody may be known by, made from that of `name`."""
    good = callers.token(name)
    assert good is not None
    session_id, account_id = callers.sessions[name]
    key = hmac.digest(secret.encode(), b"access tokens of the API", "sha256")
    now = datetime.now(UTC)
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(account_id),
        "sid": str(session_id),
        "iat": now,
        "exp": now + timedelta(minutes=5),
        "jti": "x",
    }
    head, body, signature = good.split(".")
    others = {who: numbers for who, numbers in callers.sessions.items() if who != name}
    other_session, other_account = next(iter(others.values()))
    yield "without its signature", f"{head}.{body}."
    yield "with another signature", f"{head}.{body}.{signature[::-1]}"
    yield "with another body", f"{head}.{jwt.encode(claims | {'sub': '1'}, key).split('.')[1]}.{signature}"
    yield "alg none", jwt.encode(claims, None, algorithm="none")
    yield "alg None, signed", jwt.encode(claims, None, algorithm="none") + signature
    with warnings.catch_warnings():
        # It says that the key is short for this algorithm.
        warnings.simplefilter("ignore")
        yield "another algorithm", jwt.encode(claims, key, algorithm="HS512")
    yield "another key", jwt.encode(claims, b"x" * 32)
    yield "the secret of the site itself", jwt.encode(claims, secret.encode() * 3)
    yield "expired", jwt.encode(claims | {"exp": now - timedelta(seconds=1)}, key)
    yield "another audience", jwt.encode(claims | {"aud": "podryad-pages"}, key)
    yield "several audiences without this", jwt.encode(claims | {"aud": ["a", "b"]}, key)
    yield "another issuer", jwt.encode(claims | {"iss": "evil"}, key)
    yield "another session", jwt.encode(claims | {"sid": str(other_session)}, key)
    yield "another person", jwt.encode(claims | {"sub": str(other_account)}, key)
    yield "a session that there is not", jwt.encode(claims | {"sid": str(2**70)}, key)
    yield "a session that is no number", jwt.encode(claims | {"sid": "x"}, key)
    yield "an end that is no number", jwt.encode(claims | {"exp": "never"}, key)
    yield "not valid yet", jwt.encode(claims | {"nbf": now + timedelta(hours=1)}, key)
    for claim in claims:
        if claim != "jti":
            yield f"without {claim}", jwt.encode({key_: value for key_, value in claims.items() if key_ != claim}, key)
    yield "no token at all", "x"
    yield "three empty parts", ".."
    yield "very long", good + "x" * 10_000
    yield "twice", f"{good} {good}"


def good_token(callers: Callers, name: str, secret: str) -> str:
    """A token that is made as the dead ones are, and good: they are dead for the one thing that is wrong with them."""
    session_id, account_id = callers.sessions[name]
    key = hmac.digest(secret.encode(), b"access tokens of the API", "sha256")
    now = datetime.now(UTC)
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": str(account_id), "sid": str(session_id), "iat": now}
    return jwt.encode(claims | {"exp": now + timedelta(minutes=5)}, key)
