"""The client's own checks, on our mock and on appliances that are not as they should be."""

import pytest

from tests.mutants.changes import on_start, status, vectors
from tests.mutants.middleware import Response, Wrap
from tests.mutants.of_comparison import scores
from voxdouble.client_checks import check_client
from voxdouble.suite_targets import open_targets
from voxdouble_mock import MockAppliance

NAMES = [
    "Extract a voiceprint",
    "Convert it to the same vector as the extraction's",
    "Compare it with another speaker's, and with itself",
    "Extract the channels of a conversation separately",
    "Report why a file that is not audio is rejected",
    "Stop polling at the deadline, while the task goes on",
    "Resume a task by its URL",
    "Extract several files concurrently, with results in order",
    "Report why a request is refused",
]


def verdicts(wrap: Wrap | None = None) -> dict[str, str]:
    """Check the client on a mock of which some answers are changed."""
    with MockAppliance(pending=0.05, running=0.05, wrap=wrap) as mock, open_targets(mock.url) as targets:
        return {check.name: check.verdict for check in check_client(targets.main)}


def test_the_client_passes_on_our_mock() -> None:
    """All nine checks pass."""
    assert verdicts() == dict.fromkeys(NAMES, "passed")


def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client is checked without a proxy, as the suite sends its requests."""
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert verdicts() == dict.fromkeys(NAMES, "passed")


def test_a_wrong_vector_is_seen() -> None:
    """A conversion that is not the extraction's vector fails that check alone."""
    found = verdicts(vectors(lambda lists: [[0.0] * 128 for _ in lists]))
    assert [name for name, verdict in found.items() if verdict == "failed"] == [NAMES[1]]


def test_a_likeness_that_cannot_be_is_seen() -> None:
    """A voiceprint that is less like itself than another is fails that check alone."""
    found = verdicts(scores(lambda scores: scores["values"].reverse()))
    assert [name for name, verdict in found.items() if verdict == "failed"] == [NAMES[2]]


def without_state(answer: Response) -> None:
    """Forget the state."""
    answer.json = {"task": {"task_id": answer.task["task_id"]}}


@pytest.mark.parametrize("fault", [without_state, status(500)])
def test_what_the_contract_forbids_fails(fault: object) -> None:
    """A 202 without a state, or a 500, fails each check that extracts."""
    found = verdicts(on_start(fault))  # type: ignore[arg-type]
    assert found[NAMES[0]] == "failed"


def test_what_the_target_lacks_is_no_failure() -> None:
    """A licence that is missing leaves the checks unproven."""
    found = verdicts(on_start(status(403)))
    assert set(found.values()) == {"unproven", "passed"}
    assert found[NAMES[0]] == "unproven"
