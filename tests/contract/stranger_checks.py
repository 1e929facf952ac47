"""Strangers that need minutes, or nginx: one with half a second before each response, and one behind nginx.

Run by `make stranger-test`, not by `make test`, all at the same time. Werkzeug, which serves the strangers, leaves the
temporary file of a cut multipart body open.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.nginx import in_front_of
from tests.contract.stranger import serving
from tests.contract.stranger_traits import Traits
from tests.contract.verify_checks import Ended
from voxdouble_contract.judging.conformance import DIFFERS, FAILED, PASSED, UNPROVEN
from voxdouble_contract.target.transport import TIME_IS_UP
from voxdouble_mock import MockAppliance

pytestmark = pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning")
SECONDS = 660
"""Ten minutes, which a slow target gets, and one for the machine."""
LEAST_PASSED = 65
CERTIFICATES = Path(__file__).parents[1] / "client" / "http" / "tls"
UNLIMITED = "client_max_body_size 0;"


def verify(url: str, folder: Path, *options: str) -> Ended:
    """Run the command on an appliance."""
    command = [sys.executable, "-m", "voxdouble", "verify", url, "--report", str(folder), *options]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    return Ended(ended.returncode, ended.stdout, ended.stderr, folder)


def judged(url: str, folder: Path) -> Ended:
    """Verify an appliance: nothing may fail, neither a statement nor a call of the client, and no check may crash."""
    found = verify(url, folder, "--expect", "appliance")
    assert found.status == 0, found.out + found.err
    assert [key for key, verdict in found.verdicts.items() if verdict == FAILED] == []
    assert found.data["counts"][PASSED] >= LEAST_PASSED
    assert [check["name"] for check in found.data["client"] if check["verdict"] == FAILED] == []
    return found


def test_an_appliance_with_half_a_second_before_each_response_is_judged(tmp_path: Path) -> None:
    """It gets more time, which is said, and no statement is unproven because the time was up."""
    with serving(Traits(latency=0.5)) as url:
        found = judged(url, tmp_path)
    assert "so the run may take 600 s instead of 240" in found.err
    late = [key for key, entry in found.data["statements"].items() if TIME_IS_UP in entry["reason"]]
    assert late == []


@pytest.mark.parametrize("limit", ["", UNLIMITED], ids=["with the limit of 1 MB", "without a limit"])
def test_an_appliance_behind_nginx_is_judged(limit: str, tmp_path: Path) -> None:
    """Pages of nginx, such as its 413, count for no statement of the appliance."""
    with serving(Traits()) as url, in_front_of(url, tmp_path, limit) as proxied:
        found = judged(proxied, tmp_path / "report")
    assert found.verdicts["S69"] == UNPROVEN
    assert found.verdicts["S1"] == found.verdicts["S48"] == PASSED


@pytest.mark.parametrize(("option", "status", "failed"), [("refuse", 1, 6), ("rebase", 0, 0)])
def test_task_urls_that_a_proxy_makes_wrong_are_reported(option: str, status: int, failed: int, tmp_path: Path) -> None:
    """An e2 behind TLS whose `X-Location` has another scheme and port differs from C45.

    The client refuses it by default; with `rebase` its calls are judged all the same.
    """
    certificate = CERTIFICATES / "localhost.pem"
    with (
        MockAppliance(generation="e2", pending=0.05, running=0.05) as mock,
        in_front_of(mock.url, tmp_path, UNLIMITED, certificate) as url,
    ):
        found = verify(url, tmp_path / "report", "--ca", str(CERTIFICATES / "ca.pem"), "--foreign-location", option)
    assert found.status == status, found.out + found.err
    assert (found.verdicts["S6"], found.verdicts["C45"]) == (PASSED, DIFFERS)
    assert "not the target's" in found.data["statements"]["C45"]["reason"]
    assert [key for key, verdict in found.verdicts.items() if verdict == FAILED] == []
    reasons = [check["reason"] for check in found.data["client"] if check["verdict"] == FAILED]
    assert len(reasons) == failed, reasons
    assert all("--foreign-location rebase" in reason for reason in reasons), reasons
