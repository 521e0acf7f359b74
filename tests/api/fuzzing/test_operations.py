"""Every operation, with right and wrong data, as everybody."""

from __future__ import annotations

from typing import Any

from schemathesis import Case
from schemathesis.core.failures import FailureGroup

from tests.api.fuzzing.asking import EXAMPLES, schema, well_formed_data_is_understood
from tests.api.fuzzing.market import EVERYBODY, Market

CREDENTIALS = ("/api/v1/auth/login", "/api/v1/auth/refresh")
"""Where a 401 is about what was sent, not about who sent it."""


@schema.parametrize()
def test_an_operation_does_what_its_description_says(case: Case[Any], market: Market) -> None:
    market.settle(case)
    for visitor in EVERYBODY:
        with market.untouched():
            try:
                answer = case.call_and_validate(
                    headers=market.headers(visitor),
                    additional_checks=[well_formed_data_is_understood],
                )
                is_known = visitor != "nobody" and not case.path.startswith(CREDENTIALS)
                assert not (is_known and answer.status_code == 401), f"{visitor} is signed in"
                market.answers[case.operation.label, answer.status_code] += 1
            except FailureGroup as failures:
                failures.add_note(f"Asked as {visitor}.")
                raise


def test_most_operations_have_succeeded_at_least_once(market: Market) -> None:
    asked = {label for label, _status in market.answers}
    done = {label for label, status in market.answers if status < 300}
    never = sorted(asked - done)
    # Few requests seldom meet an order in the right state.
    assert len(never) < len(asked) / (10 if EXAMPLES else 3), never
