"""A recording to what each of its channels says of its speaker: the whole way from a file to voiceprints."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from voxdouble_mock.voice import pitch, spectrum, speech
from voxdouble_mock.voice.audio import Audio, Samples, UnusableAudio
from voxdouble_mock.voice.embedding import embed
from voxdouble_mock.voice.framing import FRAMES_PER_SECOND, Framer, Frames
from voxdouble_mock.voice.voiceprint import encode

TOGETHER, PASSES = 4, 4
"""Channels analysed in one pass over the file, and passes over files of more: memory is for a quarter of all the
channels.
"""


@dataclass(frozen=True)
class ChannelVoice:
    """What one channel holds."""

    channel_number: int
    """As in the recording, from 0; 0 for a mix (C14)."""
    speech_length: float
    """Seconds, at most 2 decimals (C32)."""
    audio_length: float
    """Seconds of the audio that was analysed, speech or not, at most 2 decimals."""
    voiceprint: bytes
    """UBJSON, not Base64; made also where there is no speech (C19)."""


@dataclass(frozen=True)
class SpeechRange:
    """How much of a recording counts, in seconds, under the vendor's names (contract 3.1)."""

    range_from: float = 0.0
    range_to: float | None = None
    """None is the recording's end; beyond it there is nothing."""
    max_speech_length: float | None = None
    """Of the speech that was found in the range, as much from its beginning; None is all."""


def analyse(
    file: BinaryIO,
    *,
    channels: Sequence[int] = (),
    mix: bool = False,
    speech_range: SpeechRange | None = None,
    max_seconds: float = 7_200.0,
) -> list[ChannelVoice]:
    """Make one entry for each chosen channel in the order asked for, or one for their mix; none chosen means all.

    `file` is seekable; it is decoded in blocks. `max_seconds` bounds the audio's length (C13, C14, S59, S81).
    Raises UnusableAudio.
    """
    audio = Audio(file, max_seconds)
    chosen = list(channels) or list(range(audio.channel_count))
    for channel in chosen:
        if not 0 <= channel < audio.channel_count:
            has = "1 channel" if audio.channel_count == 1 else f"{audio.channel_count} channels"
            raise UnusableAudio(
                f"There is no channel {channel}: the audio has {has}, numbered from 0.", ("query", "channels")
            )
    if mix:
        mixed = (np.rint(block.sum(axis=0, keepdims=True) / len(chosen)) for block in audio.blocks(chosen))
        return _voices([0], mixed, audio.sample_rate, speech_range or SpeechRange())
    voices = []
    together = max(TOGETHER, -(-len(chosen) // PASSES))
    for place in range(0, len(chosen), together):
        some = chosen[place : place + together]
        voices += _voices(some, audio.blocks(some), audio.sample_rate, speech_range or SpeechRange())
    return voices


def _voices(
    numbers: Sequence[int], blocks: Iterator[Samples], sample_rate: int, speech_range: SpeechRange
) -> list[ChannelVoice]:
    listeners = [_Listener(sample_rate) for _ in numbers]
    for block in blocks:
        for listener, samples in zip(listeners, block, strict=True):
            listener.hear(samples)
    return [listener.voice(number, speech_range) for number, listener in zip(numbers, listeners, strict=True)]


class _Listener:
    """One channel's frames, gathered block by block."""

    def __init__(self, sample_rate: int) -> None:
        self.framer = Framer(sample_rate)
        self.levels = [np.zeros((0, spectrum.BANDS), np.int16)]
        self.pitches = [pitch.NONE]

    def hear(self, samples: Samples) -> None:
        self._keep(self.framer.feed(samples))

    def _keep(self, frames: Frames) -> None:
        for chunk in frames.chunks():
            self.levels.append(spectrum.levels(chunk, self.framer.rate))
            self.pitches.append(pitch.track(chunk, self.framer.rate))

    def voice(self, number: int, speech_range: SpeechRange) -> ChannelVoice:
        """End the channel and judge it."""
        self._keep(self.framer.finish(spectrum.window_length(self.framer.rate)))
        first = math.ceil(speech_range.range_from * FRAMES_PER_SECOND)
        end = None if speech_range.range_to is None else int(speech_range.range_to * FRAMES_PER_SECOND)
        levels = np.concatenate(self.levels)[first:end]
        heard = pitch.joined(self.pitches).part(first, end)
        frames = speech.speech_frames(levels, heard)
        if speech_range.max_speech_length is not None:
            frames &= np.cumsum(frames) <= speech_range.max_speech_length * FRAMES_PER_SECOND
        length = round(int(frames.sum()) / FRAMES_PER_SECOND, 2)
        audio_length = round(len(levels) / FRAMES_PER_SECOND, 2)
        return ChannelVoice(number, length, audio_length, encode(embed(levels, heard, frames), length))
