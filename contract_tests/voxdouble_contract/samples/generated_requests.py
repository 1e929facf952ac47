"""Requests that schemathesis generates from the OpenAPI document."""

import math
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

import hypothesis.strategies as st
import requests
import schemathesis
from requests.structures import CaseInsensitiveDict
from schemathesis.core.failures import FailureGroup
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from voxdouble_contract.exchange import Exchange, printable
from voxdouble_contract.judging.document import document
from voxdouble_contract.judging.expectations import Broken, unproven
from voxdouble_contract.samples.recordings import tone
from voxdouble_contract.target.profile import Profile
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import UNAVAILABLE
from voxdouble_contract.target.transport import BROKEN_CONNECTION, is_refused
from voxdouble_fixtures.generations import NEWEST

RECORDINGS = (tone(0.1), tone(0.2))
PLACEHOLDER_URL = "http://appliance.invalid"
"""The base URL of a loaded schema; each call replaces it."""
MAX_REASON = 400
LEAST_LIST = 2
"""The voiceprints that the start of a merging must have."""
Decorator = Callable[[Callable[..., None]], Callable[..., None]]

schemathesis.openapi.media_type("audio/wav", st.sampled_from([media.data for media in RECORDINGS]))


def load(mode: str, examples: int, *, coverage: bool, generation: str = NEWEST) -> Any:
    """Return a schema that generates the same requests in each run.

    `mode` is `positive` for valid requests, or `all` for invalid ones as well. The schema has a copy of the document:
    schemathesis replaces references in it, while responses are checked against the document itself.
    """
    config = schemathesis.Config.from_dict(
        {
            "seed": 4,
            "base-url": PLACEHOLDER_URL,
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
    return schemathesis.openapi.from_dict(deepcopy(dict(document(generation))), config=config)


def every_operation(schema: Any) -> Decorator:
    """Return a decorator that makes one test for each operation of the document."""
    parametrize: Decorator = schema.parametrize()
    return parametrize


def call(case: Any, target: Target) -> None:
    """Send a generated request, and check the response."""
    check(send(case, target), case, target)


def send(case: Any, target: Target) -> Any:
    """Return the response to a generated request; Broken if no response comes.

    The test ends unproven if the budget or the time is used up.
    """
    if target.budget is not None and case.method.upper() == "POST":
        target.budget.spend(uploads=1, tasks=1, audio_seconds=RECORDINGS[-1].seconds)
    target.check_time()
    if isinstance(case.body, dict) and case.meta.generation.mode.is_positive:
        body = within_limits(case.body, target.profile)
        # Assigning `case.body` makes schemathesis validate the body. It finds any body with a file invalid, so only a
        # changed body is assigned.
        if body != case.body:
            case.body = body
    try:
        return case.call(**call_options(target))
    except requests.RequestException as error:
        if is_refused(error):
            target.transport.end_run("no connection")
        target.check_time()
        exchange = exchange_of(case, target, failure=f"{BROKEN_CONNECTION}: {type(error).__name__}")
        target.note([exchange])
        raise Broken("A generated request must get a response.", [exchange]) from error


def within_limits(body: dict[str, Any], profile: Profile) -> dict[str, Any]:
    """Return a valid body with its lists cut to the known limits; unproven if it cannot be made small enough."""
    lists = {name: value for name, value in body.items() if isinstance(value, list)}
    limits = [profile.max_list] if len(lists) == 1 else [profile.max_list, root_of(profile.max_matrix)]
    largest = min((int(limit) for limit in limits if limit is not None), default=None)
    if lists and largest is not None and largest < LEAST_LIST:
        unproven(f"The profile allows lists of {largest} only.")
    file_limits = [limit for limit in (profile.max_upload, profile.input_storage) if limit is not None]
    sizes = [len(value) for value in body.values() if isinstance(value, bytes)]
    if sizes and file_limits and max(sizes) > min(file_limits):
        unproven(f"The profile allows uploads of {min(file_limits)} bytes only, and the recording has {max(sizes)}.")
    return {**body, **{name: value[:largest] for name, value in lists.items()}} if lists else body


def root_of(limit: float | None) -> int | None:
    """Return the length of two lists whose product keeps a limit."""
    return None if limit is None else math.isqrt(int(limit))


def call_options(target: Target) -> dict[str, Any]:
    """Return the options with which schemathesis sends a request as the target's own session does.

    schemathesis gives each request a `verify` of its own, in place of the session's.
    """
    return {
        "base_url": target.url,
        "session": target.session,
        "verify": target.session.verify,
        "timeout": target.transport.response_seconds,
        "allow_redirects": False,
    }


def exchange_of(case: Any, target: Target, **response: Any) -> Exchange:
    """Return the exchange of a generated request."""
    sent = case.body if isinstance(case.body, dict | list | str) else "generated"
    return Exchange(case.method, target.url + case.formatted_path, sent, **response)


def check(response: Any, case: Any, target: Target) -> None:
    """Check a response against the document, for each statement and with all checks of schemathesis."""
    headers = CaseInsensitiveDict({name: ", ".join(values) for name, values in response.headers.items()})
    exchange = exchange_of(case, target, status=response.status_code, headers=headers, body=response.content)
    target.noted(case.formatted_path, exchange)
    if response.status_code in UNAVAILABLE and "{task_id}" not in case.path and not target.own:
        unproven(f"The operation {UNAVAILABLE[response.status_code]} here: {exchange}.")
    excluded = [positive_data_acceptance] if has_empty_range(case) else []
    if target.generation != NEWEST:
        case = in_generation(case, target.generation)
        excluded += [negative_data_rejection] if has_ignored(case) else []
    try:
        case.validate_response(response, excluded_checks=excluded, transport_kwargs=call_options(target))
    except FailureGroup as group:
        failures = "; ".join(described(failure, exchange) for failure in group.exceptions)
        raise Broken(failures[:MAX_REASON], [exchange]) from group


def described(failure: Any, exchange: Exchange) -> str:
    """Return the text of a failure; for a refused valid request the target's own message, not a guess at the reason."""
    if not isinstance(failure, RejectedPositiveData):
        return f"{failure.title}: {' '.join(failure.message.split())}"
    messages = [exchange.get("message"), *(detail.get("message") for detail in exchange.details())]
    said = " ".join(dict.fromkeys(printable(text) for text in messages if isinstance(text, str)))
    return f"A request that the document allows was refused with {exchange.status}: {said or 'no message'}"


@cache
def older(generation: str) -> Any:
    """Return the schema of an older generation, by which responses are checked."""
    return load("positive", 1, coverage=False, generation=generation)


def in_generation(case: Any, generation: str) -> Any:
    """Return a generated request as one of an older generation; unproven if that has no such operation."""
    if case.path not in older(generation).raw_schema["paths"]:
        unproven(f"Generation {generation} does not serve {case.path}.")
    operation = older(generation)[case.path][case.operation.method.upper()]
    return operation.Case(
        method=case.method,
        path_parameters=case.path_parameters,
        query=case.query,
        headers=case.headers,
        body=case.body,
        media_type=case.media_type,
        _meta=case.meta,
    )


def has_ignored(case: Any) -> bool:
    """Return whether the query has a parameter that the operation does not know, and that is ignored, valid or not."""
    return bool(set(case.query or {}) - {parameter.name for parameter in case.operation.query})


def has_empty_range(case: Any) -> bool:
    """Return whether `range_to` is not above `range_from`, which no schema can forbid (C23)."""
    query = case.query or {}
    try:
        return float(query["range_to"]) <= float(query.get("range_from", 0))
    except (KeyError, TypeError, ValueError):
        return False
