"""The stdout and stderr of the process, to which no library may write, and errors, which hold none of its words."""

import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.examples_count import examples
from tests.voice.containers.files import FORMATS, OPEN_ENDED, seconds
from tests.voice.containers.test_signatures import start_of_file
from voxdouble_mock.voice.audio import UnusableAudio
from voxdouble_mock.voice.containers.signatures import SIGNATURES

LIBRARY_WORDS = re.compile(r"sndfile|mpg123|cffi|SF_INFO|regular file|unimplemented|Unspecified|Traceback|object at 0x")


@contextmanager
def captured(file: BinaryIO) -> Iterator[None]:
    """Connect the file descriptors 1 and 2 to a file."""
    saved = [os.dup(number) for number in (1, 2)]
    try:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
        yield
    finally:
        for number, old in zip((1, 2), saved, strict=True):
            os.dup2(old, number)
            os.close(old)


def damaged(data: bytes, seed: int) -> bytes:
    """Return the bytes with some of them changed, sometimes only in the first hundred, sometimes truncated."""
    source = random.Random(seed)
    changed = bytearray(data)
    last = min(len(data), 100) if seed % 3 == 0 else len(data)
    for _ in range(source.choice([1, 3, 20])):
        changed[source.randrange(last)] = source.randrange(256)
    return bytes(changed[: source.randrange(len(data))] if seed % 5 == 0 else changed)


@pytest.mark.parametrize("name", [*FORMATS, *OPEN_ENDED])
def test_damaged_files_of_supported_formats_write_nothing(name: str, tmp_path: Path) -> None:
    """Neither notes of a decoder nor tracebacks of its callbacks reach a file descriptor; errors are our sentences."""
    data, messages = {**FORMATS, **OPEN_ENDED}[name](), []
    with (tmp_path / "output").open("w+b") as file:
        for seed in range(examples(60)):
            with captured(file):
                messages.append(message(damaged(data, seed)))
        file.seek(0)
        assert file.read() == b""
    assert not LIBRARY_WORDS.search("".join(messages))


def message(data: bytes) -> str:
    """Return the error for a file, empty if it is decoded."""
    try:
        seconds(data)
    except UnusableAudio as error:
        return error.message
    return ""


def test_files_of_other_formats_write_nothing(tmp_path: Path) -> None:
    """Bytes that begin with the signature of another format make no library write to stdout or stderr."""
    with (tmp_path / "output").open("w+b") as file:
        with captured(file):
            assert all(message(start_of_file(signature)) for signature in SIGNATURES)
        file.seek(0)
        assert file.read() == b""


def test_the_capture_works() -> None:
    """In a process of its own, `captured` sees the bytes that are written to both descriptors."""
    code = "import os, tempfile; from tests.voice.containers.test_output import captured\n"
    code += "with tempfile.TemporaryFile() as file:\n    with captured(file): os.write(2, b'note'); os.write(1, b'!')\n"
    code += "    file.seek(0); print(file.read())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "b'note!'\n"
