"""The description of the API in OpenAPI 3.1, made from the operations and the models that they run on."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from marketplace.api.operations import OPERATIONS, Operation
from marketplace.api.repeating import HEADER, REPLAYED
from marketplace.api.schemas.problems import Problem
from marketplace.core.repeats import KEY_LENGTH
from marketplace.web.problems import MEDIA_TYPE
from marketplace.web.programs import API

VERSION = "1.0.0"
REF = "#/components/schemas/{model}"
IDS = re.compile(r"<id:(\w+)>")
JSON = "application/json"

TAGS = {
    "auth": "Becoming known: registration, and the tokens by which every other operation knows its caller.",
    "me": "What the caller says of themselves.",
    "board": "Open orders, for everybody to look at.",
    "orders": "Orders that the caller may see, and posting new ones.",
    "acts": "What is done with an order. `actions` of an order names those that the caller may do now.",
    "lines": "What an order consists of.",
    "offers": "What performers would do an order for.",
    "talk": "Comments and files of an order.",
    "catalog": "Categories and products.",
    "performers": "Who does the work, and what customers say of it.",
    "users": "Accounts, for staff.",
    "events": "What happens, in the order in which it happens.",
}

ABOUT = """Orders and all that belongs to them, for programs.

**Signing in.** `POST /auth/login` gives an access token for 15 minutes and a refresh token for 30 days. Send the access
token as `Authorization: Bearer …`; cookies count for nothing here. `POST /auth/refresh` gives the next pair. A refresh
token is good for one use: one that comes twice signs the program out.

**Errors** are problem details (RFC 9457), `application/problem+json`. `type` says what was refused in a word that does
not change, `errors` what is wrong with each field. Words are in the language of `Accept-Language` (ru, en).

**Sending twice.** Every POST takes an `Idempotency-Key`. For 24 hours the same request under the same key has one
effect and the same answer; another request under it is a 422, one that comes while the first is at work a 409.

**Changing what somebody else changes.** Single things have an `ETag`. Send it as `If-Match` with a PATCH and get a 412
when it is not the same any more; send it as `If-None-Match` with a GET and get a 304 when it is.

