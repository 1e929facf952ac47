"""The audio decoder: from a media file to 16-bit samples, block by block, within bounds.

libsndfile (through soundfile) decodes. Every sample is rounded to a 16-bit whole number (stored as float64), whatever
the precision of the file. This removes most of the differences between versions of the lossy decoders, and it makes
every later matrix product exact.
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile

from voxdouble_mock.voice.container import BrokenContainer, check_shape, checked

FORMATS = {"WAV", "WAVEX", "FLAC", "OGG", "MP3"}
SUPPORTED = "Supported formats: WAV, FLAC, Ogg Vorbis, Ogg Opus and MP3"
BLOCK_SAMPLES, MIN_BLOCK = 2**16, 2**12
"""The samples of a block, and the fewest of each channel."""
UNKNOWN_FRAMES = 2**62
"""A frame count from here up means "unknown": libsndfile reports 2**63 - 1 for a FLAC file without a frame count."""
FULL_LENGTH_CHANNELS = 8
"""The number of channels that may each have the maximum length (our choice). A file with more channels must be shorter,
which bounds the work for one file.
"""
MP3_SLACK = 2 * 1_152
"""The number of frames by which an MP3 may be shorter than declared: some encoders count the header's own packet."""

WHOLE_SUBTYPES = {"PCM_16", "PCM_S8", "PCM_U8", "ALAW", "ULAW"}
"""The subtypes that are decoded to the 16-bit samples that they stand for; the others are decoded to floats."""

Samples = npt.NDArray[np.int16]
"""Samples of shape (channels, frames)."""
Location = tuple[str | int, ...]
FILE: Location = ("body", "file")


class UnusableAudio(Exception):
    """Raised for unusable media: `message` is a sentence, `location` the part of the request that is wrong."""

    def __init__(self, message: str, location: Location = FILE) -> None:
        super().__init__(message, location)
        self.message = message
        self.location = location

    def __str__(self) -> str:
        return self.message


class Audio:
    """An open recording: its properties, and an iterator over its samples that starts at the beginning each time."""

    def __init__(self, file: BinaryIO, max_seconds: float) -> None:
        """Open `file`, which must be seekable. Raises UnusableAudio if it cannot be used (C11, C12, S59)."""
        self.max_seconds = max_seconds
        try:
            source = checked(file)
            self._file = source.file
            with self._open() as stream:
                self.sample_rate: int = stream.samplerate
                self.channel_count: int = stream.channels
                self.declared_frames: int = stream.frames if source.declares_length else UNKNOWN_FRAMES
                self.format: str = stream.format
            check_shape(self.sample_rate, self.channel_count)
        except BrokenContainer as error:
            raise UnusableAudio(str(error)) from error
        except soundfile.LibsndfileError as error:
            raise UnusableAudio(f"The file cannot be decoded as audio ({_reason(error)}). {SUPPORTED}.") from error
        self._check_format()

    def blocks(self, channels: Sequence[int]) -> Iterator[Samples]:
        """Decode the whole file and yield the samples of the given channels. Raises UnusableAudio."""
        picked = list(channels)
        frames = 0
        with self._open() as stream:
            shape = max(MIN_BLOCK, BLOCK_SAMPLES // self.channel_count), self.channel_count
            out = np.empty(shape, np.int16 if stream.subtype in WHOLE_SUBTYPES else np.float32)
            while frames < self.declared_frames:  # the bytes after them can be tags, on which the decoder fails
                try:
                    block = stream.read(out=out[: self.declared_frames - frames])
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

    def _check_format(self) -> None:
        if self.format not in FORMATS:
            raise UnusableAudio(f"The file format is {self.format}. {SUPPORTED}.")
        if self.declared_frames == 0:
            raise UnusableAudio("The file has no audio frames: its length is 0 s.")
        if self.declared_frames < UNKNOWN_FRAMES:
            self._check_length(self.declared_frames)

    def _check_length(self, frames: int) -> None:
        seconds = frames / self.sample_rate
        if seconds > self.max_seconds:
            raise UnusableAudio(
                f"The audio must be at most {self.max_seconds:g} s long, and it has at least {seconds:.1f} s."
            )
        if seconds * self.channel_count > self.max_seconds * FULL_LENGTH_CHANNELS:
            most = f"All channels together must be at most {self.max_seconds * FULL_LENGTH_CHANNELS:g} s long"
            raise UnusableAudio(f"{most}, and the file has {self.channel_count} channels of at least {seconds:.1f} s.")

    def _check_whole(self, frames: int) -> None:
        if frames == 0:
            raise UnusableAudio("The file has no audio frames: its length is 0 s.")
        slack = MP3_SLACK if self.format == "MP3" else 0
        if self.declared_frames < UNKNOWN_FRAMES and frames + slack < self.declared_frames:
            declared, found = (count / self.sample_rate for count in (self.declared_frames, frames))
            raise UnusableAudio(
                f"The file declares {declared:.1f} s of audio but holds {found:.1f} s: it is truncated."
            )


class _Stream(soundfile.SoundFile):  # type: ignore[misc]  # soundfile ships no types
    """A file that is only read from start to end.

    soundfile seeks after each read of a seekable file. That makes Opus four times as slow, and it makes a FLAC file of
    unknown length fail.
    """

    def seekable(self) -> bool:
        return False


def _quantised(block: npt.NDArray[np.int16] | npt.NDArray[np.float32]) -> Samples:
    """Return the block in 16-bit samples; floats, of full scale 1.0, are scaled in place."""
    if block.dtype != np.float32:
        return block.astype(np.int16)
    np.multiply(block, 32_768.0, out=block)
    np.rint(block, out=block)
    lowest, highest = block.min(), block.max()  # not a number, if any sample is
    if not (np.isfinite(lowest) and np.isfinite(highest)):
        raise UnusableAudio("The audio samples must be finite numbers, and some are infinite or not a number.")
    if lowest < -32_768.0 or highest > 32_767.0:
        np.clip(block, -32_768.0, 32_767.0, out=block)
    return block.astype(np.int16)


def _reason(error: soundfile.LibsndfileError) -> str:
    return error.error_string.rstrip(".") or f"libsndfile error {error.code}"
