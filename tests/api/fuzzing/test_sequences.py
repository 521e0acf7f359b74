"""Operations one after the other, along the links of the description, as everybody."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis import Case, Response
from schemathesis.generation.stateful import APIStateMachine
from schemathesis.generation.stateful.state_machine import StepInput, StepOutput

from tests.api.fuzzing.asking import EXAMPLES, SEED, schema, well_formed_data_is_understood
from tests.api.fuzzing.market import VISITORS, Market

STEPS = 6


@pytest.mark.parametrize("visitor", VISITORS)
def test_what_answers_lead_to_does_what_its_description_says(visitor: str, market: Market) -> None:
    class Walk(schema.as_state_machine()):  # type: ignore[misc]  # made when the description is known
        def setup(self) -> None:
            self.undone = ExitStack()
            self.undone.enter_context(market.untouched())

        def teardown(self) -> None:
            self.undone.close()

        def step(self, input: StepInput) -> StepOutput:
            if input.transition is None:
                market.settle(input.case)
            else:
                market.settle_body(input.case)
            output: StepOutput = super().step(input)
            return output

        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
            return {"headers": market.headers(visitor)}

        def validate_response(self, response: Response, case: Case[Any], **kwargs: Any) -> None:
            # The library tells its checks of headers only where it is told of them.
            case.validate_response(
                response,
                additional_checks=[well_formed_data_is_understood],
                headers=kwargs["headers"],
                transport_kwargs=kwargs,
                recorder=self.recorder,
            )

    walk: type[APIStateMachine] = seed(SEED)(Walk) if EXAMPLES else Walk
    walk.run(
        settings=settings(
            max_examples=EXAMPLES or 4,
            stateful_step_count=STEPS,
            derandomize=not EXAMPLES,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
    )
