"""The checks of the client, on the mock and on faulty appliances."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.mutants.changes import on_start, status, vectors
from tests.mutants.middleware import Request, Response, Wrap, changing_requests, changing_responses
from tests.mutants.of_comparison import scores
from voxdouble.client_checks import COST, check_client
from voxdouble.suite_targets import open_targets
from voxdouble_contract.target.targets import Targets
from voxdouble_mock import MockAppliance

NAMES = [
    "Extract a voiceprint",
    "Convert the voiceprint to the same vector as the extraction's",
    "Compare the voiceprint with another speaker's, and with itself",
    "Extract the channels of a conversation separately",
    "Report why a file that is not audio is rejected",
    "Stop polling at the deadline, while the task goes on",
    "Resume a task by its URL",
    "Extract several files concurrently, with results in order",
    "Report why a request is refused",
]


def verdicts(wrap: Wrap | None = None) -> dict[str, str]:
    """Return the verdicts on the client with a mock whose responses are changed."""
    with MockAppliance(pending=0.05, running=0.05, wrap=wrap) as mock, open_targets(mock.url) as targets:
        return {check.name: check.verdict for check in check_client(targets.main)}


def test_the_client_passes_on_the_mock() -> None:
    """All nine checks pass."""
    assert verdicts() == dict.fromkeys(NAMES, "passed")


def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client is checked without a proxy, as the suite sends its requests."""
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert verdicts() == dict.fromkeys(NAMES, "passed")


def test_task_urls_of_another_origin_fail_the_checks_that_poll() -> None:
    """The client refuses them as its commands do by default, and each reason names the option that takes the path."""
    with rewriting_proxy() as targets:
        found = check_client(targets.main)
    failed = {check.name: check.reason for check in found if check.verdict == "failed"}
    assert failed.keys() == {NAMES[number] for number in (0, 3, 4, 5, 6, 7)}
    for reason in failed.values():
        assert "must be on the appliance" in reason
        assert "--foreign-location rebase" in reason


def test_the_path_of_task_urls_can_be_taken_to_the_target() -> None:
    """With `rebase` all checks pass although the task URLs have another origin."""
    with rewriting_proxy() as targets:
        found = check_client(targets.main, foreign_location="rebase")
    assert {check.name: check.verdict for check in found} == dict.fromkeys(NAMES, "passed")


@contextmanager
def rewriting_proxy() -> Iterator[Targets]:
    """Open a mock that hands out task URLs of another origin, as behind a proxy that changes scheme and host."""
    with (
        MockAppliance(pending=0.05, running=0.05, public_url="https://appliance.example") as mock,
        open_targets(mock.url) as targets,
    ):
        yield targets


def test_a_wrong_vector_fails_one_check() -> None:
    """A conversion that is not the extraction's vector fails that check alone."""
    found = verdicts(vectors(lambda lists: [[0.0] * 128 for _ in lists]))
    assert [name for name, verdict in found.items() if verdict == "failed"] == [NAMES[1]]


def test_reversed_scores_fail_one_check() -> None:
    """A voiceprint with a lower score against itself than against another one fails that check alone."""
    found = verdicts(scores(lambda scores: scores["values"].reverse()))
    assert [name for name, verdict in found.items() if verdict == "failed"] == [NAMES[2]]


def without_state(response: Response) -> None:
    """Remove the state."""
    response.json = {"task": {"task_id": response.task["task_id"]}}


@pytest.mark.parametrize("fault", [without_state, status(500)])
def test_an_invalid_202_fails_the_check(fault: object) -> None:
    """A 202 without a state, or a 500, fails the check of the extraction."""
    found = verdicts(on_start(fault))  # type: ignore[arg-type]
    assert found[NAMES[0]] == "failed"


def test_a_missing_licence_leaves_checks_unproven() -> None:
    """With a 403 for every start the checks are unproven rather than failed."""
    found = verdicts(on_start(status(403)))
    assert set(found.values()) == {"unproven", "passed"}
    assert found[NAMES[0]] == "unproven"


@pytest.mark.parametrize(("number", "retry_after"), [(429, "0"), (429, "1"), (503, "0")])
def test_a_start_is_sent_once(number: int, retry_after: str) -> None:
    """A target that refuses each other start with "later" gets no more than the budget, and no check fails."""
    starts: list[str] = []

    def refuse_each_other(request: Request, response: Response) -> None:
        if request.method == "POST":
            starts.append(request.path)
            if len(starts) % 2 == 0:
                response.status, response.headers["Retry-After"] = number, retry_after

    found = verdicts(changing_responses(refuse_each_other))
    assert set(found.values()) == {"passed", "unproven"}
    assert len([path for path in starts if path.endswith("extraction")]) <= COST.uploads
    assert len(starts) <= COST.tasks
    assert found[NAMES[1]] == "unproven"


def test_the_checks_keep_within_the_reserved_budget() -> None:
    """On a target that accepts each start, the checks send no more uploads and tasks than are reserved for them."""
    starts: list[str] = []
    verdicts(changing_requests(lambda request: starts.append(request.path) if request.method == "POST" else None))
    assert 0 < len([path for path in starts if path.endswith("extraction")]) <= COST.uploads
    assert len(starts) <= COST.tasks
