"""How requests are made up, and what every answer must be."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any

import schemathesis
from flask import Flask
from hypothesis import strategies
from schemathesis import Case, CheckContext, GenerationMode, Response
from schemathesis.config import SchemathesisConfig

from marketplace.api.description.document import described
from marketplace.web.problems import KIND

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

EXAMPLES = int(os.environ.get("FUZZ") or 0)
"""Requests for each operation; 0 where this is one test among many."""

SEED = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().getrandbits(32))
FEW = 3

MISSHAPEN = f"{KIND}fields-refused"

CHECKS = {
    # 401 is for nobody, 403, 404 and 409 are for those who may not or come too late, 412 for an ETag that was made up,
    # and 422 for what no schema can say: days that are over, categories that do not exist, cursors of nothing.
    # `well_formed_data_is_understood` below leaves only those.
    "positive_data_acceptance": {"expected-statuses": ["2xx", "304", "401", "403", "404", "409", "412", "422"]},
    # Shapes are read before anything is looked up, so a 409 would mean that a wrong one was taken for right.
    "negative_data_rejection": {"expected-statuses": ["400", "401", "403", "404", "411", "413", "414", "415", "422"]},
}


def config() -> SchemathesisConfig:
    """Few and always the same requests for `make test`; many new ones and every edge of the schemas for `make fuzz`."""
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "generation": {
                "max-examples": EXAMPLES or FEW,
                "deterministic": not EXAMPLES,
                # JSON can write NUL, PostgreSQL cannot store it: it is a 422, and tests/api/test_requests.py asks so.
                # A pattern on every text would say it too, and make every one of them harder to read.
                "allow-x00": False,
                # Every visitor has a token of their own, or none.
                "with-security-parameters": False,
            },
            "phases": {"coverage": {"enabled": bool(EXAMPLES)}, "examples": {"enabled": True}},
            "checks": CHECKS,
            "operations": [
                {
                    # A part that is no list is on the wire what a list of one part is, so hardly anything wrong can be
                    # said in a body of parts. What can is tried in the tests of these operations in tests/api.
                    "include-operation-id": ["post_attachments", "post_comment", "post_pictures", "post_load"],
                    "checks": {"negative_data_rejection": {"enabled": False}},
                }
            ],
        }
    )


class Door:
    """The application, once there is one: operations are known before its database is."""

    app: Flask

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        parts = self.app(environ, start_response)
        try:
            # Nobody reads to the end what is a file, so nobody would close it.
            return list(parts)
        finally:
            parts.close()  # type: ignore[attr-defined]  # answers of Flask have it


# Formats say what the tools of the pages take and no schema can write down: these are some such texts.
FORMATS = {
    "email": strategies.from_regex(r"[a-z]{1,9}(\.[a-z0-9]{1,9})?@example\.(com|org)", fullmatch=True),
    "phone": strategies.from_regex(r"\+[1-9][0-9]{6,13}", fullmatch=True),
    "web-address": strategies.from_regex(r"(https://)?[a-z]{1,20}\.example/[a-z0-9-]{0,40}", fullmatch=True),
    # Nobody is asked for these names, and nothing is read from them: runs are written down and not begun.
    "public-page": strategies.sampled_from(
        ["http://93.184.215.14/goods.json", "http://10.0.0.1/", "https://127.0.0.1"]
    ),
    "time-zone": strategies.sampled_from(["Europe/Moscow", "Asia/Tokyo", "UTC"]),
}
for name, strategy in FORMATS.items():
    schemathesis.openapi.format(name, strategy)

BEYOND_SCHEMAS = {
    # Patterns that all tools read alike cannot name the letters of all languages.
    "Write something with letters in it.",
    # Tools know the formats above by name only, and make up texts that are none.
    "Choose a time zone from the list.",
    "Enter a phone number with its code, for example +7 912 345-67-89.",
    "Enter a web address such as https://example.com.",
    "Enter an email such as name@example.com.",
    # The list of such passwords is long, and one that is the email is as easy to guess.
    "This password is easy to guess. Choose another one.",
    # Categories are added and taken away.
    "Choose a category from the list.",
    # What is right for a performer is not right for a customer, and one description is for both.
    "Only performers say this of themselves.",
    # The same for lines that are there and lines that are new.
    "A line that is there keeps its product.",
}
"""Refusals of a shape that the description has no words for."""

door = Door()
schema = schemathesis.openapi.from_dict(described(), config=config())
schema.app = door


def well_formed_data_is_understood(_context: CheckContext, answer: Response, case: Case[Any]) -> None:
    """What has the shape that is documented may be refused for its meaning, never for its shape."""
    if case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE and answer.status_code == 422:
        problem = answer.json()
        wrong = {words for found in problem.get("errors", {}).values() for words in found}
        assert problem["type"] != MISSHAPEN or wrong <= BEYOND_SCHEMAS, problem["errors"]
