"""Uploads: they arrive unchanged, in constant memory, and report their progress."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.hostile import GOOD, HostileServer, serving
from tests.client.http.forms import parsed, sent
from voxdouble_client._http.body import form, json_body


@given(
    files=st.dictionaries(st.text("abc-_", min_size=1), st.binary(), min_size=1, max_size=3),
    fields=st.dictionaries(st.text("xyz", min_size=1), st.text(), max_size=2),
)
def test_a_form_arrives_unchanged(files: dict[str, bytes], fields: dict[str, str]) -> None:
    """All files and texts arrive unchanged, and the length is known before the first byte."""
    with form(dict(files), fields) as body:
        text = sent(body)
        assert len(body) == len(text)
        arrived = parsed(body.content_type, text)
    assert {name: content for name, (_, content) in arrived.items()} == {
        **files,
        **{name: text.encode() for name, text in fields.items()},
    }


@given(st.binary(min_size=1))
def test_a_form_can_be_sent_again(content: bytes) -> None:
    """After rewinding, the same bytes are sent, even if the first time ended in the middle."""
    with form({"file": content}, {}) as body:
        first = sent(body)
        body.rewind()
        next(iter(body))
        assert sent(body) == first


HOSTILE_NAMES = ['a"b.wav', "a\r\nContent-Type: x\r\n\r\n.wav", "žluťoučký.wav", "a;b=c.wav", "\udcff.wav", "x" * 200]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_no_file_name_breaks_the_form(name: str) -> None:
    """A file with any name arrives as one part with its content, and adds no header; P6."""
    stream = io.BytesIO(b"RIFF")
    stream.name = name
    with form({"file": stream}, {}) as body:
        text = sent(body)
        assert parsed(body.content_type, text)["file"][1] == b"RIFF"
        assert text.partition(b"\r\n\r\n")[0].count(b"\r\n") == 1


def test_progress_reaches_the_total() -> None:
    """The bytes sent grow in steps up to the total, which is the length of the body."""
    steps: list[tuple[int, int]] = []
    with serving(GOOD) as (server, appliance):
        appliance.start_voiceprint_extraction(bytes(1_000_000), progress=lambda *step: steps.append(step))
    total = int(server.received[0].headers["content-length"])
    assert [sent for sent, _ in steps] == sorted({sent for sent, _ in steps})
    assert {step[1] for step in steps} == {total}
    assert steps[-1] == (total, total)
    assert len(steps) > 3


def test_an_error_of_the_progress_callback_is_raised_unchanged() -> None:
    """An exception of the callback ends the call unchanged."""

    def stop(sent: int, total: int) -> None:
        raise ConnectionError("no more")

    with serving(GOOD) as (_, appliance), pytest.raises(ConnectionError, match="no more") as caught:
        appliance.extract_voiceprint(b"RIFF", progress=stop)
    assert type(caught.value) is ConnectionError


def test_json_is_sent_with_its_length() -> None:
    """Voiceprints are sent as JSON of a known length."""
    body = json_body({"voiceprints": ["e2kD"]})
    assert sent(body) == b'{"voiceprints":["e2kD"]}'
    assert (len(body), body.content_type) == (24, "application/json")


MEASURE = """
import resource, sys
from voxdouble_client import ApplianceClient
with ApplianceClient(sys.argv[1]) as appliance:
    appliance.start_voiceprint_extraction(b"warm")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    appliance.start_voiceprint_extraction(sys.argv[2])
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of ru_maxrss differs between systems")
def test_an_upload_takes_constant_memory(tmp_path: Path) -> None:
    """An upload of 64 MB needs at most 16 MiB more memory than one of a few bytes; P14."""
    path = tmp_path / "long.wav"
    with path.open("wb") as stream:
        stream.truncate(64_000_000)
    with HostileServer(GOOD) as server:
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, server.url, path], capture_output=True, text=True, check=False, timeout=60
        )
    assert done.returncode == 0, done.stderr
    assert int(server.received[1].headers["content-length"]) > 64_000_000
    assert float(done.stdout) < 16
