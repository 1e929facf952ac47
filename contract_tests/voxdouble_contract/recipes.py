"""The extractions that many tests look at, by name: which recording, asked for how."""

from collections.abc import Callable
from dataclasses import replace

from voxdouble_contract.samples import Media, bundled, hum, voiceprint, with_data_size

SPEECH, STEREO, SILENCE = "john_doe.wav", "conversation.wav", "silence.wav"
MEDIA: dict[str, tuple[Callable[[], Media], str]] = {
    "speech": (lambda: bundled(SPEECH), ""),
    "speech with vector": (lambda: bundled(SPEECH), "?include_vector_voiceprint=true"),
    "speech with True": (lambda: bundled(SPEECH), "?include_vector_voiceprint=True"),
    "other speech": (lambda: bundled("jane_roe_1.flac"), "?include_vector_voiceprint=true"),
    "stereo": (lambda: bundled(STEREO), ""),
    "split": (lambda: bundled(STEREO), "?channel_mode=split"),
    "mix": (lambda: bundled(STEREO), "?channel_mode=mix"),
    "mix of one": (lambda: bundled(STEREO), "?channel_mode=mix&channels=1"),
    "no channels named": (lambda: bundled(STEREO), "?channels="),
    "first channel": (lambda: bundled(STEREO), "?channels=0"),
    "second channel": (lambda: bundled(STEREO), "?channels=1"),
    "both channels": (lambda: bundled(STEREO), "?channels=0,1"),
    "both channels reversed": (lambda: bundled(STEREO), "?channels=1,0"),
    "channel out of range": (lambda: bundled(SPEECH), "?channels=1"),
    "silence": (lambda: bundled(SILENCE), "?include_vector_voiceprint=true"),
    "empty": (lambda: Media("empty.wav", b""), ""),
    "no frames": (lambda: bundled("no_frames.wav"), ""),
    "not audio": (lambda: bundled("not_audio.wav"), ""),
    "truncated": (lambda: bundled("truncated.wav"), ""),
    "4 kHz": (lambda: hum(1.0, rate=4000), ""),
    "piped, size 0": (lambda: piped(0), ""),
    "piped, size unknown": (lambda: piped(0xFFFFFFFF), ""),
    "unknown parameter": (lambda: bundled(SPEECH), "?colour=green"),
    "flag given twice": (lambda: bundled(SPEECH), "?include_vector_voiceprint=true&include_vector_voiceprint=false"),
}
FAILING = "failing"
BAD = ("not audio", "truncated", "empty", "no frames")
"""Files that a task cannot be done with."""


def piped(size: int) -> Media:
    """Take a recording whose header gives that size."""
    media = bundled(SPEECH)
    return replace(media, name=f"piped_{size}.wav", data=with_data_size(media.data, size))


def foreign_voiceprint(length: int) -> str:
    """Write a voiceprint in the vendor's form whose embedding has that many numbers."""
    return voiceprint([((index * 37) % 101 - 50) / 100 for index in range(length)])
