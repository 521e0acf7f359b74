"""The description of the API: valid, whole, the same as in docs/, and true of what it says of every operation."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.exceptions import NotFound

from marketplace.accounts.models import Account
from marketplace.api.description.document import described, described_as_json
from marketplace.api.description.links import NEXT
from marketplace.api.description.wording import TAGS
from marketplace.api.protocol.operations import OPERATIONS
from marketplace.core.errors import Conflict
from marketplace.web.problems import KIND, kind_of
from marketplace.web.programs import API
from tests.api.program import Program
from tests.people import People

FILE = "docs/openapi.json"
HOW = f"{FILE} is not what the code says. Run: make openapi"
VERBS = ("get", "post", "patch", "delete")
PLACEHOLDER = '"…"'
COMING_IN = {"register_account", "sign_in", "refresh_tokens"}
"""They look at no token."""


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    """The description, as anybody reads it."""
    found: dict[str, Any] = json.loads(described_as_json())
    return found


def operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation with its method and path."""
    for path, item in spec["paths"].items():
        for verb, told in item.items():
            yield verb, path, told


def model_of(schema: dict[str, Any]) -> str:
    """The name of the shape."""
    return str(schema["$ref"].rpartition("/")[2])


def test_the_file_in_docs_is_what_the_code_says(project: Path) -> None:
    file = project / FILE
    assert file.exists(), HOW
    # Not compared by pytest, which would show the difference of two long texts for minutes.
    is_same = file.read_text(encoding="utf-8") == described_as_json()
    assert is_same, HOW


