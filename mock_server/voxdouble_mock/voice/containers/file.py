"""The parts to decode of a recording of any supported format."""

from typing import BinaryIO

from voxdouble_mock.voice.containers.flac import parts_of_flac
from voxdouble_mock.voice.containers.mpeg import parts_of_mpeg
from voxdouble_mock.voice.containers.ogg import parts_of_ogg
from voxdouble_mock.voice.containers.parts import BrokenContainer, Part, stopped
from voxdouble_mock.voice.containers.riff import parts_of_wav
from voxdouble_mock.voice.containers.signatures import HEAD_SIZE, name_by_signature, name_without_signature, unsupported
from voxdouble_mock.voice.containers.source import Source
from voxdouble_mock.voice.containers.tags import skip_leading


def parts_of(file: BinaryIO, max_seconds: float) -> list[Part]:
    """Return the parts of a seekable file, all of one sample rate and channel count. Raises BrokenContainer."""
    source = Source(file)
    if source.size == 0:
        raise BrokenContainer("The file is empty: it has 0 bytes.")
    parts = _parts(source, max_seconds)
    seconds = 0.0
    for part in parts:
        if (part.sample_rate, part.channel_count) != (parts[0].sample_rate, parts[0].channel_count):
            change = [f"{one.sample_rate} Hz and {one.channel_count} channels" for one in (parts[0], part)]
            reason = f"the audio changes from {change[0]} to {change[1]}, which is not supported"
            raise stopped(seconds, part.index[0][1], reason)
        seconds += part.seconds
    return parts


def _parts(source: Source, max_seconds: float) -> list[Part]:
    """Return the parts; the first bytes of the file decide its format."""
    start = skip_leading(source, 0, source.size)
    head = source.read(start, HEAD_SIZE)
    if head[:4] in {b"RIFF", b"RIFX"} and head[8:12] == b"WAVE":
        return parts_of_wav(source, start, source.size, max_seconds)
    if head[:4] == b"fLaC":
        return parts_of_flac(source, start, source.size, max_seconds)
    if head[:4] == b"OggS":
        return parts_of_ogg(source, start, source.size, max_seconds)
    if name := name_by_signature(source.read(0, HEAD_SIZE)) or name_by_signature(head):
        raise unsupported(name)
    parts = parts_of_mpeg(source, 0, source.size, max_seconds)
    if not parts:
        raise unsupported("an ID3 tag without audio" if source.read(0, 3) == b"ID3" else name_without_signature(head))
    return parts
