"""Voiceprint extraction: from a media file to the speech length and the voiceprint of each channel."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from voxdouble_mock.voice.audio import Audio, Samples, UnusableAudio
from voxdouble_mock.voice.channel import ChannelAnalyser, SpeechRange

CHANNELS_PER_PASS = 4
"""The channels of one pass over the file; a quarter of all, if that is more."""
MAX_PASSES = 4
"""The most passes over the file. With more than 16 channels each pass analyses a quarter of them."""


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


def analyse(
    file: BinaryIO,
    *,
    channels: Sequence[int] = (),
    mix: bool = False,
    speech_range: SpeechRange | None = None,
    max_seconds: float = 7_200.0,
    checkpoint: Callable[[], None] = lambda: None,
) -> list[ChannelVoice]:
    """Return the analysis of each chosen channel in the given order, or of their mix (C13, C14); no choice means all.

    `file` must be seekable. It is decoded in blocks; `checkpoint` is called before each block, and may raise an
    exception. Raises UnusableAudio, also for audio longer than `max_seconds` (S59, S81).
    """
    audio = Audio(file, max_seconds)
    chosen = list(channels) or list(range(audio.channel_count))
    for channel in chosen:
        if not 0 <= channel < audio.channel_count:
            last = audio.channel_count - 1
            allowed = "must be 0, the only channel of the audio" if last == 0 else f"must be from 0 to {last}"
            raise UnusableAudio(f"A channel number {allowed}, got {channel}.", ("query", "channels"))
    if mix:
        mixed = (_mean(block) for block in _checked(audio.blocks(chosen), checkpoint))
        return _analyse_blocks([0], mixed, audio.sample_rate, speech_range or SpeechRange())
    voices = []
    per_pass = max(CHANNELS_PER_PASS, -(-len(chosen) // MAX_PASSES))
    for place in range(0, len(chosen), per_pass):
        numbers = chosen[place : place + per_pass]
        blocks = _checked(audio.blocks(numbers), checkpoint)
        voices += _analyse_blocks(numbers, blocks, audio.sample_rate, speech_range or SpeechRange())
    return voices


def _analyse_blocks(
    numbers: Sequence[int], blocks: Iterator[Samples], sample_rate: int, speech_range: SpeechRange
) -> list[ChannelVoice]:
    analysers = [ChannelAnalyser(sample_rate, speech_range, len(numbers)) for _ in numbers]
    for block in blocks:
        for analyser, samples in zip(analysers, block, strict=True):
            analyser.feed(samples)
    return [ChannelVoice(number, *analyser.finish()) for number, analyser in zip(numbers, analysers, strict=True)]


def _checked(blocks: Iterator[Samples], checkpoint: Callable[[], None]) -> Iterator[Samples]:
    for block in blocks:
        checkpoint()
        yield block


def _mean(block: Samples) -> Samples:
    """Return the mean of the channels as one channel."""
    mean: Samples = np.rint(block.sum(axis=0, keepdims=True, dtype=np.int32) / len(block)).astype(np.int16)
    return mean
