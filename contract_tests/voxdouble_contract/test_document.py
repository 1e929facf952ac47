"""Generated requests: what the OpenAPI document allows, and on our own mock what it forbids."""

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import schemathesis
from hypothesis import Phase, settings
from requests.structures import CaseInsensitiveDict

from voxdouble_contract.document import document
from voxdouble_contract.exchange import Exchange
from voxdouble_contract.samples import hum
from voxdouble_contract.statements import statement
from voxdouble_contract.target import Target
from voxdouble_contract.verdicts import unproven

RECORDINGS = (hum(0.1), hum(0.2))
ANYWHERE = "http://appliance.invalid"
"""Where the schemas say that the appliance is; each call names the true base URL."""
SECONDS = 30.0
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


thorough = load("all", 60, coverage=True)
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
    response = case.call(**call_options(case, target))
    judge(response, case, target)
    case.validate_response(response)


def call_options(case: Any, target: Target) -> dict[str, Any]:
    """Say how a generated request is sent, if the budget allows it."""
    if target.budget is not None and case.method.upper() == "POST":
        target.budget.spend(uploads=1, tasks=1, audio_seconds=RECORDINGS[-1].seconds)
    token = {"Authorization": f"Bearer {target.token}"} if target.token else {}
    return {"base_url": target.url, "headers": token, "timeout": SECONDS, "allow_redirects": False}


def judge(response: Any, case: Any, target: Target) -> None:
    """Note what an answer breaks of the document, so that it counts for that statement too."""
    path = case.formatted_path
    headers = CaseInsensitiveDict({name: ", ".join(values) for name, values in response.headers.items()})
    url = target.url + path
    target.judged(path, Exchange(case.method, url, "generated", response.status_code, headers, response.content))


@statement("C34")
def test_links_lead_to_the_task(target: Target) -> None:
    """The link that the document declares from a 202 to its task can be followed."""
    followed: list[int] = []

    class Workflow(sparing.as_state_machine()):  # type: ignore[misc]
        """Requests in a row, each made from the answer before it."""

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return call_options(case, target)

        def after_call(self, response: Any, case: Any) -> None:
            judge(response, case, target)
            if "{task_id}" in case.path:
                followed.append(response.status_code)

    machine: Any = Workflow
    machine.run(settings=settings(max_examples=20 if target.own else 2, stateful_step_count=4, **FIXED))
    if 200 not in followed:
        unproven("No link was followed to a task that is there.")
