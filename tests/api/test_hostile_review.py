"""What somebody found who read the API as a stranger, each kept from coming back."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest

from marketplace.accounts.models import Account
from marketplace.core.errors import DomainError
from marketplace.orders.errors import NotACustomer, NotAPerformer
from marketplace.threads.errors import NoSuchFile
from marketplace.web.problems import kind_of
from tests.api.program import Program, told
from tests.people import People

Make = Callable[[Account | None], Program]


@pytest.mark.parametrize(
    ("error", "kind"),
    [(NotAPerformer, "not-a-performer"), (NotACustomer, "not-a-customer"), (NoSuchFile, "no-such-file")],
)
def test_the_type_of_a_problem_has_a_hyphen_between_all_its_words(error: type[DomainError], kind: str) -> None:
    assert kind_of(error) == f"urn:podryad:problem:{kind}"


def test_whoever_reads_only_what_is_there_reads_it(people: People, program: Make) -> None:
    asker, path = program(people.customer()), f"/orders/{people.order().id}"
    tag = asker.ask("GET", path).headers["ETag"]
    for wanted, status in (("*", 200), (tag, 200), (f'"x", {tag}', 200), ('"x"', 412), ("", 412), (f"W/{tag}", 412)):
        told(asker.ask("GET", path, headers={"If-Match": wanted}), status)
    assert asker.ask("GET", path, headers={"If-Match": "*", "If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("limit", ["1_0", "+5", "%2B5", "%205", "5%0A", "%D9%A5", "1e1", "5."])
def test_a_number_in_an_address_is_spelled_in_digits(limit: str, program: Make) -> None:
    problem = told(program(None).ask("GET", f"/board?limit={limit}"), 422)
    assert problem["errors"] == {"limit": ["This is not a whole number."]}


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip"])
def test_a_body_that_is_packed_is_refused_for_that_and_not_as_bad_json(
    coding: str, people: People, program: Make
) -> None:
    customer, packed = people.customer(), {"Content-Encoding": coding}
    asker, address = program(customer), f"/orders/{people.order(customer).id}/attachments"
    asker.patch("/me", {"about": "Packed"}, 415, headers=packed)
    files = {"files": (BytesIO(b"text"), "plan.txt")}
    told(asker.ask("POST", address, data=files, content_type="multipart/form-data", headers=packed), 415)
    asker.patch("/me", {"about": "Plain"}, headers={"Content-Encoding": "identity"})
