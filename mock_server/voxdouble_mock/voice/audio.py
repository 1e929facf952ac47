"""Media bytes to samples and facts, in blocks, bounded.

libsndfile (through soundfile) decodes. Samples leave here as whole numbers of 16 bits in float64, whatever the file's
precision, so that lossy decoders' last bits mostly vanish and every later matrix product is exact.
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile

from voxdouble_mock.voice.container import BrokenContainer, check_shape, checked

FORMATS = {"WAV", "WAVEX", "FLAC", "OGG", "MP3"}
TAKEN = "WAV, FLAC, Ogg Vorbis, Ogg Opus and MP3 are taken"
BLOCK_SAMPLES = 2**19
UNKNOWN_FRAMES = 2**62
"""libsndfile says 2**63 - 1 of a FLAC file that does not say its length."""
LONG_CHANNELS = 8
"""So many channels may each be as long as is allowed, more only if shorter (chosen): the bound of the work for one
file.
"""
MP3_SLACK = 2 * 1_152
"""Frames by which an MP3 may be shorter than it claims: some encoders count the header's own packet."""

Samples = npt.NDArray[np.float64]
"""Shape (channels, frames); whole numbers from -32768 to 32767."""
Location = tuple[str | int, ...]
FILE: Location = ("body", "file")


class UnusableAudio(Exception):
    """Media that no voiceprint can be made of: `message` is a sentence that says what was found, `location` where."""

    def __init__(self, message: str, location: Location = FILE) -> None:
        super().__init__(message, location)
        self.message = message
        self.location = location

    def __str__(self) -> str:
        return self.message


class Audio:
    """An open recording: its facts, and its samples block by block, from the start each time."""

    def __init__(self, file: BinaryIO, max_seconds: float) -> None:
        """Open `file` (seekable) and refuse what cannot be used (C11, C12, S59). Raises UnusableAudio."""
        self.max_seconds = max_seconds
        try:
            source = checked(file)
            self._file = source.file
            with self._open() as stream:
                self.sample_rate: int = stream.samplerate
                self.channel_count: int = stream.channels
                self.claimed_frames: int = stream.frames if source.says_length else UNKNOWN_FRAMES
                self.format: str = stream.format
            check_shape(self.sample_rate, self.channel_count)
        except BrokenContainer as error:
            raise UnusableAudio(str(error)) from error
        except soundfile.LibsndfileError as error:
            raise UnusableAudio(f"The file is no audio that can be decoded ({_reason(error)}). {TAKEN}.") from error
        self._check_facts()

    def blocks(self, channels: Sequence[int]) -> Iterator[Samples]:
        """Decode the whole file; yield the samples of the given channels. Raises UnusableAudio."""
        out = np.empty((max(1, BLOCK_SAMPLES // self.channel_count), self.channel_count))
        picked = list(channels)
        frames = 0
        with self._open() as stream:
            while frames < self.claimed_frames:  # beyond them some files carry tags, which the decoder would trip over
                try:
                    block = stream.read(out=out[: self.claimed_frames - frames])
                except soundfile.LibsndfileError as error:
                    where = f"after {frames / self.sample_rate:.1f} s"
                    raise UnusableAudio(
                        f"The audio is damaged: decoding stopped {where} ({_reason(error)})."
                    ) from error
                if not len(block):
                    break
                frames += len(block)
                self._check_length(frames)
                yield _quantised(block.T[picked])
        self._check_whole(frames)

    def _open(self) -> "_Stream":
        self._file.seek(0)
        return _Stream(self._file)

    def _check_facts(self) -> None:
        if self.format not in FORMATS:
            raise UnusableAudio(f"The file is {self.format}. {TAKEN}.")
        if self.claimed_frames == 0:
            raise UnusableAudio("The file has no audio frames: its length is 0 s.")
        if self.claimed_frames < UNKNOWN_FRAMES:
            self._check_length(self.claimed_frames)

    def _check_length(self, frames: int) -> None:
        seconds = frames / self.sample_rate
        if seconds > self.max_seconds:
            found = f"at least {seconds:.1f} s long; at most {self.max_seconds:g} s are taken"
            raise UnusableAudio(f"The audio is {found}.")
        if seconds * self.channel_count > self.max_seconds * LONG_CHANNELS:
            found = f"{self.channel_count} channels of at least {seconds:.1f} s"
            most = f"at most {self.max_seconds * LONG_CHANNELS:g} s of all channels together are taken"
            raise UnusableAudio(f"The audio is {found}; {most}.")

    def _check_whole(self, frames: int) -> None:
        if frames == 0:
            raise UnusableAudio("The file has no audio frames: its length is 0 s.")
        slack = MP3_SLACK if self.format == "MP3" else 0
        if self.claimed_frames < UNKNOWN_FRAMES and frames + slack < self.claimed_frames:
            claimed, found = (count / self.sample_rate for count in (self.claimed_frames, frames))
            raise UnusableAudio(f"The file claims {claimed:.1f} s of audio, but holds {found:.1f} s: it was cut.")


class _Stream(soundfile.SoundFile):  # type: ignore[misc]  # soundfile ships no types
    """A file read from start to end.

    soundfile seeks after each read of a seekable file, which makes Opus four times as slow and FLAC of unknown length
    fail.
    """

    def seekable(self) -> bool:
        return False


def _quantised(block: Samples) -> Samples:
    """Scale to whole numbers of 16 bits; full scale of the decoder is 1.0."""
    if not np.isfinite(block).all():
        raise UnusableAudio("The audio has samples that are not finite numbers.")
    return np.clip(np.rint(block * 32_768.0), -32_768.0, 32_767.0)


def _reason(error: soundfile.LibsndfileError) -> str:
    return error.error_string.rstrip(".") or f"libsndfile error {error.code}"
