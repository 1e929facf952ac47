"""The decoders of all formats: from a part of a recording to samples.

The container gives the length of each part. So an early end of the decoder is noticed.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import soundfile

from voxdouble_mock.voice.containers.mpeg_frames import MpegFrames
from voxdouble_mock.voice.containers.parts import MAX_LOSS, BrokenContainer, Part, stopped
from voxdouble_mock.voice.containers.source import View
from voxdouble_mock.voice.mpeg_decoding import Decoded, decode_mpeg

BLOCK_SAMPLES = 2**16
"""The samples of a block, over all channels."""
MIN_BLOCK = 2**12
"""The fewest samples per channel in a block."""
SMALL_BLOCK = 2**9
"""The number of samples per channel read at once to find where decoding stops."""
WHOLE_SUBTYPES = {"PCM_16", "PCM_S8", "PCM_U8", "ALAW", "ULAW"}
"""The subtypes that 16-bit samples can represent; all others are decoded to floats."""
OPUS = "Ogg Opus"
"""The one format in which the decoder chooses the sample rate."""


def common_rate(parts: Sequence[Part]) -> int:
    """Return the sample rate in Hz at which all parts are decoded. Raises BrokenContainer if it changes."""
    first, seconds = _decoded_rate(parts[0]), parts[0].seconds
    for part in parts[1:]:  # joined Opus streams count in 48 kHz and may be decoded at different rates
        if (rate := _decoded_rate(part)) != first:
            reason = f"the sample rate changes from {first} Hz to {rate} Hz, which is not supported"
            raise stopped(seconds, part.index[0][1], reason)
        seconds += part.seconds
    return first


def _decoded_rate(part: Part) -> int:
    """Return the sample rate in Hz at which a part is decoded. Raises BrokenContainer."""
    if part.format != OPUS:
        return part.sample_rate
    with _open(part) as stream:
        return int(stream.samplerate)


def decode(part: Part, seconds_before: float) -> Iterator[Decoded]:
    """Yield the samples of a part in blocks. Raises BrokenContainer.

    The times in its message count from the start of the file, which is `seconds_before` earlier than the part.
    """
    if isinstance(part.data, MpegFrames):
        return decode_mpeg(part, part.data, seconds_before)
    return _decode(part, seconds_before)


class _Stream(soundfile.SoundFile):  # type: ignore[misc]  # soundfile ships no types
    """A file that is only read from start to end.

    soundfile seeks after each read of a seekable file. That makes Opus four times as slow, and it makes a FLAC file of
    unknown length fail.
    """

    def seekable(self) -> bool:
        return False


def _open(part: Part) -> _Stream:
    """Return the part, opened by libsndfile. Raises BrokenContainer, without the library's own message."""
    assert isinstance(part.data, View)
    part.data.seek(0)
    try:
        stream = _Stream(part.data)
    except soundfile.SoundFileError as error:
        raise BrokenContainer(f"The header of the {part.format} is damaged or not supported.") from error
    if stream.channels != part.channel_count:
        counts = f"{part.channel_count} channels and {stream.channels} channels"
        raise BrokenContainer(f"The header of the {part.format} declares both {counts}.")
    return stream


def _decode(part: Part, seconds_before: float) -> Iterator[Decoded]:
    shape = max(MIN_BLOCK, BLOCK_SAMPLES // part.channel_count), part.channel_count
    with _open(part) as stream:
        out = np.empty(shape, np.int16 if stream.subtype in WHOLE_SUBTYPES else np.float32)
        total = round(part.seconds * stream.samplerate)
        done = 0
        while done < total:
            try:
                block = stream.read(out=out[: total - done])
            except soundfile.SoundFileError as error:
                seconds = _decodable_seconds(part, done)
                reason = f"the {part.format} is truncated or damaged"
                raise stopped(seconds_before + seconds, part.offset_at(seconds), reason) from error
            if not len(block):
                break
            done += len(block)
            yield block
        seconds = done / stream.samplerate
        if part.seconds - seconds > MAX_LOSS:
            reason = f"the {part.format} is truncated or damaged: its container holds {part.seconds:.2f} s"
            raise stopped(seconds_before + seconds, part.offset_at(seconds), reason)
        if not part.declares_end and not _at_end(stream):
            reason = f"the bytes after the last {part.format} frame may be damaged frames"
            raise stopped(seconds_before + seconds, part.offset_at(seconds), reason)


def _at_end(stream: _Stream) -> bool:
    """Return True if the decoder finds neither audio nor damage in the rest of the part."""
    try:
        return not len(stream.read(1))
    except soundfile.SoundFileError:
        return False


def _decodable_seconds(part: Part, good: int) -> float:
    """Return the time at which decoding stops; the first `good` samples are known to be decodable."""
    done = 0
    with _open(part) as stream:
        try:
            while len(block := stream.read(min(BLOCK_SAMPLES, good - done) if done < good else SMALL_BLOCK)):
                done += len(block)
        except soundfile.SoundFileError:
            pass
        return float(done / stream.samplerate)
