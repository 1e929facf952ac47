"""Errors for other formats: the name of the format, and the supported ones."""

import pytest

from tests.voice.containers.files import seconds
from tests.voice.sounds import as_file, speech
from voxdouble_mock.voice.audio import UnusableAudio
from voxdouble_mock.voice.containers.signatures import SIGNATURES, SUPPORTED, Signature

SUPPORTED_TEXT = "Supported formats: WAV, FLAC, Ogg Vorbis, Ogg Opus and MP3."


def message(data: bytes) -> str:
    """Return the error for a file."""
    with pytest.raises(UnusableAudio) as caught:
        seconds(data)
    assert caught.value.location == ("body", "file")
    return caught.value.message


def start_of_file(signature: Signature) -> bytes:
    """Return bytes with a signature, filled with bytes that are not text."""
    data = bytearray(b"\x80\x05" * 1_000)
    for offset, mark in ((signature.offset, signature.mark), signature.second):
        data[offset : offset + len(mark)] = mark
    return bytes(data)


@pytest.mark.parametrize("signature", SIGNATURES, ids=lambda one: one.name)
def test_each_format_with_a_signature_is_named(signature: Signature) -> None:
    """The first bytes identify the format before any library opens the file."""
    assert message(start_of_file(signature)) == f"The file is {signature.name}. {SUPPORTED_TEXT}"


@pytest.mark.parametrize(
    ("container", "subtype", "name"),
    [
        ("AIFF", None, "AIFF"),
        ("AIFF", "ULAW", "AIFF-C"),
        ("AU", None, "AU"),
        ("CAF", None, "CAF"),
        ("IRCAM", None, "IRCAM"),
        ("NIST", None, "NIST SPHERE"),
        ("PAF", None, "PAF"),
        ("PVF", None, "PVF"),
        ("RF64", None, "RF64"),
        ("SVX", None, "16SV"),
        ("VOC", None, "VOC"),
        ("W64", None, "W64"),
    ],
)
def test_formats_that_libsndfile_could_decode_are_named(container: str, subtype: str | None, name: str) -> None:
    """Real files of these formats are rejected with the name of the format."""
    samples, rate = speech()
    data = as_file(samples, 8_000 if container == "SVX" else rate, container, subtype).getvalue()
    assert message(data) == f"The file is {name}. {SUPPORTED_TEXT}"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("Guten Tag".encode("utf-16"), "UTF-16 text"),
        (b"\xfe\xff" + "Guten Tag".encode("utf-16-be"), "UTF-16 text"),
        ("Guten Tag".encode("utf-32"), "UTF-32 text"),
        ("Grüß Gott".encode("utf-8-sig"), "UTF-8 text"),
        ("Grüß Gott\r\n".encode() * 1_000, "text"),
        (b'{"error": "not found"}', "text"),
        (b"ID3\4\0\0\0\0\0\x0a" + bytes(10), "an ID3 tag without audio"),
        (b"ID3\4\0\0\0\0\x7f\x7f" + bytes(100), "an ID3 tag without audio"),
        (bytes(50_000), "only zero bytes"),
        (
            b"\x81\x92\xa3\xb4\xc5\xd6\xe7\xf8" * 100,
            "of an unknown format (its first bytes are 81 92 a3 b4 c5 d6 e7 f8)",
        ),
        (b"\xff", "of an unknown format (its first bytes are ff)"),
        (b"ID3\4\0\0\0\0\0\x0a" + bytes(10) + b"\xff\xf1" + b"\x50\x80" * 50, "an ID3 tag without audio"),
    ],
)
def test_files_without_a_signature_are_described(data: bytes, name: str) -> None:
    """Text by its encoding, the rest by its first bytes."""
    assert message(data) == f"The file is {name}. {SUPPORTED_TEXT}"


def test_the_message_lists_the_supported_formats() -> None:
    """One list gives the message and the documents."""
    assert f"{', '.join(SUPPORTED[:-1])} and {SUPPORTED[-1]}." in SUPPORTED_TEXT


def test_no_signature_hides_another() -> None:
    """Each signature can be found: none of them starts like an earlier one."""
    for number, one in enumerate(SIGNATURES):
        earlier = [other for other in SIGNATURES[:number] if other.weak == one.weak]
        assert not any(other.matches(start_of_file(one)) and other.name != one.name for other in earlier)


def test_no_library_opens_a_file_of_another_format(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither libsndfile nor the MPEG decoder sees a file of another format."""

    def fail(*_: object) -> None:
        raise AssertionError("A library was called.")

    monkeypatch.setattr("voxdouble_mock.voice.decoding._Stream", fail)
    monkeypatch.setattr("voxdouble_mock.voice.mpeg_decoding.miniaudio.mp3_read_f32", fail)
    for data in (start_of_file(SIGNATURES[0]), b"text", bytes(100)):
        assert message(data)