**Values.** Money is text, `"1499.90"`. Moments are RFC 3339 in UTC, days are `2030-01-31`. Lists come in pages: send
`next_cursor` back as `cursor`. Unknown fields and parameters are refused.
"""

REASONS = {
    400: "What was sent cannot be understood.",
    401: "No access token, or one that is not valid any more.",
    403: "The caller may not do this.",
    404: "There is no such thing, or none that the caller may know of.",
    409: "Not possible in the present state, or the first request with this key is still at work.",
    411: "The length of the body is not given.",
    412: "It is not the state that If-Match names.",
    413: "The body is too large.",
    415: "The body is of another type than documented.",
    422: "A field or a parameter is not right; `errors` say which.",
    429: "Too many requests; Retry-After says when to go on.",
    503: "The database does not answer; Retry-After says when to try again.",
}


def described_as_json() -> str:
    """The description as docs/openapi.json has it."""
    return json.dumps(described(), indent=2, ensure_ascii=False) + "\n"


def described() -> dict[str, Any]:
    """The whole description."""
    schemas = _schemas()
    paths: dict[str, Any] = {}
    for made in OPERATIONS.values():
        path = paths.setdefault(API + IDS.sub(r"{\1}", made.rule), {})
        path[made.method.lower()] = _operation(made, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Podryad",
            "version": VERSION,
            "summary": "A marketplace of orders.",
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "responses": {str(status): _problem(words, status) for status, words in REASONS.items()},
            "headers": HEADERS,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "`access_token` of `POST /auth/login`.",
                }
            },
        },
    }


HEADERS: dict[str, Any] = {
    "ETag": {"description": "Names the present state of this thing.", "schema": {"type": "string"}},
    "Location": {"description": "Where the new thing is.", "schema": {"type": "string"}},
    REPLAYED: {
        "description": "There when the answer was given before and nothing was done now.",
        "schema": {"type": "string", "const": "true"},
    },
    "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
}


def _schemas() -> dict[str, Any]:
    models: list[tuple[type[BaseModel], Any]] = [(Problem, "serialization")]
    for made in OPERATIONS.values():
        if made.answer is not None:
            models.append((made.answer, "serialization"))
        if made.body is not None:
            models.append((made.body, "validation"))
        if made.query is not None:
            models.append((made.query, "validation"))
    unique = list(dict.fromkeys(models))
    _names, definitions = models_json_schema(unique, ref_template=REF)
    schemas: dict[str, Any] = definitions["$defs"]
    return schemas


def _operation(made: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": made.name,
        "tags": [made.tag],
        "summary": made.summary,
        "description": made.description,
        "security": [{"token": []}] if made.gate.roles is not None else [{}, {"token": []}],
    }
    parameters = _parameters(made, schemas)
    if parameters:
        described["parameters"] = parameters
    if made.body is not None:
        described["requestBody"] = {
            "required": any(field.is_required() for field in made.body.model_fields.values()),
            "content": {JSON: {"schema": _ref(made.body)}},
        }
    elif made.file_limit:
        described["requestBody"] = _FILES
    described["responses"] = {str(made.status): _success(made)} | {
        str(status): {"$ref": f"#/components/responses/{status}"} for status in statuses(made)
    }
    if made.is_tagged and made.method == "GET":
        described["responses"]["304"] = {"description": "It is still as If-None-Match names it."}
    described["responses"] = dict(sorted(described["responses"].items()))
    return described


def statuses(made: Operation) -> list[int]:
    """Every status that the operation refuses with."""
    found = {400, 401, 422, 429, 503, *made.errors}
    if made.method == "GET" and made.query is None:
        # A parameter that is not documented is refused all the same.
        found |= {422}
    if made.method != "GET":
        found |= {411, 413, 415}
    if made.method == "POST" and not made.is_secret:
        found.add(409)
    return sorted(found)


_FILES = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1},
                },
            }
        }
    },
}


def _success(made: Operation) -> dict[str, Any]:
    words = {201: "It is there now.", 204: "Done; there is nothing to say."}.get(made.status, "As asked.")
    answer: dict[str, Any] = {"description": words}
    headers = []
    if made.is_tagged:
        headers.append("ETag")
    if made.status == 201:
        headers.append("Location")
    if made.method == "POST" and not made.is_secret:
        headers.append(REPLAYED)
    if headers:
        answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    if made.answer is not None:
        answer["content"] = {made.media_type: {"schema": _ref(made.answer)}}
    elif made.media_type != JSON:
        answer["content"] = {made.media_type: {"schema": {"type": "string", "format": "binary"}}}
    if made.links:
        answer["links"] = {
            name: {"operationId": name, "parameters": {key: f"$response.body#/{place}" for key, place in where.items()}}
            for name, where in made.links.items()
        }
    return answer


def _parameters(made: Operation, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    found = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "format": "int64", "minimum": 1, "maximum": 2**63 - 1},
        }
        for name in IDS.findall(made.rule)
    ]
    if made.query is not None:
        # The model itself is no schema of anything that is sent.
        properties = schemas[made.query.__name__]["properties"]
        found += [_query_parameter(name, dict(schema)) for name, schema in properties.items()]
    if made.method == "POST":
        found.append(
            {
                "name": HEADER,
                "in": "header",
                "description": "A name for this request, to be sent with its repetitions.",
                "schema": {"type": "string", "pattern": r"^[\x21-\x7e]+$", "minLength": 1, "maxLength": KEY_LENGTH},
            }
        )
    if made.method == "PATCH":
        found.append(
            {
                "name": "If-Match",
                "in": "header",
                "description": "The ETag of the state that is to be changed.",
                "schema": {"type": "string"},
            }
        )
    if made.method == "GET" and made.is_tagged:
        found.append(
            {
                "name": "If-None-Match",
                "in": "header",
                "description": "The ETag of the state that the caller has.",
                "schema": {"type": "string"},
            }
        )
    return found


def _query_parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"name": name, "in": "query"}
    if "description" in schema:
        described["description"] = schema.pop("description")
    # What may be left out may be null in Python; in an address it is simply not there.
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del schema["anyOf"]
        schema |= kinds[0]
    if schema.get("default", ...) is None:
        del schema["default"]
    return described | {"schema": schema}


def _problem(words: str, status: int) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": words,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in (429, 503):
        answer["headers"] = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
    return answer


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REF.format(model=model.__name__)}
