"""Sounds and files that the tests of this folder share."""

import io
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import soundfile

import voxdouble_fixtures
from voxdouble_mock.voice.analysis import ChannelVoice, analyse

Signal = np.ndarray


def speech(name: str = "john_doe.wav") -> tuple[Signal, int]:
    """Give a bundled recording's samples, from -1 to 1, and its rate."""
    samples, rate = soundfile.read(voxdouble_fixtures.path(name))
    return samples, rate


def as_file(samples: Signal, rate: int, container: str = "WAV", subtype: str | None = None, **how: Any) -> io.BytesIO:
    """Write the samples into a file in memory."""
    target = io.BytesIO()
    soundfile.write(target, samples, rate, format=container, subtype=subtype, **how)
    target.seek(0)
    return target


def wav_header(*, rate: int = 16_000, channels: int = 1, data_size: int, riff_size: int = 0) -> bytes:
    """Write the 44 bytes of a PCM WAV's header, with whatever claims."""
    width = 2 * channels
    facts = struct.pack("<HHIIHH", 1, channels & 0xFFFF, rate, rate * width & 0xFFFFFFFF, width & 0xFFFF, 16)
    return (
        b"RIFF" + struct.pack("<I", riff_size) + b"WAVEfmt \x10\0\0\0" + facts + b"data" + struct.pack("<I", data_size)
    )


def white_noise(seconds: float, rate: int, level: float = 0.1, seed: int = 1) -> Signal:
    """Make Gaussian noise of a standard deviation."""
    return level * np.random.default_rng(seed).standard_normal(round(seconds * rate))


def sine(hertz: float, seconds: float, rate: int, level: float = 0.5) -> Signal:
    """Make a tone."""
    wave: Signal = level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return wave


def joined(parts: Sequence[Signal]) -> Signal:
    """Put signals one after another."""
    return np.concatenate(parts)


def heard(name: str, **how: Any) -> list[ChannelVoice]:
    """Analyse a bundled recording."""
    with voxdouble_fixtures.path(name).open("rb") as file:
        return analyse(file, **how)
