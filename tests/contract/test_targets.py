"""How the suite meets a target: its generation, its patience, its ways to force things."""

import os
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.contract.runner import SUITE
from tests.mutants.changes import on_start
from tests.mutants.faults import Answer, Request, answering
from voxdouble.suite_targets import AtUrl, OwnMocks, open_targets
from voxdouble_contract.exchange import Exchange
from voxdouble_contract.profile import Budget
from voxdouble_contract.recipes import SPEECH
from voxdouble_contract.runs import Runs
from voxdouble_contract.samples import bundled
from voxdouble_contract.target import EXTRACTION, UNREACHABLE, Target
from voxdouble_contract.targets import Terms, introduction, meet, read_generations
from voxdouble_mock import MockAppliance

BOTH, OLD = {"Location": "/a", "X-Location": "/a"}, {"X-Location": "/a"}
NONE: dict[str, str] = {}
ALL = {"e1", "e2", "e3", "e4"}


@pytest.mark.parametrize(
    ("conversion", "headers", "generations"),
    [
        (202, BOTH, {"e4"}),
        (422, NONE, {"e4"}),
        (403, BOTH, {"e4"}),
        (404, BOTH, {"e3", "e4"}),
        (405, BOTH, {"e3", "e4"}),
        (404, OLD, {"e1", "e2"}),
        (404, NONE, ALL),
        (0, BOTH, {"e3", "e4"}),
    ],
)
def test_the_generation_is_read_from_the_wire(conversion: int, headers: dict[str, str], generations: set[str]) -> None:
    """Conversion is of the newest, `Location` of the newer two, and what cannot be told stays open."""
    runs = SimpleNamespace(
        probe=lambda: Exchange("POST", "http://a/", status=conversion),
        started=lambda name: SimpleNamespace(start=Exchange("POST", "http://a/", status=202, headers=headers)),
    )
    assert read_generations(Target("http://a"), cast("Runs", runs)) == generations


@pytest.fixture
def mock() -> Iterator[MockAppliance]:
    """Serve a mock with a clock of its own."""
    with MockAppliance(pending=0, running=0) as serving:
        yield serving


def test_a_mock_says_that_it_is_one(mock: MockAppliance) -> None:
    """The kind is read from the health route, and the introduction names it with the bounds."""
    with open_targets(mock.url, budget=Budget(3, 10.0, 4)) as targets:
        met = meet(targets, Runs(targets.main))
        assert (met.kind, met.clock_mode, *met.generations) == ("mock", "real", "e4")
        assert "mock" in introduction(met)
        assert "at most 3 uploads with 10 s of audio" in introduction(met)


def test_the_other_kind_ends_the_run(mock: MockAppliance) -> None:
    """Who expects an appliance is told that this is none."""
    with open_targets(mock.url, Terms(expect="appliance")) as targets, pytest.raises(BaseException, match="expected"):
        meet(targets, Runs(targets.main))


def test_a_generation_that_is_given_is_believed(mock: MockAppliance) -> None:
    """Nothing is read from the wire then."""
    with open_targets(mock.url, Terms(generation="e1")) as targets:
        assert meet(targets, Runs(targets.main)).generations == {"e1"}


def test_time_is_moved_in_a_namespace_of_our_own(mock: MockAppliance) -> None:
    """On somebody's mock the clock that is moved is not his."""
    with open_targets(mock.url) as targets:
        assert isinstance(targets, AtUrl)
        targets.main.identify()
        clocked = targets.clocked
        assert clocked is not None
        before, there = mock.clock.now(), clocked.now()
        clocked.pass_time(5000.0)
        assert clocked.now() - there == pytest.approx(5000.0)
        assert mock.clock.now() - before < 1000.0


def test_the_budget_bounds_what_is_sent(mock: MockAppliance) -> None:
    """After the last upload that was allowed the target hears of no other."""
    with open_targets(mock.url, budget=Budget(1, 100.0, 10)) as targets:
        assert targets.main.post_media(EXTRACTION, bundled(SPEECH)).status == 202
        with pytest.raises(pytest.skip.Exception):
            targets.main.post_media(EXTRACTION, bundled(SPEECH))
    assert len(mock.requests) == 1


def test_a_busy_target_is_asked_again() -> None:
    """A 429 that says when to come again is waited out, and still noted."""
    calls = iter(range(100))

    def busy_once(request: Request, answer: Answer) -> None:
        if next(calls) == 0:
            answer.status, answer.headers["Retry-After"] = 429, "0"

    with MockAppliance(wrap=answering(busy_once)) as mock, open_targets(mock.url) as targets:
        assert targets.main.send("GET", "/api/system/info").status == 200
        assert [breach.statement for breach, _ in targets.main.breaches] == ["S58"]


def test_nobody_there_ends_a_pytest_run() -> None:
    """An unreachable target is an error of the whole run, and no test is skipped for it."""
    status = pytest.main([*SUITE, "-c", os.devnull, "--appliance-url=http://127.0.0.1:1"])
    assert status == UNREACHABLE


def test_our_own_mocks_are_started_when_they_are_asked_for() -> None:
    """Nothing is started that no test needs."""
    with open_targets("") as targets:
        assert isinstance(targets, OwnMocks)
        assert targets.opened() == []
        assert targets.tight.profile.max_list == 10
        assert len(targets.opened()) == 1


def test_a_task_without_an_id_is_nobodys_end() -> None:
    """What answers without an id is noted with the run, and the others are watched on."""

    def nameless(answer: Answer) -> None:
        answer.json = {"task": {"state": "pending"}}

    with MockAppliance(wrap=on_start(nameless)) as mock, open_targets(mock.url) as targets:
        run: Any = Runs(targets.main).started("speech")
        assert "names no task" in run.trouble
