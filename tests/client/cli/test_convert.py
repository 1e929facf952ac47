"""`convert`: the files of voiceprints that it reads."""

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest

from tests.client.cli.calling import FAILED, VECTOR, WITH_VECTOR, call
from tests.client.hostile import DONE, HostileServer, responding, response, task_body

CONVERTED = task_body("done", result={"vector_voiceprints": [VECTOR, []]})


def test_converted_vectors_are_written_as_an_array(tmp_path: Path) -> None:
    """The vectors of a conversion are the rows of a .npy file."""
    with HostileServer(responding(response(200, CONVERTED))) as server:
        result = call(
            "convert", "--url", server.url, "-", "-o", tmp_path / "out.npy", stdin=json.dumps(WITH_VECTOR).encode()
        )
    assert result.exit_code == 0
    assert np.load(tmp_path / "out.npy").shape == (2, 2)


def test_convert_reads_the_output_of_extract(tmp_path: Path) -> None:
    """JSON of one answer, JSON Lines of several, and Base64 become one task, in the order of files and channels."""
    one = tmp_path / "one.json"
    one.write_text(json.dumps(WITH_VECTOR, indent=1).replace("e2kD", "e2kE"))
    lines = tmp_path / "lines.jsonl"
    lines.write_text(json.dumps(DONE) + "\n" + json.dumps(DONE) + "\n")
    plain = tmp_path / "harry.vp"
    plain.write_text("e2kF\ne2kG\n")
    with HostileServer(
        responding(response(200, task_body("done", result={"vector_voiceprints": [VECTOR] * 5})))
    ) as server:
        result = call("convert", "--url", server.url, one, lines, plain)
    assert result.exit_code == 0
    assert json.loads(server.received[0].body) == {"voiceprints": ["e2kE", "e2kE", "e2kD", "e2kD", "e2kFe2kG"]}
    assert [request.method for request in server.received] == ["POST", "GET"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "and is neither"),
        (b"RIFF\x00\x01", "and is neither"),
        (b"{}", "has no voiceprints"),
        (json.dumps(FAILED).encode(), "-: The task failed: It broke. It is left out."),
        (json.dumps(FAILED).encode(), "at least one voiceprint, and - holds none"),
        (b"null\nnull\n", "at least one voiceprint, and - holds none"),
        (json.dumps(DONE).encode() + b"\n{\n", "line 2 of .* is not JSON"),
        (json.dumps(DONE).replace('"e2kD"', "3").encode(), "not a text"),
    ],
)
def test_an_invalid_file_of_voiceprints_is_a_usage_error(content: bytes, message: str) -> None:
    """A file that cannot be converted is named, with the line, before anything is sent."""
    result = call("convert", "--url", "http://127.0.0.1:1", "-", stdin=content)
    assert result.exit_code == 2
    assert re.search(message, result.stderr)


def test_too_many_voiceprints_are_a_usage_error(tmp_path: Path) -> None:
    """More voiceprints than one task takes are refused; the error has their number."""
    many = task_body("done", result={"channels": [{"voiceprint": "e2kD"}] * 50_001})
    path = tmp_path / "many.json"
    path.write_text(json.dumps(many))
    result = call("convert", "--url", "http://127.0.0.1:1", path)
    assert "50001" in result.stderr
    assert result.exit_code == 2


def test_a_file_may_have_a_byte_order_mark() -> None:
    """A `.vp` file that an editor on Windows saved is read like any other."""
    with HostileServer(responding(response(200, task_body("done", result={"vector_voiceprints": [VECTOR]})))) as server:
        assert call("convert", "--url", server.url, "-", stdin=b"\xef\xbb\xbfe2kD\r\n").exit_code == 0
    assert json.loads(server.received[0].body) == {"voiceprints": ["e2kD"]}


def test_a_decoded_voiceprint_is_named_as_such() -> None:
    """The error for a decoded voiceprint differs from that for other files."""
    result = call("convert", "--url", "http://127.0.0.1:1", "-", stdin=base64.b64decode("e2kD") + b"\x00\xff")
    assert "decoded voiceprint" in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize(("more", "message"), [(b"", "1 line is null"), (b"null\n", "2 lines are null")])
def test_null_lines_are_skipped(more: bytes, message: str) -> None:
    """Lines without an answer in the output of `extract` are skipped, and the others are converted."""
    lines = b"null\n" + json.dumps(DONE).encode() + b"\n" + more
    with HostileServer(responding(response(200, task_body("done", result={"vector_voiceprints": [VECTOR]})))) as server:
        result = call("convert", "--url", server.url, "-", stdin=lines)
    assert f"{message} (no answer came) and skipped." in result.stderr
    assert result.exit_code == 0
