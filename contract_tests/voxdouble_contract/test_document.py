"""Generated requests: what the OpenAPI document allows, and on our own mock what it forbids."""

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import schemathesis
from hypothesis import Phase, settings
from requests.structures import CaseInsensitiveDict
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import positive_data_acceptance

from voxdouble_contract.document import document
from voxdouble_contract.exchange import Exchange
from voxdouble_contract.runs import NOT_THERE
from voxdouble_contract.samples import hum
from voxdouble_contract.statements import statement
from voxdouble_contract.target import Target
from voxdouble_contract.verdicts import Broken, unproven

RECORDINGS = (hum(0.1), hum(0.2))
ANYWHERE = "http://appliance.invalid"
"""Where the schemas say that the appliance is; each call names the true base URL."""
SECONDS = 30.0
FAULTS_SHOWN = 400
FIXED: dict[str, Any] = {"phases": [Phase.generate], "derandomize": True, "database": None, "deadline": None}

schemathesis.openapi.media_type("audio/wav", st.sampled_from([media.data for media in RECORDINGS]))


Decorator = Callable[[Callable[..., None]], Callable[..., None]]


def load(mode: str, examples: int, *, coverage: bool) -> Any:
    """Load the document so that two runs send the same."""
    config = schemathesis.Config.from_dict(
        {
            "seed": 4,
            "base-url": ANYWHERE,
            "generation": {
                "mode": mode,
                "max-examples": examples,
                "deterministic": True,
                "database": "none",
                "no-shrink": True,
            },
            "phases": {"coverage": {"enabled": coverage}},
        }
    )
    return schemathesis.openapi.from_dict(dict(document()), config=config)


def every_operation(schema: Any) -> Decorator:
    """Make a test of each of the document's operations."""
    parametrize: Decorator = schema.parametrize()
    return parametrize


thorough = load("all", 40, coverage=True)
sparing = load("positive", 4, coverage=False)


@statement("C34")
@every_operation(thorough)
def test_whatever_is_sent_the_answer_is_described(case: Any, target: Target) -> None:
    """Valid requests are accepted, others refused, and each answer is one that the document describes."""
    if not target.own:
        unproven("Only our own mock is sent what may be wrong.")
    call(case, target)


@statement("C34")
@every_operation(sparing)
def test_what_is_allowed_is_accepted(case: Any, target: Target) -> None:
    """A few valid requests are accepted."""
    call(case, target)


def call(case: Any, target: Target) -> None:
    """Send a generated request, and hold the answer against the document."""
    judge(case.call(**call_options(case, target)), case, target)


def call_options(case: Any, target: Target) -> dict[str, Any]:
    """Say how a generated request is sent, if the budget allows it."""
    if target.budget is not None and case.method.upper() == "POST":
        target.budget.spend(uploads=1, tasks=1, audio_seconds=RECORDINGS[-1].seconds)
    target.check_time()
    token = {"Authorization": f"Bearer {target.token}"} if target.token else {}
    return {"base_url": target.url, "headers": token, "timeout": SECONDS, "allow_redirects": False}


def judge(response: Any, case: Any, target: Target) -> None:
    """Hold an answer against the document: for each statement, and with all of schemathesis' checks."""
    headers = CaseInsensitiveDict({name: ", ".join(values) for name, values in response.headers.items()})
    sent = case.body if isinstance(case.body, dict | list | str) else "generated"
    url = target.url + case.formatted_path
    exchange = Exchange(case.method, url, sent, response.status_code, headers, response.content)
    target.judged(case.formatted_path, exchange)
    if response.status_code in NOT_THERE and "{task_id}" not in case.path and not target.own:
        unproven(f"What is asked for {NOT_THERE[response.status_code]} here: {exchange}.")
    try:
        case.validate_response(response, excluded_checks=[positive_data_acceptance] if backwards(case) else [])
    except FailureGroup as group:
        faults = "; ".join(f"{fault.title}: {' '.join(fault.message.split())}" for fault in group.exceptions)
        raise Broken(faults[:FAULTS_SHOWN], [exchange]) from group


def backwards(case: Any) -> bool:
    """Whether a range ends before it begins, which no schema can forbid (C23)."""
    query = case.query or {}
    try:
        return float(query["range_to"]) <= float(query.get("range_from", 0))
    except (KeyError, TypeError, ValueError):
        return False


@statement("C34")
def test_links_lead_to_the_task(target: Target) -> None:
    """The link that the document declares from a 202 to its task can be followed."""
    followed: list[int] = []

    class Workflow(sparing.as_state_machine()):  # type: ignore[misc]
        """Requests in a row, each made from the answer before it."""

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return call_options(case, target)

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            judge(response, case, target)
            if "{task_id}" in case.path:
                followed.append(response.status_code)

    machine: Any = Workflow
    machine.run(settings=settings(max_examples=20 if target.own else 2, stateful_step_count=4, **FIXED))
    if 200 not in followed:
        unproven("No link was followed to a task that is there.")
