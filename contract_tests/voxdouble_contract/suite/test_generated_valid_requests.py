"""A few generated requests that are valid by the OpenAPI document."""

from typing import Any

from hypothesis import Phase, settings

from voxdouble_contract.judging.expectations import unproven
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.generated_requests import call, check, every_operation, load, send
from voxdouble_contract.target.target import Target

FIXED: dict[str, Any] = {"phases": [Phase.generate], "derandomize": True, "database": None, "deadline": None}

valid = load("positive", 4, coverage=False)


@statement("C34")
@every_operation(valid)
def test_valid_requests_are_accepted(case: Any, target: Target) -> None:
    """Valid requests are accepted, and each response is one that the document describes."""
    call(case, target)


@statement("C34")
def test_links_lead_to_the_task(target: Target) -> None:
    """The link that the document declares from a 202 to its task can be followed."""
    followed: list[int] = []

    class Workflow(valid.as_state_machine()):  # type: ignore[misc]
        """Requests in a row, each made from the response before it."""

        def call(self, case: Any, **_: Any) -> Any:
            return send(case, target)

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            check(response, case, target)
            if "{task_id}" in case.path:
                followed.append(response.status_code)

    machine: Any = Workflow
    machine.run(settings=settings(max_examples=10 if target.own else 2, stateful_step_count=4, **FIXED))
    if 200 not in followed:
        unproven("No link led to a task that exists.")
