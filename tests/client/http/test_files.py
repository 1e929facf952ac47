"""Files: which can be uploaded, and the errors of those that cannot."""

import io
import os
import threading
from pathlib import Path
from typing import IO, Any, cast

import pytest

from tests.client.hostile import GOOD, serving
from tests.client.http.forms import parsed, sent
from voxdouble_client._http import body as bodies
from voxdouble_client._http.body import File, form


def from_path(path: Path) -> File:
    """Return a path object."""
    return path


def from_text(path: Path) -> File:
    """Return the path as text."""
    return str(path)


def from_bytes(path: Path) -> File:
    """Return the content."""
    return path.read_bytes()


@pytest.mark.parametrize("made_by", [from_path, from_text, from_bytes, lambda path: path.open("rb")])
def test_every_kind_of_file_is_uploaded(made_by: object, tmp_path: Path) -> None:
    """A path, bytes and a binary file object arrive as the part `file`, with the same content (S28)."""
    path = tmp_path / "john.wav"
    path.write_bytes(b"RIFF\r\n--audio")
    file = made_by(path)  # type: ignore[operator]
    with serving(GOOD) as (server, appliance):
        appliance.start_voiceprint_extraction(file)
    request = server.received[0]
    arrived = parsed(request.headers["content-type"], request.body)
    assert arrived["file"][1] == b"RIFF\r\n--audio"
    if hasattr(file, "close"):
        assert not file.closed  # the caller closes it
        file.close()


def test_a_file_object_is_sent_from_its_position() -> None:
    """Bytes before the position of a file object are not sent, neither the first time nor again."""
    stream = io.BytesIO(b"headRIFF")
    stream.seek(4)
    with form({"file": stream}, {}) as body:
        for _ in range(2):
            assert parsed(body.content_type, sent(body))["file"][1] == b"RIFF"


class MinimalFile:
    """An object with `read` alone, which returns at most 3 bytes at a time."""

    def __init__(self, content: bytes) -> None:
        self.stream = io.BytesIO(content)

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        return self.stream.read(min(size, 3))


def test_an_object_without_seekable_is_uploaded() -> None:
    """An object that can only be read is sent whole."""
    with form({"file": cast("IO[bytes]", MinimalFile(b"RIFFaudio"))}, {}) as body:
        assert parsed(body.content_type, sent(body))["file"][1] == b"RIFFaudio"


@pytest.mark.parametrize("buffering", [0, -1], ids=["raw", "buffered"])
def test_a_non_blocking_pipe_is_waited_for(buffering: int) -> None:
    """A pipe that has nothing to read yet has not ended: all that is written to it later is sent."""
    end, start = os.pipe()
    os.set_blocking(end, False)
    content = bytes(range(256)) * 2000
    reads = threading.Semaphore(0)

    class Watched(io.FileIO):
        def readinto(self, buffer: Any) -> int | None:
            count = super().readinto(buffer)
            if count is None:
                reads.release()
            return count

        def read(self, size: int = -1) -> bytes | None:  # type: ignore[override]
            chunk = super().read(size)
            if chunk is None:
                reads.release()
            return chunk

    def write() -> None:
        with os.fdopen(start, "wb", buffering=0) as stream:
            for at in range(0, len(content), 100_000):
                assert reads.acquire(timeout=20)  # the reader has found nothing
                stream.write(content[at : at + 100_000])

    threading.Thread(target=write, daemon=True).start()
    raw: Any = Watched(end, "rb")
    stream: Any = raw if buffering == 0 else io.BufferedReader(raw)
    with stream, form({"file": stream}, {}) as body:
        assert parsed(body.content_type, sent(body))["file"][1] == content


def test_a_stream_that_cannot_be_waited_for_is_refused() -> None:
    """An object whose `read` returns None and that has no descriptor is refused, not sent in part."""

    class Empty:
        def read(self, size: int) -> bytes | None:
            return b"" if size == 0 else None

    with pytest.raises(ValueError, match="must be a blocking stream"), form({"file": cast("IO[bytes]", Empty())}, {}):
        pass


def test_a_pipe_is_uploaded() -> None:
    """A stream without a length, which cannot be rewound, is sent with a length, and can be sent again."""
    end, start = os.pipe()
    content = bytes(range(256)) * 2000

    def write() -> None:
        with os.fdopen(start, "wb") as stream:
            stream.write(content)

    threading.Thread(target=write).start()
    with os.fdopen(end, "rb") as pipe, form({"file": pipe}, {}) as body:
        assert parsed(body.content_type, sent(body))["file"][1] == content
        assert parsed(body.content_type, sent(body))["file"][1] == content


def test_an_endless_pipe_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe fills the disk up to the limit, and is then an error."""
    monkeypatch.setattr(bodies, "MAX_SPOOL_BYTES", 1_000_000)

    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return bytes(size)

    with pytest.raises(ValueError, match="save it to a file first"), form({"file": Endless()}, {}):  # type: ignore[dict-item]
        pass


def test_a_text_file_is_refused(tmp_path: Path) -> None:
    """A file that is open as text is a TypeError that asks for binary mode."""
    path = tmp_path / "john.wav"
    path.write_text("RIFF")
    with path.open() as stream, pytest.raises(TypeError, match="binary mode"), form({"file": stream}, {}):  # type: ignore[dict-item]
        pass


@pytest.mark.parametrize("file", [None, 3, ["john.wav"], {}])
def test_other_types_of_file_are_refused(file: object) -> None:
    """Anything but a path, bytes or a file object is a TypeError that names the type."""
    with pytest.raises(TypeError, match=type(file).__name__), form({"file": file}, {}):  # type: ignore[dict-item]
        pass


def test_a_missing_file_is_pythons_own_error() -> None:
    """A path that does not exist is a FileNotFoundError, and no request is sent."""
    with serving(GOOD) as (server, appliance):
        with pytest.raises(FileNotFoundError):
            appliance.extract_voiceprint("/no/such/file.wav")
        assert not server.received


def test_a_file_that_shrinks_is_an_error(tmp_path: Path) -> None:
    """A file that ends before the announced length is an OSError of the file, not a network error."""
    path = tmp_path / "john.wav"
    path.write_bytes(bytes(2_000_000))

    def shrink(sent: int, total: int) -> None:
        os.truncate(path, 10)

    with serving(GOOD) as (_, appliance), pytest.raises(OSError, match=r"john\.wav became shorter"):
        appliance.extract_voiceprint(path, progress=shrink)


def test_an_error_of_a_file_object_is_raised_unchanged() -> None:
    """An exception that a file object raises while it is read is raised unchanged."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if size:
                raise OSError("the disk is on fire")
            return b""

    with serving(GOOD) as (_, appliance), pytest.raises(OSError, match="the disk is on fire") as caught:
        appliance.extract_voiceprint(Broken(b"RIFF"))
    assert type(caught.value) is OSError
