"""Computations: bounded in number, in work and in waiting, and given up without a client (P7)."""

import io
import socket
from collections.abc import Iterator
from threading import Event, Thread
from urllib.parse import urlsplit

import numpy as np
import pytest
import soundfile

from tests.http.wire import EXTRACTION, JOHN, MULTIPART, assert_refused, extract, form, get, head_of_post
from voxdouble_mock import MockAppliance, execution, voice
from voxdouble_mock.voice.analysis import analyse


class Blocked:
    """An analysis that does not end before it is allowed to, or before its client leaves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.proceed, self.given_up = Event(), Event(), Event()

        def blocked(file: object, **options: object) -> object:
            self.begun.set()
            while not self.proceed.wait(0.05):
                try:
                    options["checkpoint"]()  # type: ignore[operator]  # a function
                except Exception:
                    self.given_up.set()
                    raise
            return analyse(file, **options)  # type: ignore[arg-type]  # as they were given

        monkeypatch.setattr(voice, "analyse", blocked)


@pytest.fixture
def blocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Blocked]:
    """Block the analysis of recordings, with room for one at a time and short waits."""
    monkeypatch.setattr(execution, "MAX_EXECUTIONS", 1)
    monkeypatch.setattr(execution, "SLOT_SECONDS", 0.3)
    monkeypatch.setattr(execution, "SLOT_CHECK_SECONDS", 0.1)
    found = Blocked(monkeypatch)
    yield found
    found.proceed.set()


def test_a_request_waits_for_a_slot_and_then_gets_a_503(blocked: Blocked) -> None:
    """The message has the bound and the time that it waited; polls are answered meanwhile (C28)."""
    with MockAppliance(clock="manual") as mock:
        statuses: list[int] = []
        first = Thread(target=lambda: statuses.append(extract(mock.url, JOHN).status_code))
        first.start()
        assert blocked.begun.wait(10)
        refused = extract(mock.url, JOHN + b"x")
        assert_refused(refused, 503, "internal")
        assert (
            "at most 1 results at one time, and this request did not get its turn within 0.3 s"
            in refused.json()["message"]
        )
        assert get(f"{mock.url}{EXTRACTION}/x").status_code == 404
        blocked.proceed.set()
        first.join(10)
        assert statuses == [202]
        assert extract(mock.url, JOHN + b"x").status_code == 202


def test_work_ends_with_its_client(blocked: Blocked) -> None:
    """An analysis whose client has closed its connection is given up, and its slot is free for the next."""
    with MockAppliance(clock="manual") as mock:
        parts = urlsplit(mock.url)
        body = form(("file", JOHN))
        with socket.create_connection((parts.hostname or "", parts.port or 0)) as client:
            client.sendall(head_of_post(EXTRACTION, MULTIPART, f"Content-Length: {len(body)}") + body)
            assert blocked.begun.wait(10)
            assert not blocked.given_up.is_set()
        assert blocked.given_up.wait(10)
        blocked.proceed.set()
        assert extract(mock.url, JOHN).status_code == 202
        assert [entry.status for entry in mock.requests] == [400, 202]


def test_a_small_file_with_very_many_samples_is_rejected() -> None:
    """The frames of all channels are bounded, not only the seconds: a small file can hold hours at a high rate."""
    silence = io.BytesIO()
    soundfile.write(silence, np.zeros((384_000 * 3, 8), np.int16), 384_000, format="FLAC")
    with MockAppliance(clock="manual", max_audio_seconds=10) as bounded:
        assert len(silence.getvalue()) < 100_000
        location = extract(bounded.url, silence.getvalue()).headers["Location"]
        bounded.clock.advance(10)
        error = get(location).json()["error"]
        assert "All channels together must have at most 1280000 samples" in error["message"]
        assert "8 channels of at least" in error["message"]
