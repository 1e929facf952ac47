"""Signals and files for the tests in this folder."""

import io
import struct
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import soundfile

import voxdouble_fixtures
from voxdouble_mock.voice.analysis import ChannelVoice, analyse

Signal = np.ndarray


@cache
def speech(name: str = "john_doe.wav") -> tuple[Signal, int]:
    """Return the samples of a bundled recording, from -1 to 1, and its sample rate."""
    samples, rate = soundfile.read(voxdouble_fixtures.path(name))
    samples.flags.writeable = False
    return samples, rate


def as_file(samples: Signal, rate: int, container: str = "WAV", subtype: str | None = None, **how: Any) -> io.BytesIO:
    """Return a file in memory with the samples."""
    target = io.BytesIO()
    soundfile.write(target, samples, rate, format=container, subtype=subtype, **how)
    target.seek(0)
    return target


def wav_header(*, rate: int = 16_000, channels: int = 1, data_size: int, riff_size: int = 0) -> bytes:
    """Return the 44 bytes of the header of a PCM WAV file, with the given declarations."""
    width = 2 * channels
    shape = struct.pack("<HHIIHH", 1, channels & 0xFFFF, rate, rate * width & 0xFFFFFFFF, width & 0xFFFF, 16)
    return (
        b"RIFF" + struct.pack("<I", riff_size) + b"WAVEfmt \x10\0\0\0" + shape + b"data" + struct.pack("<I", data_size)
    )


def white_noise(seconds: float, rate: int, level: float = 0.1, seed: int = 1) -> Signal:
    """Return Gaussian noise with `level` as its standard deviation."""
    return level * np.random.default_rng(seed).standard_normal(round(seconds * rate))


def sine(hertz: float, seconds: float, rate: int, level: float = 0.5) -> Signal:
    """Return a tone."""
    wave: Signal = level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return wave


def joined(parts: Sequence[Signal]) -> Signal:
    """Return signals one after another."""
    return np.concatenate(parts)


def analysed(name: str, **how: Any) -> list[ChannelVoice]:
    """Return the analysis of a bundled recording."""
    with voxdouble_fixtures.path(name).open("rb") as file:
        return analyse(file, **how)


@cache
def voiceprint_of(name: str) -> bytes:
    """Return the voiceprint of the first channel of a bundled recording."""
    return analysed(name)[0].voiceprint
