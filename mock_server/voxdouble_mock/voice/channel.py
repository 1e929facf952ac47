"""Analysis of one channel, block by block: from samples to the speech length and the voiceprint.

The pitch of every frame is tracked. The levels of the bands are computed only for a sample of the speech. Frames are
tracked in stretches. A stretch begins at a fixed frame, so the result does not depend on the size of the blocks.
"""

import math
from dataclasses import dataclass

import numpy as np

from voxdouble_mock.voice import pitch, speech
from voxdouble_mock.voice.audio import Samples
from voxdouble_mock.voice.embedding import CHANGE_REACH, NO_SPEECH, embed
from voxdouble_mock.voice.framing import FRAMES_PER_SECOND, Signal, frame_count
from voxdouble_mock.voice.sampling import Sampler
from voxdouble_mock.voice.spectrum import window_length
from voxdouble_mock.voice.voiceprint import encode

STRETCH = 512
"""The number of frames in a stretch. No core (a run of voiced frames, see `speech`) crosses the end of a stretch."""
UNBOUNDED = 2**40
"""More frames than any recording has."""
SPARE = 3
"""With a `max_speech_length` of n frames, the sample is drawn from the first SPARE * n frames near a core. Some of them
turn out not to be speech.
"""


@dataclass(frozen=True)
class SpeechRange:
    """The part of a recording to analyse, in seconds; the names are those of the vendor's query parameters (C23)."""

    range_from: float = 0.0
    range_to: float | None = None
    """The end of the range; None means the end of the recording."""
    max_speech_length: float | None = None
    """The longest speech to use, counted from the start of the range; None means all of it."""


class ChannelAnalyser:
    """The analysis of one channel, from its first block to its voiceprint."""

    def __init__(self, sample_rate: int, speech_range: SpeechRange, together: int = 1) -> None:
        """Analyse the part `speech_range` of a channel; `together` channels are analysed at once and share memory."""
        self._signal = Signal(sample_rate)
        self._first = math.ceil(speech_range.range_from * FRAMES_PER_SECOND)
        self._end = UNBOUNDED if speech_range.range_to is None else int(speech_range.range_to * FRAMES_PER_SECOND)
        most = speech_range.max_speech_length
        self._most_speech = UNBOUNDED if most is None else int(most * FRAMES_PER_SECOND)
        self._tracked = self._sampled = self._first
        self._tracks = [pitch.NO_TRACK]
        self._cores = [np.zeros(0, bool)]
        self._sampler = Sampler(self._signal, self._most_speech * SPARE, together)

    def feed(self, samples: Samples) -> None:
        """Analyse the next samples, shape (n,)."""
        rate = self._signal.sample_rate
        context = max(pitch.context(rate), window_length(rate))
        self._drop(self._first - 1)
        if frame_count(self._signal.end - context, rate) < self._end:
            self._signal.append(samples)
        while self._tracked + STRETCH + pitch.AHEAD <= min(
            self._end, frame_count(self._signal.end - context + 1, rate)
        ):
            self._advance(STRETCH, self._end - 1)

    def finish(self) -> tuple[float, float, bytes]:
        """Return the seconds of speech and of audio, at most 2 decimals (C32), and the voiceprint's bytes."""
        frames, spoken = self._detect()
        length = round(int(spoken.sum()) / FRAMES_PER_SECOND, 2)
        embedding = embed(self._sampler.sample(spoken, self._first), frames) if spoken.any() else NO_SPEECH
        return length, round(len(spoken) / FRAMES_PER_SECOND, 2), encode(embedding, length)

    def segments(self) -> list[tuple[float, float]]:
        """Return the beginning and the end of each part with speech, in seconds; called instead of `finish`."""
        _, spoken = self._detect()
        steps = np.diff(spoken.astype(np.int8), prepend=0, append=0)
        edges = (self._first + np.flatnonzero(steps)) / FRAMES_PER_SECOND
        return [(start, end) for start, end in edges.reshape(-1, 2).tolist()]

    def _detect(self) -> tuple[pitch.Track, speech.Mask]:
        """Track the rest of the channel. Return its frames, and for each frame whether it counts as speech."""
        rate = self._signal.sample_rate
        end = min(self._end, frame_count(self._signal.end - window_length(rate) + 1, rate))
        while self._tracked < end:
            self._advance(min(STRETCH, end - self._tracked), end - 1)
        frames, core = pitch.joined(self._tracks), np.concatenate(self._cores)
        spoken = speech.speech_frames(core, frames)
        spoken &= np.cumsum(spoken) <= self._most_speech
        return frames, spoken

    def _advance(self, count: int, last: int) -> None:
        """Track the next `count` frames, and sample the frames near a core.

        The last REACH frames wait for the next call, unless the channel ends: a later core may reach them. `last` is
        the last frame of the channel.
        """
        track = pitch.track(self._signal, self._tracked, self._tracked + count, last)
        self._tracks.append(track)
        self._cores.append(speech.cores(track))
        self._tracked += count
        recent = np.concatenate(self._cores[-2:])
        begin, end = self._sampled, self._tracked if self._tracked > last else self._tracked - speech.REACH
        near = speech.reaching(recent)[begin - self._tracked + len(recent) : end - self._tracked + len(recent)]
        self._sampler.add(begin + np.flatnonzero(near), self._first, last)
        self._sampled = end
        self._drop(max(self._first, self._sampled - CHANGE_REACH) - 1)

    def _drop(self, frame: int) -> None:
        """Drop the samples before the start of a frame."""
        self._signal.drop(frame * self._signal.sample_rate // FRAMES_PER_SECOND)
