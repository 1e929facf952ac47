"""The recordings that are uploaded: bundled ones, and small WAV files made here."""

import io
import math
import struct
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from voxdouble_contract.target.media import Media
from voxdouble_fixtures import path, recordings

SPEECH, STEREO, SILENCE = "john_doe.wav", "conversation.wav", "silence.wav"


@cache
def bundled(name: str) -> Media:
    """Return a bundled recording."""
    entry = next(recording for recording in recordings() if recording.file == name)
    return Media(name, path(name).read_bytes(), entry.seconds * max(1, len(entry.speakers)))


def wav(samples: Sequence[int], *, rate: int = 16000, channels: int = 1) -> bytes:
    """Return a WAV file of 16-bit PCM; the samples of several channels alternate."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return file.getvalue()


@cache
def tone(seconds: float, *, rate: int = 8000) -> Media:
    """Return a tone of that length, for tests of sizes and lengths alone."""
    samples = [int(8000 * math.sin(2 * math.pi * 220 * index / rate)) for index in range(int(seconds * rate))]
    return Media(f"tone_{seconds:g}s.wav", wav(samples, rate=rate), seconds)


@cache
def second_speaker() -> Media:
    """Return the second channel of the conversation, another speaker than that of `SPEECH`, as a WAV file.

    Verdicts on documented statements rest on WAV alone, since no page lists the formats of recordings.
    """
    with wave.open(io.BytesIO(bundled(STEREO).data)) as reader:
        rate, frames = reader.getframerate(), reader.readframes(reader.getnframes())
    samples = struct.unpack(f"<{len(frames) // 2}h", frames)[1::2]
    return Media("second_speaker.wav", wav(samples, rate=rate), len(samples) / rate)


def piped(size: int) -> Media:
    """Return a recording with that size in its WAV header, as a converter that writes to a pipe leaves it."""
    media = bundled(SPEECH)
    return replace(media, name=f"piped_{size}.wav", data=with_data_size(media.data, size))


def surplus(count: int) -> Media:
    """Return a recording whose WAV header declares `count` bytes of audio more than there are."""
    media = bundled(SPEECH)
    size = len(media.data) - media.data.index(b"data") - 8
    return replace(media, name=f"surplus_{count}.wav", data=with_data_size(media.data, size + count))


def empty_before_chunks() -> Media:
    """Return a WAV file with an empty chunk of audio and a well-formed chunk after it."""
    return Media("empty_before_chunks.wav", wav([]) + b"LIST\x0c\0\0\0INFOISFT\0\0\0\0")


def with_data_size(data: bytes, size: int) -> bytes:
    """Return a WAV file with another size in its RIFF and data chunks."""
    at = data.index(b"data") + 4
    return data[:4] + struct.pack("<I", size) + data[8:at] + struct.pack("<I", size) + data[at + 4 :]


OTHER_FORMATS = ("jane_roe_1.flac", "john_doe.mp3", "john_doe.ogg", "john_doe.opus")
"""Recordings in other formats than WAV, for C71 alone."""


@dataclass(frozen=True)
class Upload:
    """A recording, and the query it is uploaded with."""

    media: Callable[[], Media]
    query: str = ""


UPLOADS: dict[str, Upload] = {
    "speech": Upload(lambda: bundled(SPEECH)),
    "speech with vector": Upload(lambda: bundled(SPEECH), "?include_vector_voiceprint=true"),
    "speech with True": Upload(lambda: bundled(SPEECH), "?include_vector_voiceprint=True"),
    "other speech": Upload(second_speaker, "?include_vector_voiceprint=true"),
    "stereo": Upload(lambda: bundled(STEREO)),
    "split": Upload(lambda: bundled(STEREO), "?channel_mode=split"),
    "mix": Upload(lambda: bundled(STEREO), "?channel_mode=mix"),
    "mix of one": Upload(lambda: bundled(STEREO), "?channel_mode=mix&channels=1"),
    "no channels named": Upload(lambda: bundled(STEREO), "?channels="),
    "first channel": Upload(lambda: bundled(STEREO), "?channels=0"),
    "second channel": Upload(lambda: bundled(STEREO), "?channels=1"),
    "both channels": Upload(lambda: bundled(STEREO), "?channels=0,1"),
    "both channels reversed": Upload(lambda: bundled(STEREO), "?channels=1,0"),
    **{name: Upload(partial(bundled, name)) for name in OTHER_FORMATS},
    "channel out of range": Upload(lambda: bundled(SPEECH), "?channels=1"),
    "silence": Upload(lambda: bundled(SILENCE), "?include_vector_voiceprint=true"),
    "empty": Upload(lambda: Media("empty.wav", b"")),
    "no frames": Upload(lambda: bundled("no_frames.wav")),
    "not audio": Upload(lambda: bundled("not_audio.wav")),
    "no frames before chunks": Upload(empty_before_chunks),
    "truncated": Upload(lambda: bundled("truncated.wav")),
    "17 bytes short": Upload(lambda: surplus(17)),
    "16 bytes short": Upload(lambda: surplus(16)),
    "4 kHz": Upload(lambda: tone(1.0, rate=4000)),
    "piped, size 0": Upload(lambda: piped(0)),
    "piped, size unknown": Upload(lambda: piped(0xFFFFFFFF)),
    "piped, lowest placeholder": Upload(lambda: piped(0x7FFF0000)),
    "piped, highest placeholder": Upload(lambda: piped(0x7FFFFFFF)),
    "piped, decimal placeholder": Upload(lambda: piped(2_000_000_000)),
    "below the placeholders": Upload(lambda: piped(0x7FFEFFFF)),
    "unknown parameter": Upload(lambda: bundled(SPEECH), "?colour=green"),
    "flag given twice": Upload(
        lambda: bundled(SPEECH), "?include_vector_voiceprint=true&include_vector_voiceprint=false"
    ),
}
"""The extractions that tests share, by name."""
FAILING = "failing"
"""The name of the extraction that ends in state `failed`; a profile names its file."""
BAD = ("not audio", "truncated", "empty", "no frames")
"""Names of the uploads whose tasks cannot end `done`."""
GENDER_AND_AGE = ("speech", "other speech", "stereo", "silence")
"""Names of the uploads of which gender and age are asked, without their queries."""
