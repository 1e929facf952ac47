"""How the suite identifies a target, keeps to its budget and moves its clock."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.contract.runner import SUITE
from tests.mutants.changes import header, member, on_start, status
from tests.mutants.middleware import Request, Response, changing_responses
from voxdouble.suite_targets import AtUrl, OwnMocks, open_targets
from voxdouble_contract.exchange import Exchange
from voxdouble_contract.identification import find_generations, identify, introduction
from voxdouble_contract.samples.recordings import SPEECH, bundled
from voxdouble_contract.target.budget import Budget
from voxdouble_contract.target.mock_options import read_generation
from voxdouble_contract.target.raw import MULTIPART, multipart_head, multipart_tail
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.targets import SuiteOptions
from voxdouble_contract.target.technologies import EXTRACTION
from voxdouble_contract.target.transport import UNREACHABLE
from voxdouble_contract.tasks import Tasks
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
        (401, BOTH, {"e3", "e4"}),
        (429, BOTH, {"e3", "e4"}),
        (502, OLD, {"e1", "e2"}),
        (503, NONE, ALL),
    ],
)
def test_the_generation_is_found_by_requests(conversion: int, headers: dict[str, str], generations: set[str]) -> None:
    """Conversion exists only in e4, `Location` since e3; generations that cannot be distinguished are all returned.

    A status that a proxy or a busy target of any generation may send proves nothing.
    """
    tasks = SimpleNamespace(
        probe=lambda: Exchange("POST", "http://a/", status=conversion),
        upload=lambda name: SimpleNamespace(start=Exchange("POST", "http://a/", status=202, headers=headers)),
    )
    assert find_generations(Target("http://a"), cast("Tasks", tasks)) == generations


@pytest.fixture
def mock() -> Iterator[MockAppliance]:
    """Serve a mock with a real clock."""
    with MockAppliance(pending=0, running=0) as serving:
        yield serving


def test_a_mock_is_identified_and_introduced(mock: MockAppliance) -> None:
    """The kind comes from the health route, and the introduction names it with the budget."""
    with open_targets(mock.url, budget=Budget(3, 10.0, 4)) as targets:
        target = identify(targets, Tasks(targets.main))
        assert (target.kind, target.clock.mode, *target.generations) == ("mock", "real", "e4")
        assert "mock" in introduction(target)
        assert "at most 3 uploads with 10 s of audio" in introduction(target)


def test_the_wrong_kind_ends_the_run(mock: MockAppliance) -> None:
    """A mock ends the run if an appliance is expected."""
    options = SuiteOptions(expect="appliance")
    with open_targets(mock.url, options) as targets, pytest.raises(pytest.exit.Exception, match="appliance was expec"):
        identify(targets, Tasks(targets.main))


def test_a_given_generation_is_not_checked(mock: MockAppliance) -> None:
    """With the option `generation` no request is sent to find it out."""
    with open_targets(mock.url, SuiteOptions(generation="e1")) as targets:
        assert identify(targets, Tasks(targets.main)).generations == {"e1"}


@pytest.mark.parametrize("generation", sorted(ALL))
def test_a_mock_says_its_generation(mock: MockAppliance, generation: str) -> None:
    """The generation of a mock's namespace is read from its options, without a task."""
    mock.options(generation=generation)
    with open_targets(mock.url, budget=Budget(0, 0.0, 0)) as targets:
        assert identify(targets, Tasks(targets.main)).generations == {generation}
        assert targets.movable_clock is not None
        assert read_generation(targets.movable_clock) == generation


