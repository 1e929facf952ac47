"""The suite is fair: no statement fails on an appliance that keeps the contract in its own way (a stranger)."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.contract.runner import run
from tests.contract.stranger import serving
from tests.contract.stranger_traits import Traits
from tests.mutants.of_tasks import one_at_a_time
from voxdouble_contract.judging.conformance import DIFFERS, FAILED, PASSED, UNPROVEN
from voxdouble_contract.target.transport import BROKEN_CONNECTION
from voxdouble_mock import MockAppliance

STRANGERS = {
    "everything differs": Traits(busy_every=37, only_wav=True),
    "members are absent": Traits(nulls=False),
    "first generation": Traits(generation=1, conversion=404, family=404, malformed_id=422, lifetime=600.0),
    "without licences and speech": Traits(
        conversion=403, family=403, speech=0.0, max_upload=100_000, malformed_id=404, nulls=False
    ),
    "slow and behind a proxy": Traits(seconds=3.0, whole_location=True, prefix="", conversion=404),
}
CERTIFICATES = Path(__file__).parents[1] / "client" / "http" / "tls"
TOKEN = "geheim"
CLOSED = "http://127.0.0.1:1"
"""A proxy that refuses every connection."""
ON_TWO_SPEAKERS = {"S33", "S45", "S47", "S48", "S49", "S51"}
"""Statements whose checks need recordings of two speakers; WAV must be enough for them."""
OF_DURATIONS = ("C1", "C2", "C3", "C30", "C36", "S10", "S20")
LEAST_PASSED = {
    "everything differs": 65,
    "members are absent": 65,
    "first generation": 40,
    "without licences and speech": 25,
    "slow and behind a proxy": 48,
}


@pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", STRANGERS)
def test_no_statement_fails_on_a_stranger(name: str) -> None:
    """No statement fails, no check crashes, and many statements are proven.

    Werkzeug, which serves the strangers, leaves the temporary file of a cut multipart body open.
    """
    with serving(STRANGERS[name]) as url:
        result = run(url)
    assert result.with_verdict(FAILED) == {}
    assert result.tracebacks == []
    assert len(result.with_verdict(PASSED)) >= LEAST_PASSED[name]
    if STRANGERS[name].only_wav:
        assert ON_TWO_SPEAKERS - set(result.with_verdict(PASSED)) == set()


@pytest.mark.parametrize(
    ("pending", "running", "queue"), [(0.0, 0.0, PASSED), (0.2, 0.9, PASSED), (5.0, 5.0, PASSED), (0.2, 90.0, UNPROVEN)]
)
def test_a_mock_with_other_durations_keeps_the_contract(pending: float, running: float, queue: str) -> None:
    """No statement on the life of tasks differs at a URL, however long they take."""
    with MockAppliance(pending=pending, running=running, clock="manual") as mock:
        result = run(mock.url, "--contract-strict", *(f"--contract-only={key}" for key in OF_DURATIONS))
    assert result.with_verdict(FAILED) == result.with_verdict(DIFFERS) == {}
    assert result.tracebacks == []
    assert result.statements["C30"]["verdict"] == queue


@pytest.mark.parametrize("generation", ["e1", "e2", "e3", "e4"])
def test_a_mock_with_null_members_keeps_the_contract(generation: Any) -> None:
    """No statement fails or differs at a URL where the members that are not used are null (C15)."""
    with MockAppliance(members="null", generation=generation, pending=0, running=0) as mock:
        result = run(mock.url, "--contract-strict")
    assert result.with_verdict(FAILED) == result.with_verdict(DIFFERS) == {}
    assert result.tracebacks == []


def test_a_queue_is_found_where_tasks_take_long() -> None:
    """Tasks that wait for one another differ from C30, however long one takes."""
    with MockAppliance(pending=1, running=9, clock="manual", wrap=one_at_a_time()) as mock:
        result = run(mock.url, "--contract-strict", "--contract-only=C30")
    assert list(result.with_verdict(DIFFERS)) == ["C30"]


@pytest.mark.parametrize("known", [True, False])
def test_generated_requests_keep_the_limits_of_the_profile(known: bool, tmp_path: Path) -> None:
    """C34 passes if the limit of a list is known, and otherwise differs with the target's own message as reason."""
    profile = tmp_path / "profile.toml"
    profile.write_text("max_list = 10\nmax_matrix = 9\n" if known else "")
    with MockAppliance(generation="e3", max_list=10, max_matrix=9) as mock:
        result = run(mock.url, "--contract-only=C34", f"--contract-profile={profile}")
    found = result.statements["C34"]
    assert found["verdict"] == (PASSED if known else DIFFERS), found["reason"]
    refusal = re.search("refused with 422: .*must have 1 to 10 voiceprints, got", found["reason"])
    assert (refusal is None) == known, found["reason"]


@pytest.mark.parametrize("name", ["X-Location", "Location"])
def test_task_urls_of_an_internal_host_differ(name: str) -> None:
    """A task URL that cannot be fetched differs, while its presence and path are passed."""
    old = name == "X-Location"
    with serving(Traits(generation=1 if old else 4, whole_location=True, conversion=404)) as url:
        result = run(url, *(f"--contract-only={key}" for key in ("S5", "S6", "S7", "S8", "S9", "C45")))
    assert result.with_verdict(FAILED) == {}
    assert set(result.with_verdict(PASSED)) == ({"S6"} if old else {"S5", "S6", "S7", "S9"})
    (reason,) = result.with_verdict(DIFFERS).values()
    assert reason.startswith(f"`{name}` must get a 200 as it stands, got ")
    assert "not the target's" in reason


@pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning")
def test_no_statement_fails_over_tls_with_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request, also each generated one, trusts the given authority, has the token, and uses no proxy."""
    monkeypatch.setenv("APPLIANCE_TOKEN", TOKEN)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, CLOSED)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(CERTIFICATES / "client.pem"))
    with serving(Traits(token=TOKEN, certificate=CERTIFICATES / "localhost.pem", only_wav=True)) as url:
        result = run(url, f"--contract-ca={CERTIFICATES / 'ca.pem'}")
    assert result.with_verdict(FAILED) == {}
    assert result.tracebacks == []
    assert len(result.with_verdict(PASSED)) >= LEAST_PASSED["everything differs"]
    for key in ("C7", "C34"):  # raw requests, and generated ones
        assert result.statements[key]["verdict"] != UNPROVEN
        assert not re.search(f"no response|{BROKEN_CONNECTION}|must get a response", result.statements[key]["reason"])
