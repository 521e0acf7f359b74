"""Every operation, with right and wrong data, as everybody."""

from __future__ import annotations

from schemathesis import Case
from schemathesis.core.failures import FailureGroup

from tests.api.fuzzing.asking import schema, well_formed_data_is_understood
from tests.api.fuzzing.market import VISITORS, Market


@schema.parametrize()
def test_an_operation_does_what_its_description_says(case: Case, market: Market) -> None:
    market.settle(case)
    for visitor in VISITORS:
        with market.untouched():
            try:
                case.call_and_validate(
                    headers=market.headers(visitor),
                    additional_checks=[well_formed_data_is_understood],
                )
            except FailureGroup as failures:
                failures.add_note(f"Asked as {visitor}.")
                raise
