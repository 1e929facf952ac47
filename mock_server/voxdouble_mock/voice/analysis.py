"""Voiceprint extraction: from a media file to the speech length and the voiceprint of each channel."""

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

MIN_CHANNELS_PER_PASS, MAX_PASSES = 4, 4
"""A pass over the file analyses at least this many channels, and as many as keep the number of passes within its bound.
So the memory in use is that of at most a quarter of the channels, or of four.
"""


@dataclass(frozen=True)
class ChannelVoice:
    """The analysis of one channel."""

    channel_number: int
    """The channel's number in the recording, from 0; 0 for a mix (C14)."""
    speech_length: float
    """Seconds of speech, at most 2 decimals (C32)."""
    audio_length: float
    """Seconds of analysed audio, with and without speech, at most 2 decimals."""
    voiceprint: bytes
    """The voiceprint's UBJSON bytes, not Base64. A channel without speech has one too (C19)."""


@dataclass(frozen=True)
class SpeechRange:
    """The part of a recording to analyse, in seconds; the names are those of the vendor's query parameters (C23)."""

    range_from: float = 0.0
    range_to: float | None = None
    """The end of the range; None means the end of the recording."""
    max_speech_length: float | None = None
    """The longest speech to use, counted from the start of the range; None means all of it."""


def analyse(
    file: BinaryIO,
    *,
    channels: Sequence[int] = (),
    mix: bool = False,
    speech_range: SpeechRange | None = None,
    max_seconds: float = 7_200.0,
) -> list[ChannelVoice]:
    """Return the analysis of each chosen channel in the given order, or of their mix (C13, C14); no choice means all.

    `file` must be seekable and is decoded in blocks. Raises UnusableAudio, also for audio longer than `max_seconds`
    (S59, S81).
    """
    audio = Audio(file, max_seconds)
    chosen = list(channels) or list(range(audio.channel_count))
    for channel in chosen:
        if not 0 <= channel < audio.channel_count:
            last = audio.channel_count - 1
            allowed = "must be 0, the only channel of the audio" if last == 0 else f"must be from 0 to {last}"
            raise UnusableAudio(f"A channel number {allowed}, got {channel}.", ("query", "channels"))
    if mix:
        mixed = (np.rint(block.sum(axis=0, keepdims=True) / len(chosen)) for block in audio.blocks(chosen))
        return _analyse_blocks([0], mixed, audio.sample_rate, speech_range or SpeechRange())
    voices = []
    per_pass = max(MIN_CHANNELS_PER_PASS, -(-len(chosen) // MAX_PASSES))
    for place in range(0, len(chosen), per_pass):
        numbers = chosen[place : place + per_pass]
        voices += _analyse_blocks(numbers, audio.blocks(numbers), audio.sample_rate, speech_range or SpeechRange())
    return voices


def _analyse_blocks(
    numbers: Sequence[int], blocks: Iterator[Samples], sample_rate: int, speech_range: SpeechRange
) -> list[ChannelVoice]:
    analysers = [_ChannelAnalyser(sample_rate) for _ in numbers]
    for block in blocks:
        for analyser, samples in zip(analysers, block, strict=True):
            analyser.feed(samples)
    return [analyser.finish(number, speech_range) for number, analyser in zip(numbers, analysers, strict=True)]


class _ChannelAnalyser:
    """The levels and pitches of one channel, collected block by block."""

    def __init__(self, sample_rate: int) -> None:
        self.framer = Framer(sample_rate)
        self.levels = [np.zeros((0, spectrum.BANDS), np.int16)]
        self.pitches = [pitch.NONE]

    def feed(self, samples: Samples) -> None:
        self._keep(self.framer.feed(samples))

    def _keep(self, frames: Frames) -> None:
        for chunk in frames.chunks():
            self.levels.append(spectrum.levels(chunk, self.framer.rate))
            self.pitches.append(pitch.track(chunk, self.framer.rate))

    def finish(self, number: int, speech_range: SpeechRange) -> ChannelVoice:
        """Return the analysis of the channel, after its last block."""
        self._keep(self.framer.finish(spectrum.window_length(self.framer.rate)))
        first = math.ceil(speech_range.range_from * FRAMES_PER_SECOND)
        end = None if speech_range.range_to is None else int(speech_range.range_to * FRAMES_PER_SECOND)
        levels = np.concatenate(self.levels)[first:end]
        pitches = pitch.joined(self.pitches).part(first, end)
        frames = speech.speech_frames(levels, pitches)
        if speech_range.max_speech_length is not None:
            frames &= np.cumsum(frames) <= speech_range.max_speech_length * FRAMES_PER_SECOND
        length = round(int(frames.sum()) / FRAMES_PER_SECOND, 2)
        audio_length = round(len(levels) / FRAMES_PER_SECOND, 2)
        return ChannelVoice(number, length, audio_length, encode(embed(levels, pitches, frames), length))
