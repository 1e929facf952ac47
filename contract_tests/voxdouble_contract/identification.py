"""Kind, version and generation of the target, found out before the first test."""

import contextlib

import pytest

from voxdouble_contract.target.mock_options import read_generation
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.targets import AUTO, Targets
from voxdouble_contract.target.transport import UNREACHABLE
from voxdouble_contract.tasks import Tasks

OF_CONVERSION = frozenset({202, 400, 403, 422})
"""Statuses of a start which show that the target has the technology; another may come from a proxy, or be temporary."""


def identify(targets: Targets, tasks: Tasks) -> Target:
    """Return the main target, identified; the wrong kind, or no response, ends the run."""
    target, options = targets.main, targets.options
    target.identify()
    if options.expect and options.expect != target.kind:
        pytest.exit(f"{target.url} is of the kind {target.kind}, and {options.expect} was expected.", UNREACHABLE)
    if options.generation != AUTO:
        target.generations = frozenset({options.generation})
        return target
    known = read_generation(target)
    if known:
        target.generations = frozenset({known})
        return target
    with contextlib.suppress(pytest.skip.Exception):  # without a budget for its requests it stays unknown
        target.generations = find_generations(target, tasks)
    return target


def introduction(target: Target) -> str:
    """Return one line on the target and on the requests that it will get at most."""
    generation = "/".join(sorted(target.generations))
    line = f"{target.url}: {target.kind}, version {target.version or 'unknown'}, generation {generation}."
    if target.own:
        return f"{line} Started for this run alone, it is sent whatever the tests need."
    return f"{line} It will be sent {target.budget or 'whatever the tests need'}."


def find_generations(target: Target, tasks: Tasks) -> frozenset[str]:
    """Return the generations that the target may be of.

    Only e4 has conversion. `Location` came with e3; before there was `X-Location` alone (S5, S6). An e4 without a
    licence for conversion may answer as e3 does; then the suite cannot distinguish the two. It can never distinguish e1
    from e2.
    """
    conversion = tasks.probe()
    if conversion.status in OF_CONVERSION:
        return frozenset({"e4"})
    headers = tasks.upload("speech").start.headers
    if "Location" in headers:
        return frozenset({"e3", "e4"})
    return frozenset({"e1", "e2"}) if "X-Location" in headers else target.generations
