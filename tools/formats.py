"""Generator of docs/formats.md: the supported and unsupported formats of recordings, as the code defines them.

`make formats` runs it; a test compares the file with the result.
"""

from collections.abc import Iterable
from pathlib import Path

from tools.fidelity import row
from voxdouble_mock.voice.containers.flac import SUPPORTED_BITS
from voxdouble_mock.voice.containers.parts import MAX_LOSS, SLACK
from voxdouble_mock.voice.containers.riff_encodings import SUPPORTED as IN_WAV
from voxdouble_mock.voice.containers.riff_encodings import UNSUPPORTED as NOT_IN_WAV
from voxdouble_mock.voice.containers.riff_encodings import unsupported_encoding
from voxdouble_mock.voice.containers.shape import (
    FULL_LENGTH_CHANNELS,
    MAX_CHANNELS,
    MAX_RATE,
    MIN_RATE,
    SAMPLES_PER_SECOND,
)
from voxdouble_mock.voice.containers.signatures import (
    OGG_CODECS,
    SIGNATURES,
    Signature,
    name_without_signature,
    unsupported,
)

PAGE = Path(__file__).parent.parent / "docs" / "formats.md"
HEAD = f"""# Formats of recordings

Made by `make formats` from `mock_server/voxdouble_mock/voice/containers/`.

A recording is accepted by its first bytes, whatever its file name and content type. It must have a sample rate from
{MIN_RATE} to {MAX_RATE} Hz and from 1 to {MAX_CHANNELS} channels; more than {FULL_LENGTH_CHANNELS} channels share
{FULL_LENGTH_CHANNELS} times the maximum length, and all samples of all channels are at most {SAMPLES_PER_SECOND} for
each second of the maximum length. Everything else ends `rejected` with the message in these tables
(C11, C12).

A supported recording in which the mock finds no speech ends `done`, with `speech_length` 0 and an empty vector: see
[recordings.md](recordings.md).

## Supported

"""
COMPLETE = f"""
ID3v2 tags and zero bytes before a recording, and tags (ID3v1, APE, Lyrics3) and padding after it, are ignored.

## Complete, or rejected

Before decoding, the container is read from the first byte to the last, and the decoded audio is compared with it. A
task ends `done` with all the audio that the file holds, but for at most {1000 * MAX_LOSS:.0f} ms, or it ends
`rejected` with the time and the byte at which decoding stopped, and the reason. Damage that changes the audio but not
its length, such as a wrong sample in a WAV file, is not noticed.

Some properties are not confirmed by anything else in the file, and an error in them is not noticed either:

- the sample rate and the channel count in a WAV header (bits, block size and bytes per second must agree);
- the end of a WAV file whose size is a placeholder, and of a file up to {SLACK} bytes shorter than it claims;
- the end of a FLAC file that does not declare its number of samples, if it is cut between two frames;
- the end of an Ogg stream without a flagged last page, if it is cut between two pages (bytes that follow it must be
  tags, padding or text);
- the pre-skip and the gain in an Opus header;
- the end of an MP3 whose first frame does not count the others (Xing, Info or VBRI), if it is cut between two frames
  or overwritten to the end, and its start, if it is overwritten with zeros.

## Not supported

Recognised by the first bytes, before any library opens the file:

"""
OGG = """
By the first packet of an Ogg stream:

"""
WAV = """
By the format tag of a WAV file:

"""


def page() -> str:
    """Return the text of docs/formats.md."""
    return "".join(
        [
            HEAD,
            *supported(),
            COMPLETE,
            *signatures(),
            OGG,
            *ogg_codecs(),
            WAV,
            *wav_encodings(),
        ]
    )


def supported() -> Iterable[str]:
    """Yield the rows of the table of supported formats."""
    bits = ", ".join(str(count) for count in SUPPORTED_BITS)
    yield row("format", "encodings", "joined files")
    yield row("---", "---", "---")
    yield row("WAV (RIFF and RIFX)", ", ".join(IN_WAV.values()), "rejected")
    yield row("FLAC", f"{bits} bits", "decoded, if rate and channels are the same")
    yield row("Ogg Vorbis", "all", "decoded, if rate and channels are the same")
    yield row("Ogg Opus", "all", "decoded, if input rate and channels are the same")
    yield row("MP3", "MPEG 1, 2 and 2.5, layers I, II and III", "decoded, if rate and channels are the same")


def signatures() -> Iterable[str]:
    """Yield the rows of the table of formats with a signature, and of files without one."""
    yield row("format", "first bytes", "message")
    yield row("---", "---", "---")
    for one in SIGNATURES:
        yield row(one.name, shown(one), str(unsupported(one.name)))
    for data in ("text".encode("utf-16"), b"text", b"\0", b"\x81\x92\xa3"):
        name = name_without_signature(data)
        yield row(name.split(" (")[0], "", str(unsupported(name)))


def shown(signature: Signature) -> str:
    """Return the bytes of a signature, with their offsets if they are not at the start."""
    marks = ((signature.offset, signature.mark), signature.second)
    return ", ".join(f"`{mark.hex(' ')}`" + (f" at byte {offset}" if offset else "") for offset, mark in marks if mark)


def ogg_codecs() -> Iterable[str]:
    """Yield the rows of the table of Ogg codecs."""
    yield row("format", "first bytes", "message")
    yield row("---", "---", "---")
    for mark, name in OGG_CODECS.items():
        yield row(name, f"`{mark.hex(' ')}`", str(unsupported(name)))


def wav_encodings() -> Iterable[str]:
    """Yield the rows of the table of WAV encodings."""
    yield row("encoding", "tag", "message")
    yield row("---", "---", "---")
    for tag, name in NOT_IN_WAV.items():
        yield row(name, f"0x{tag:04X}", str(unsupported_encoding(name)))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