def test_the_command_writes_what_is_served(shared_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    runner = shared_app.test_cli_runner()
    assert runner.invoke(args=["openapi", str(file)]).exit_code == 0
    printed = runner.invoke(args=["openapi"]).output
    assert file.read_text(encoding="utf-8") == printed == described_as_json()


def test_it_is_valid_openapi(spec: dict[str, Any]) -> None:
    assert spec["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(spec).iter_errors()] == []


def test_every_operation_is_there_under_its_name_and_nothing_else_is(spec: dict[str, Any]) -> None:
    found = {told["operationId"]: (verb.upper(), path) for verb, path, told in operations(spec)}
    assert found == {
        name: (made.method, API + re.sub(r"<id:(\w+)>", r"{\1}", made.rule)) for name, made in OPERATIONS.items()
    }
    assert len(found) == sum(len(item) for item in spec["paths"].values())
    assert all(re.fullmatch("[a-z]+(_[a-z]+)+", name) for name in found)


def test_every_route_of_the_api_is_an_operation(shared_app: Flask) -> None:
    routes = {
        rule.endpoint.removeprefix("api.") for rule in shared_app.url_map.iter_rules() if rule.rule.startswith(API)
    }
    assert routes - {"openapi"} == set(OPERATIONS)


def test_every_operation_says_what_it_does_and_who_may(spec: dict[str, Any]) -> None:
    summaries = Counter(told["summary"] for _verb, _path, told in operations(spec))
    assert [words for words, number in summaries.items() if number > 1] == []
    for verb, path, told in operations(spec):
        assert verb in VERBS
        assert 5 <= len(told["summary"]) <= 60, (path, told["summary"])
        assert told["description"].endswith("."), path
        assert told["description"].rstrip(".") != told["summary"], f"{verb} {path} has a summary and nothing more"
        assert len(told["tags"]) == 1
        assert told["tags"][0] in TAGS
        assert told["security"] in ([{"token": []}], [{}, {"token": []}], [])
        assert (told["security"] == []) is (told["operationId"] in COMING_IN), path


def test_ids_in_addresses_are_those_that_an_address_can_have(shared_app: Flask, spec: dict[str, Any]) -> None:
    limits = {
        (parameter["schema"]["minimum"], parameter["schema"]["maximum"])
        for _verb, _path, told in operations(spec)
        for parameter in told.get("parameters", ())
        if parameter["in"] == "path"
    }
    ((least, most),) = limits
    addresses = shared_app.url_map.bind("localhost")
    for number in (least, most):
        assert addresses.match(f"{API}/orders/{number}", "GET")[1] == {"order_id": number}
    for number in (least - 1, most + 1):
        with pytest.raises(NotFound):
            addresses.match(f"{API}/orders/{number}", "GET")


def test_tags_stand_in_their_order_and_none_is_empty(spec: dict[str, Any]) -> None:
    named = [tag["name"] for tag in spec["tags"]]
    used = list(dict.fromkeys(told["tags"][0] for _verb, _path, told in operations(spec)))
    assert used == named == list(TAGS)


def test_every_operation_tells_of_all_its_refusals(spec: dict[str, Any]) -> None:
    for verb, path, told in operations(spec):
        made = OPERATIONS[told["operationId"]]
        answers = told["responses"]
        assert [status for status in answers if status[0] == "2"] == [str(made.status)], f"{verb} {path}"
        assert {"400", "401", "414", "422", "429", "503"} <= set(answers)
        if "{" in path:
            assert "404" in answers, f"{verb} {path} tells of no 404"
        if verb == "patch":
            assert "412" in answers
        if verb == "post":
            assert "409" in answers
        if made.gate.roles is not None and len(made.gate.roles) < 5:
            assert "403" in answers, f"{verb} {path} tells of no 403"


def test_refusals_are_problems_with_an_example_that_is_one(spec: dict[str, Any]) -> None:
    for _verb, path, told in operations(spec):
        for status, answer in told["responses"].items():
            assert ("$ref" in answer) is (status[0] in "45"), (path, status)
            assert answer == {"$ref": f"#/components/responses/{status}"} or answer["description"], (path, status)
    for status, answer in spec["components"]["responses"].items():
        assert answer["description"]
        ((kind, told),) = answer["content"].items()
        assert kind == "application/problem+json"
        assert told["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert told["example"]["status"] == int(status)
        assert ("Retry-After" in answer["headers"]) is (status in ("429", "503"))
        assert ("WWW-Authenticate" in answer["headers"]) is (status == "401")


def test_single_things_have_an_etag_and_say_so(spec: dict[str, Any]) -> None:
    for verb, path, told in operations(spec):
        sent = {parameter["name"] for parameter in told.get("parameters", ())}
        answer = told["responses"][str(OPERATIONS[told["operationId"]].status)]
        has_tag = "ETag" in answer["headers"]
        assert ("If-None-Match" in sent) is ("304" in told["responses"]) is (verb == "get" and has_tag), path
        assert ("If-Match" in sent) is ("412" in told["responses"]), path
        assert ("Idempotency-Key" in sent) is (verb == "post"), path
        shape = answer.get("content", {}).get("application/json", {}).get("schema")
        is_single = shape is not None and "items" not in spec["components"]["schemas"][model_of(shape)]["properties"]
        if verb in ("get", "patch") and is_single:
            assert has_tag, f"{verb} {path} answers without an ETag"
        if "304" in told["responses"]:
            assert "ETag" in told["responses"]["304"]["headers"]


def test_what_goes_in_and_out_has_a_name_and_a_whole_example(spec: dict[str, Any]) -> None:
    for verb, path, told in operations(spec):
        made = OPERATIONS[told["operationId"]]
        contents = []
        if "requestBody" in told:
            contents.append(told["requestBody"]["content"])
        contents.append(told["responses"][str(made.status)].get("content", {}))
        for content in contents:
            for kind, one in content.items():
                if kind != "application/json":
                    continue
                assert set(one["schema"]) == {"$ref"}, f"{verb} {path}: a shape without a name"
                assert one["example"], f"{verb} {path}: no example"
                assert PLACEHOLDER not in json.dumps(one["example"], ensure_ascii=False), (verb, path, one["example"])


def test_every_example_is_taken_for_what_it_is_an_example_of(spec: dict[str, Any]) -> None:
    for made in OPERATIONS.values():
        told = spec["paths"][API + re.sub(r"<id:(\w+)>", r"{\1}", made.rule)][made.method.lower()]
        if made.answer is not None:
            example = told["responses"][str(made.status)]["content"][made.media_type]["example"]
            made.answer.model_validate_json(json.dumps(example))


def test_bodies_take_their_examples(app: Flask, spec: dict[str, Any]) -> None:
    with app.test_request_context():
        for made in OPERATIONS.values():
            if made.body is not None:
                told = spec["paths"][API + re.sub(r"<id:(\w+)>", r"{\1}", made.rule)][made.method.lower()]
                example = told["requestBody"]["content"]["application/json"]["example"]
                made.body.model_validate_json(json.dumps(example))


def test_shapes_have_names_of_their_own_and_no_doubles(spec: dict[str, Any]) -> None:
    schemas = spec["components"]["schemas"]
    assert [name for name in schemas if not re.fullmatch("([A-Z][a-z0-9]*)+", name)] == []
    bare = Counter(
        json.dumps({**schema, "title": "", "description": ""}, sort_keys=True) for schema in schemas.values()
    )
    doubles = [
        name
        for name, schema in schemas.items()
        if bare[json.dumps({**schema, "title": "", "description": ""}, sort_keys=True)] > 1
    ]
    assert doubles == []
    text = json.dumps(spec)
    assert [name for name in schemas if f'"#/components/schemas/{name}"' not in text] == [], "named by nobody"


def test_every_shape_says_what_it_is_for(spec: dict[str, Any]) -> None:
    silent = [
        name for name, schema in spec["components"]["schemas"].items() if not schema.get("description", "").strip()
    ]
    assert silent == []


def test_links_lead_to_operations_and_name_their_parameters(spec: dict[str, Any]) -> None:
    by_name = {told["operationId"]: told for _verb, _path, told in operations(spec)}
    followed = set()
    for _verb, path, told in operations(spec):
        for answer in told["responses"].values():
            for name, link in answer.get("links", {}).items():
                other = by_name[link["operationId"]]
                followed.add(link["operationId"])
                known = {parameter["name"] for parameter in other.get("parameters", ())}
                assert set(link.get("parameters", ())) <= known, (path, name)
    # What has just been made can be looked at, and what a list holds too.
    assert {"get_order", "take_order", "list_lines", "post_offer", "accept_offer", "get_comment"} <= followed
    assert {name for names in NEXT.values() for name in names} | set(NEXT) <= set(by_name)


def test_headers_are_what_the_description_says(
    app: Flask, people: People, program: Callable[[Account | None], Program]
) -> None:
    headers = described()["components"]["headers"]
    order = people.order()
    answer = program(order.customer).ask("GET", f"/orders/{order.id}")
    told = described()["paths"][f"{API}/orders/{{order_id}}"]["get"]["responses"]["200"]["headers"]
    # Requests are counted at a running site only; the page that test_story.py runs shows what it says.
    for name in set(told) - {"RateLimit", "RateLimit-Policy"}:
        assert name in answer.headers
    assert re.fullmatch(headers["ETag"]["schema"]["pattern"], answer.headers["ETag"])


def test_the_page_lists_every_type_of_a_409(project: Path) -> None:
    text = (project / "docs" / "api.md").read_text()
    table = text.partition("The `type`s of a 409")[2].partition("Whoever asks us")[0]
    listed = {name for row in re.findall(r"^\|([^|]*)\|", table, re.M) for name in re.findall("`([a-z-]+)`", row)}
    kinds, rest = set(), [Conflict]
    while rest:
        below = rest.pop().__subclasses__()
        kinds |= {kind_of(one).removeprefix(KIND) for one in below if one.__module__.startswith("marketplace.")}
        rest += below
    assert listed == kinds
