"""The budget of a capture, refusals during it, and other technologies in it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.commands.process import invoke
from tests.contract.stranger import serving
from tests.contract.stranger_traits import Traits
from tests.http.wire import get, post
from tests.mutants.middleware import Request, Response, changing_responses
from tests.packs.captured import BAD_FILE, FILES, NEWEST, capture
from voxdouble.capture.budget import Budget, BudgetUsed
from voxdouble.capture.run import refusal_of
from voxdouble.capture.technologies import BAD_INPUTS, EXTRACTION
from voxdouble_client import ApiError, ApplianceClient
from voxdouble_mock import MockAppliance
from voxdouble_mock.packs.pack import Pack

VOICE_ACTIVITY = "voice-activity-detection"


def facts(pack: Path) -> list[dict[str, Any]]:
    """Return the facts of a pack."""
    return [json.loads(file.read_text()) for file in (pack / "facts").iterdir()]


@pytest.mark.parametrize(("option", "amount"), [("--max-tasks", "8"), ("--max-uploads", "6"), ("--max-audio", "21")])
def test_runs_within_a_budget_complete_a_pack(tmp_path: Path, option: str, amount: str) -> None:
    """Each run says which budget is used up, and the last of them completes the pack."""
    pack = tmp_path / "pack"
    with serving(NEWEST) as url:
        assert f"({option}) is used up" in capture(url, pack, "--with-results", option, amount, status=1)
        for _ in range(20):
            result = invoke(
                "capture", url, *map(str, (*FILES, BAD_FILE)), "-o", str(pack), "--with-results", option, amount
            )
            if result.exit_code == 0:
                break
        assert result.exit_code == 0, result.output
        capture(url, tmp_path / "whole", "--with-results")
    assert Pack(pack).entries.keys() == Pack(tmp_path / "whole").entries.keys()


def test_a_budget_counts_nothing_if_too_little_is_left() -> None:
    """A task that needs more than is left of anything leaves the budget as it was."""
    budget = Budget(2, 1, 10.0)
    with pytest.raises(BudgetUsed, match="--max-audio"):
        budget.take(uploads=1, audio_seconds=11)
    budget.take(uploads=1, audio_seconds=10)
    with pytest.raises(BudgetUsed, match="--max-uploads"):
        budget.take(uploads=1)
    budget.take()
    with pytest.raises(BudgetUsed, match="--max-tasks"):
        budget.take()


def test_each_attempt_of_a_start_counts(tmp_path: Path) -> None:
    """An upload that is refused with "later" and sent again uses up two uploads of the budget."""
    uploads = []

    def refuse_each_other(request: Request, response: Response) -> None:
        if request.method == "POST" and "multipart" in (request.header("Content-Type") or ""):
            uploads.append(response.status)
            if len(uploads) % 2:
                response.status, response.headers["Retry-After"] = 429, "0"

    with MockAppliance(pending=0, running=0, wrap=changing_responses(refuse_each_other)) as mock:
        assert "(--max-uploads) is used up" in capture(mock.url, tmp_path / "pack", "--max-uploads", "9", status=1)
        assert len(uploads) == 9
        capture(mock.url, tmp_path / "pack")


@pytest.mark.parametrize("limits", [{"max_upload": 400_000}, {"input_storage": 400_000}], ids=["upload", "storage"])
def test_a_recording_that_is_refused_does_not_end_the_capture(tmp_path: Path, limits: dict[str, Any]) -> None:
    """A recording that is too large (413, 507) is named on stderr, the exit status is 1, the others are recorded."""
    large = tmp_path / "large.wav"
    large.write_bytes(FILES[0].read_bytes() + bytes(400_000))
    with MockAppliance(pending=0, running=0, **limits) as mock:
        result = invoke("capture", mock.url, str(large), str(FILES[2]), "-o", str(tmp_path / "pack"))
    assert result.exit_code == 1
    assert f"{large} is refused" in result.output
    assert "3 facts are missing" in result.output
    assert len({fact["sha256"] for fact in facts(tmp_path / "pack") if "sha256" in fact}) == 1


def test_an_extraction_that_is_refused_in_a_continued_run_is_named(tmp_path: Path) -> None:
    """Without its voiceprints the requests on them are left out; their own technologies count as served."""
    with MockAppliance(pending=0, running=0) as mock:
        capture(mock.url, tmp_path / "pack", files=FILES[:1])
        for file in (tmp_path / "pack" / "facts").iterdir():
            if "voiceprint-conversion" in file.read_text():
                file.unlink()
        mock.fault("status", status=404, technology=EXTRACTION, method="POST", nth=2)  # the first one is a check
        said = capture(mock.url, tmp_path / "pack", files=FILES[:1], status=1)
        assert f"{EXTRACTION} of {FILES[0]} is refused: " in said
        assert "is not served" not in said
        capture(mock.url, tmp_path / "pack", files=FILES[:1])
    assert any(fact["technology"].endswith("voiceprint-conversion") for fact in facts(tmp_path / "pack"))


def test_a_busy_moment_does_not_decide_the_generation(tmp_path: Path) -> None:
    """A full storage at the question for a technology ends the run before the pack has a generation."""
    with MockAppliance(pending=0, running=0, generation="e4") as mock:
        mock.fault("status", status=507, technology="speaker-identification-voiceprint-conversion")
        assert "507" in capture(mock.url, tmp_path / "pack", files=FILES[:1], status=1)
        assert not (tmp_path / "pack" / "pack.toml").exists()


@pytest.mark.parametrize(
    ("fault", "status"), [({"kind": "status", "status": 507, "method": "POST"}, 507), ({"kind": "lost-task"}, 404)]
)
def test_an_error_of_a_busy_moment_or_of_a_poll_is_not_recorded(fault: dict[str, Any], status: int) -> None:
    """A full storage or a lost task says nothing about a bad input, so capture raises it."""
    with MockAppliance(pending=0, running=0) as mock, ApplianceClient(mock.url) as client:
        mock.fault(**fault)
        with pytest.raises(ApiError) as raised:
            refusal_of(client, BAD_INPUTS["bytes that are not audio"])
        assert raised.value.status == status
        assert refusal_of(client, BAD_INPUTS["an empty list"])["status"] == 422


def test_another_technology_is_captured_and_replayed(tmp_path: Path) -> None:
    """A mock with the pack serves it, with the captured times; without `--also` it does not."""
    with serving(Traits(prefix="")) as url:
        capture(url, tmp_path / "pack", "--with-results", "--also", VOICE_ACTIVITY)
        capture(url, tmp_path / "shared", "--also", VOICE_ACTIVITY)
    for name, status in (("pack", 202), ("shared", 404)):
        with MockAppliance(pack=tmp_path / name, pending=0, running=0) as mock:
            path = f"{mock.url}/api/technology/{VOICE_ACTIVITY}"
            started = post(path, files={"file": FILES[0].read_bytes()})
            assert started.status_code == status
            assert (path.removeprefix(mock.url) in get(mock.url + "/_mock/openapi.json").json()["paths"]) is (
                status == 202
            )
            if status == 202:
                assert get(started.headers["Location"]).json()["result"]["channels"][0]["segments"]


@pytest.mark.parametrize(
    ("also", "words"),
    [
        ("telepathy", "voice-activity-detection"),
        ("gender-identification", "must be one of"),
        ("speech-to-text", "`language` is required"),
        ("voice-activity-detection?channels=1", "channel_mode, range_from, range_to"),
        ("voice-activity-detection?range_from=-1", "seconds"),
    ],
)
def test_an_invalid_other_technology_is_refused(tmp_path: Path, also: str, words: str) -> None:
    """The message says what would be right, and nothing is sent or written."""
    result = invoke("capture", "http://127.0.0.1:9", str(FILES[0]), "-o", str(tmp_path / "pack"), "--also", also)
    assert result.exit_code == 2
    assert words in result.output
    assert not (tmp_path / "pack").exists()


def test_parameters_of_another_technology_are_part_of_the_fact(tmp_path: Path) -> None:
    """A request with equal parameters is answered from the pack, in any spelling; another one is not."""
    with serving(Traits(prefix="")) as url:
        capture(url, tmp_path / "pack", "--with-results", "--also", f"{VOICE_ACTIVITY}?range_from=1&range_to=2.5")
    with MockAppliance(pack=tmp_path / "pack", pending=0, running=0) as mock:
        path = f"{mock.url}/api/technology/{VOICE_ACTIVITY}"
        for query, state in (
            ({"range_from": "1.0", "range_to": "2.50"}, "done"),
            ({"range_from": "1"}, "failed"),
            ({}, "failed"),
        ):
            started = post(path, files={"file": FILES[0].read_bytes()}, params=query)
            assert get(started.headers["Location"]).json()["task"]["state"] == state


def test_a_file_that_changes_during_the_capture_is_refused(tmp_path: Path) -> None:
    """An answer may be about other bytes than the digest, so it is not kept, and the capture is incomplete."""
    file = tmp_path / "growing.wav"
    file.write_bytes(FILES[0].read_bytes())

    def changing(app: Any) -> Any:
        """Return middleware that changes the time of the file with each upload."""

        def wrapped(environ: Any, start_response: Any) -> Any:
            if environ["PATH_INFO"].endswith("-extraction"):
                os.utime(file, ns=(1, 1))
            return app(environ, start_response)

        return wrapped

    with MockAppliance(pending=0, running=0, wrap=changing) as mock:
        result = invoke("capture", mock.url, str(file), "-o", str(tmp_path / "pack"))
    assert result.exit_code == 1
    assert "The capture is not complete: " in result.output
    assert "must not change during the capture" in result.output
    assert "Usage:" not in result.output
    assert facts(tmp_path / "pack") == []
