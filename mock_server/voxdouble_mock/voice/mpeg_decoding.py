"""The decoder of MPEG audio: dr_mp3, from the package miniaudio.

libsndfile can decode it too. But libmpg123 inside it prints notes on damaged frames to the stderr of the process, and
a caller cannot prevent this. dr_mp3 skips such frames silently. The number of samples is known beforehand, so each
skipped frame is noticed.
"""

from bisect import bisect_left
from collections.abc import Iterator

import miniaudio
import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.containers.mpeg_frames import MpegFrames, Piece
from voxdouble_mock.voice.containers.mpeg_header import code, lengths
from voxdouble_mock.voice.containers.parts import MAX_LOSS, Part, stopped

PIECE_SAMPLES = 2**17
"""The approximate number of samples of all channels that are decoded at once."""

Decoded = npt.NDArray[np.int16] | npt.NDArray[np.float32]
"""Samples of shape (frames, channels); the full scale of floats is 1."""


def decode_mpeg(part: Part, frames: MpegFrames, seconds_before: float) -> Iterator[Decoded]:
    """Yield the samples of a part in blocks. Raises BrokenContainer.

    The times in its message count from the start of the file, which is `seconds_before` earlier than the part.
    """
    samples, channels = frames.kind.samples, part.channel_count
    at_once = max(1, PIECE_SAMPLES // (samples * channels))
    count, lost = len(frames.offsets), frames.missing
    start, end = frames.trims[0], count * samples - frames.trims[1]
    for first in range(0, count, at_once):
        block, skipped = _decode_piece(frames.piece(first, min(count, first + at_once)), samples, channels)
        for number in skipped:
            lost += 1
            if lost * samples / part.sample_rate > MAX_LOSS:
                seconds = seconds_before + (first + number) * samples / part.sample_rate
                raise stopped(seconds, frames.offsets[first + number], f"the {part.format} frame is damaged")
        block = block[max(0, start - first * samples) : max(0, end - first * samples)]
        if len(block):
            yield block


def _decode_piece(piece: Piece, samples: int, channels: int) -> tuple[Decoded, list[int]]:
    """Return a piece's samples, silent where the decoder skips a frame, and the numbers of these frames."""
    block = _decode(piece.data, channels)
    skipped = list(range(piece.mute))
    if len(block) < (piece.frames - piece.mute) * samples:
        skipped = _skipped(piece, samples, channels)
    sounding = np.ones(piece.frames, bool)
    sounding[skipped] = False
    whole = np.zeros((piece.frames, samples, channels), np.float32)
    whole[sounding] = block[: int(sounding.sum()) * samples].reshape(-1, samples, channels)
    lost = [number - piece.earlier for number in skipped if number >= max(piece.mute, piece.earlier)]
    return whole[piece.earlier :].reshape(-1, channels), lost


def _skipped(piece: Piece, samples: int, channels: int) -> list[int]:
    """Return the numbers of the frames that the decoder skips: a binary search decodes the first frames alone."""
    ends = [0]
    while len(ends) <= piece.frames:
        ends.append(ends[-1] + int(lengths()[code(piece.data[ends[-1] : ends[-1] + 4])]))

    def skipped_among(count: int) -> int:
        return count - len(_decode(piece.data[: ends[count]], channels)) // samples

    found = list(range(piece.mute))
    total = skipped_among(piece.frames)
    while len(found) < total:
        found.append(bisect_left(range(piece.frames), len(found) + 1, key=skipped_among) - 1)
    return found


def _decode(data: bytes, channels: int) -> Decoded:
    """Return the samples of some frames, none if the decoder finds no frame."""
    try:
        found = miniaudio.mp3_read_f32(data)
    except miniaudio.DecodeError:
        return np.zeros((0, channels), np.float32)
    return np.frombuffer(found.samples, np.float32).reshape(-1, channels)
