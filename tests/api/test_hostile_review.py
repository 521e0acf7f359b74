"""What somebody found who read the API as a stranger, each kept from coming back."""

from __future__ import annotations

from collections.abc import Callable

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