def without_control(app: Any) -> Any:
    """Return middleware without the control routes, as in front of a real appliance."""

    def hidden(environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"].startswith("/_mock"):
            environ["PATH_INFO"] = "/hidden"
        return app(environ, start_response)

    return hidden


def test_the_generation_stays_unknown_without_a_budget() -> None:
    """If the budget allows no request that starts a task, an appliance may be of any generation."""
    with (
        MockAppliance(wrap=without_control) as mock,
        open_targets(mock.url, budget=Budget(0, 0.0, 0)) as targets,
    ):
        assert identify(targets, Tasks(targets.main)).generations == ALL


def test_the_clock_is_moved_in_a_namespace_of_the_run(mock: MockAppliance) -> None:
    """On a mock that runs already, only the clock of a new namespace is moved."""
    with open_targets(mock.url) as targets:
        assert isinstance(targets, AtUrl)
        targets.main.identify()
        assert targets.movable_clock is not None
        clock = targets.movable_clock.clock
        before, there = mock.clock.now(), clock.now()
        clock.pass_time(5000.0)
        assert clock.now() - there == pytest.approx(5000.0)
        assert mock.clock.now() - before < 1000.0


def test_the_budget_bounds_the_uploads(mock: MockAppliance) -> None:
    """After the last upload of the budget no further one is sent."""
    with open_targets(mock.url, budget=Budget(1, 100.0, 10)) as targets:
        assert targets.main.post_media(EXTRACTION, bundled(SPEECH)).status == 202
        with pytest.raises(pytest.skip.Exception):
            targets.main.post_media(EXTRACTION, bundled(SPEECH))
    assert len(mock.requests) == 1


def test_a_busy_response_is_retried() -> None:
    """A 429 with `Retry-After` is retried, and noted as a breach of S58."""
    calls = iter(range(100))

    def busy_once(request: Request, response: Response) -> None:
        if next(calls) == 0:
            response.status, response.headers["Retry-After"] = 429, "0"

    with MockAppliance(wrap=changing_responses(busy_once)) as mock, open_targets(mock.url) as targets:
        assert targets.main.send("GET", "/api/system/info").status == 200
        assert [breach.statement for breach, _ in targets.main.take_breaches()] == ["S58"]


QUERY = "?channel_mode=mix&include_vector_voiceprint=true"


def upload_with_a_query(target: Target) -> Exchange:
    """Send a valid upload with a query through `requests`."""
    return target.post_media(EXTRACTION, bundled(SPEECH), QUERY)


def raw_upload_with_a_query(target: Target) -> Exchange:
    """Send a valid upload with a query over a plain socket."""
    media = bundled(SPEECH)
    body = [multipart_head(), media.data, multipart_tail()]
    headers = {"Content-Type": MULTIPART, "Content-Length": str(sum(map(len, body)))}
    return target.raw("POST", target.path(EXTRACTION) + QUERY, headers, audio=media.seconds, body=body)


@pytest.mark.parametrize("send", [upload_with_a_query, raw_upload_with_a_query])
@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (member("task", "state", value="running"), ["S3"]),
        (header("Location", lambda _: None), ["S5"]),
        (header("Location", lambda url: url + "/result"), ["S7"]),
        (status(202), []),
    ],
)
def test_a_response_to_a_request_with_a_query_is_judged_by_the_document(
    change: Callable[[Response], None], broken: list[str], send: Callable[[Target], Exchange]
) -> None:
    """A faulty 202 of an upload with a query breaks the same statement as one without; a correct 202 breaks none."""
    with MockAppliance(wrap=on_start(change)) as mock, open_targets(mock.url) as targets:
        assert send(targets.main).status == 202
        assert [breach.statement for breach, _ in targets.main.take_breaches()] == broken


def test_an_unreachable_target_ends_the_run() -> None:
    """An unreachable target is an error of the whole run, and skips no test."""
    status = pytest.main([*SUITE[:-1], "voxdouble_contract.suite.test_system", "--appliance-url=http://127.0.0.1:1"])
    assert status == UNREACHABLE


def test_own_mocks_are_started_on_first_use() -> None:
    """No mock is started before a test needs it."""
    with open_targets("") as targets:
        assert isinstance(targets, OwnMocks)
        assert targets.opened() == []
        assert targets.small_limits.profile.max_list == 10
        assert len(targets.opened()) == 1


def test_a_202_without_an_id_is_noted_with_its_run() -> None:
    """A 202 without a task id does not end the polling of other tasks."""

    def without_id(response: Response) -> None:
        response.json = {"task": {"state": "pending"}}

    with MockAppliance(wrap=on_start(without_id)) as mock, open_targets(mock.url) as targets:
        assert "has no task id" in Tasks(targets.main).upload("speech").trouble
