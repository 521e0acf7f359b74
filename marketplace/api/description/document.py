"""The description of the API in OpenAPI 3.1, made from the operations and the models that they run on."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from marketplace.api.description.examples import Examples, Schemas
from marketplace.api.description.links import IDS, links_of, places_of
from marketplace.api.description.wording import ABOUT, REFUSALS, SUCCESSES, TAGS
from marketplace.api.protocol.operations import OPERATIONS, Operation
from marketplace.api.protocol.parts import MULTIPART, Parts
from marketplace.api.protocol.reading import may_be_empty
from marketplace.api.protocol.repeating import HEADER
from marketplace.api.schemas.problems import Problem
from marketplace.core.repeats import KEY_LENGTH
from marketplace.web.problems import MEDIA_TYPE
from marketplace.web.programs import API, REPLAYED

VERSION = "1.0.0"
REF = "#/components/schemas/{model}"
MAX_ADDRESSED = 10**18 - 1
"""The largest id that is looked for; an address with more digits is none (`<id:…>`)."""
JSON, BYTES = "application/json", "application/octet-stream"

Described = dict[str, Any]


def described_as_json() -> str:
    """The description as docs/openapi.json has it."""
    return json.dumps(described(), indent=2, ensure_ascii=False) + "\n"


def described() -> Described:
    """The whole description."""
    schemas = _schemas()
    examples = Examples(schemas, {model: API + rule for model, rule in places_of(OPERATIONS.values()).items()})
    parameters = {made.query.__name__ for made in OPERATIONS.values() if made.query is not None}
    paths: Described = {}
    # Tags tell what belongs together, so operations follow each other as their tags do.
    order = list(TAGS)
    for made in sorted(OPERATIONS.values(), key=lambda made: (order.index(made.tag), made.rule)):
        path = paths.setdefault(API + IDS.sub(r"{\1}", made.rule), {})
        path[made.method.lower()] = _operation(made, examples)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Podryad",
            "version": VERSION,
            "summary": "A marketplace of orders.",
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "This site."}],
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": {name: schemas[name] for name in sorted(schemas) if name not in parameters},
            "responses": {str(status): _refusal(status) for status in REFUSALS},
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


def _header(words: str, example: str | int, **schema: Any) -> Described:
    kind = "integer" if isinstance(example, int) else "string"
    return {"description": words, "schema": {"type": kind, **schema}, "example": example}


HEADERS: Described = {
    "ETag": _header(
        "Names the present state of this thing.", '"9f86d081884c7d659a2feaa0c55ad015"', pattern='^"[0-9a-f]+"$'
    ),
    "Location": _header("Where the new thing is.", f"{API}/orders/7", format="uri-reference"),
    REPLAYED: _header("There when the answer was given before and nothing was done now.", "true", const="true"),
    "RateLimit": _header("What is left of the present minute: requests and seconds.", '"minute";r=599;t=60'),
    "RateLimit-Policy": _header("How many requests a minute holds.", '"minute";q=600;w=60'),
    "Retry-After": _header("Seconds to wait.", 10, minimum=0),
    "WWW-Authenticate": _header("How to sign in.", "Bearer"),
    "X-Request-ID": _header("The name of this request in our log.", "3f0c6a52b1d94e7a"),
}
OF_ALL = ("RateLimit", "RateLimit-Policy", "X-Request-ID")


def _headers(*names: str) -> Described:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*names, *OF_ALL)}


def _schemas() -> Described:
    """Every model by its name, with those of parameters."""
    models: list[tuple[type[BaseModel], Any]] = [(Problem, "serialization")]
    for made in OPERATIONS.values():
        if made.answer is not None:
            models.append((made.answer, "serialization"))
        if made.body is not None:
            models.append((made.body, "validation"))
        if made.query is not None:
            models.append((made.query, "validation"))
    _names, definitions = models_json_schema(list(dict.fromkeys(models)), ref_template=REF)
    schemas: Described = definitions["$defs"]
    return schemas


def _security(made: Operation) -> list[Described]:
    if not made.asks_who:
        return []
    return [{"token": []}] if made.gate.roles is not None else [{}, {"token": []}]


def _operation(made: Operation, examples: Examples) -> Described:
    described: Described = {
        "operationId": made.name,
        "tags": [made.tag],
        "summary": made.summary,
        "description": made.description,
        "security": _security(made),
    }
    parameters = _parameters(made, examples.schemas)
    if parameters:
        described["parameters"] = parameters
    content = {} if made.body is None else {JSON: _content(made.body, examples)}
    if made.parts is not None:
        content[MULTIPART] = {"schema": _parts(made.parts)}
    if content:
        is_needed = made.body is None or any(field.is_required() for field in made.body.model_fields.values())
        described["requestBody"] = {"required": is_needed, "content": content}
    answers = {made.status: _success(made, examples)} | {
        status: {"$ref": f"#/components/responses/{status}"} for status in statuses(made)
    }
    if made.is_tagged and made.method == "GET":
        answers[304] = {"description": SUCCESSES[304], "headers": _headers("ETag")}
    described["responses"] = {str(status): answers[status] for status in sorted(answers)}
    return described


def statuses(made: Operation) -> list[int]:
    """Every status that the operation refuses with."""
    # A parameter that is not documented is a 422 where there are none at all, and a lot of them a 414.
    found = {400, 401, 414, 422, 429, 503, *made.errors}
    if made.method != "GET":
        found |= {408, 411, 413}
    if made.body is not None or made.parts is not None:
        found.add(415)
    if made.method == "POST":
        # The first request under the same Idempotency-Key is still at work.
        found.add(409)
    return sorted(found)


def _parts(parts: Parts) -> Described:
    """The schema of a body of several parts."""
    file = {"type": "string", "format": "binary"}
    words = {} if parts.words is None else parts.words.model_json_schema(ref_template=REF)
    if parts.most == 1:
        files: Described = {"description": "The file, with its name.", **file}
    else:
        each = "Each file in a part of its own, with its name."
        files = {"description": each, "type": "array", "items": file, "minItems": 1, "maxItems": parts.most}
    return {
        "type": "object",
        "required": [parts.field, *words.get("required", ())],
        "additionalProperties": False,
        "properties": {parts.field: files, **words.get("properties", {})},
    }


def _content(model: type[BaseModel], examples: Examples) -> Described:
    schema = {"$ref": REF.format(model=model.__name__)}
    return {"schema": schema, "example": examples.of(schema)}


def _success(made: Operation, examples: Examples) -> Described:
    headers = []
    if made.is_tagged:
        headers.append("ETag")
    if made.status in (201, 202):
        headers.append("Location")
    if made.method == "POST" and not made.is_secret:
        headers.append(REPLAYED)
    answer: Described = {"description": SUCCESSES[made.status], "headers": _headers(*headers)}
    if made.answer is not None:
        answer["content"] = {made.media_type: _content(made.answer, examples)}
    elif made.media_type != JSON:
        # Generators of clients know what to do with bytes, not with anything whatever.
        file = {"schema": {"type": "string", "format": "binary"}}
        answer["content"] = {BYTES: file, made.media_type: file}
    links = links_of(made, OPERATIONS)
    if links:
        answer["links"] = links
    return answer


def _parameters(made: Operation, schemas: Schemas) -> list[Described]:
    found: list[Described] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": f"`id` of the {name.removesuffix('_id')}.",
            "schema": {"type": "integer", "format": "int64", "minimum": 1, "maximum": MAX_ADDRESSED, "examples": [7]},
        }
        for name in IDS.findall(made.rule)
    ]
    if made.query is not None:
        properties = schemas[made.query.__name__]["properties"]
        for name, schema in properties.items():
            empty = {"allowEmptyValue": True} if may_be_empty(made.query, name) else {}
            found.append(_query_parameter(name, dict(schema)) | empty)
    if made.method == "POST":
        words = "A name for this request, to be sent with its repetitions."
        found.append(_header_parameter(HEADER, words, pattern="^[!-~]+$", minLength=1, maxLength=KEY_LENGTH))
    if made.method == "PATCH" or 412 in made.errors:
        found.append(_header_parameter("If-Match", "The ETag of the state that is to be changed."))
    if made.method == "GET" and made.is_tagged:
        found.append(_header_parameter("If-None-Match", "The ETag of the state that the caller has."))
    return found


def _header_parameter(name: str, words: str, **schema: Any) -> Described:
    return {"name": name, "in": "header", "description": words, "schema": {"type": "string", **schema}}


def _query_parameter(name: str, schema: Described) -> Described:
    described: Described = {"name": name, "in": "query"}
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


def _refusal(status: int) -> Described:
    refusal = REFUSALS[status]
    headers = {401: ["WWW-Authenticate"], 429: ["Retry-After"], 503: ["Retry-After"]}.get(status, [])
    return {
        "description": refusal.words,
        "headers": _headers(*headers),
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": REF.format(model="Problem")},
                "example": refusal.example | {"status": status},
            }
        },
    }
