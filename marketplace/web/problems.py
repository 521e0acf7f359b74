"""Refusals for programs: problem details as RFC 9457 has them, `application/problem+json`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from marketplace.core.errors import DomainError
from marketplace.web.requestlog import request_id

MEDIA_TYPE = "application/problem+json"
KIND = "urn:podryad:problem:"
"""What the `type` of a refusal of the domain begins with; the rest is its name and does not change."""

PLAIN = "about:blank"
"""The `type` of what the status says by itself."""

WORDS = re.compile(r"(?<!^)(?=[A-Z])")

Errors = Mapping[str, Sequence[str]]
"""What is wrong with each field, by its place in what was sent (`lines.0.quantity`)."""


def kind_of(error: type[DomainError]) -> str:
    """`type` for a refusal of the domain: its name in small letters."""
    return KIND + WORDS.sub("-", error.__name__).lower()


def problem(
    status: int,
    title: str,
    detail: str,
    *,
    kind: str = PLAIN,
    errors: Errors | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer. `errors` are left out when there are none; a 401 says how to sign in (RFC 6750)."""
    body: dict[str, Any] = {
        "type": kind,
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": request_id(),
    }
    if errors:
        body["errors"] = {field: list(words) for field, words in errors.items()}
    answer = Response(json.dumps(body, ensure_ascii=False), status, content_type=MEDIA_TYPE)
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    answer.headers.update(headers or {})
    return answer
