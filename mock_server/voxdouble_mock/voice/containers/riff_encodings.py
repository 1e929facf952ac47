"""The encodings of audio in WAV files, by format tag."""

from dataclasses import dataclass
from typing import Literal

from voxdouble_mock.voice.containers.parts import BrokenContainer

Order = Literal["little", "big"]

PCM, MS_ADPCM, FLOAT, A_LAW, MU_LAW, IMA_ADPCM, GSM, MPEG, MP3, EXTENSIBLE = (
    1,
    2,
    3,
    6,
    7,
    0x11,
    0x31,
    0x50,
    0x55,
    0xFFFE,
)
SUPPORTED = {
    PCM: "PCM of 1 to 32 bits",
    FLOAT: "float of 32 or 64 bits",
    A_LAW: "A-law",
    MU_LAW: "µ-law",
    IMA_ADPCM: "IMA ADPCM",
    MS_ADPCM: "Microsoft ADPCM",
    GSM: "GSM 6.10",
    MPEG: "MPEG audio layer I or II",
    MP3: "MP3",
}
UNSUPPORTED = {
    0x0005: "IBM CVSD",
    0x0010: "OKI ADPCM",
    0x0014: "G.723 ADPCM",
    0x0022: "TrueSpeech",
    0x0036: "VSELP",
    0x0038: "NMS ADPCM",
    0x0040: "G.721 ADPCM",
    0x0041: "G.728 CELP",
    0x0042: "G.723.1",
    0x0045: "G.726 ADPCM",
    0x0057: "AMR-NB",
    0x0058: "AMR-WB",
    0x0064: "G.726 ADPCM",
    0x0065: "G.722 ADPCM",
    0x0083: "G.729",
    0x00FF: "AAC",
    0x0160: "WMA 1",
    0x0161: "WMA 2",
    0x0162: "WMA 9",
    0x0163: "WMA lossless",
    0x1600: "AAC",
    0x1610: "AAC",
    0x2000: "AC-3",
    0x2001: "DTS",
    0x674F: "Vorbis",
    0x6750: "Vorbis",
    0x6751: "Vorbis",
    0x676F: "Vorbis",
    0x6770: "Vorbis",
    0x6771: "Vorbis",
    0x704F: "Opus",
    0xA109: "Speex",
    0xF1AC: "FLAC",
}
GUID_TAIL = bytes.fromhex("0000 0000 1000 8000 00AA 0038 9B71")
"""The bytes after the format tag in the GUID of WAVE_FORMAT_EXTENSIBLE."""
BITS = {PCM: range(1, 33), FLOAT: (32, 64), A_LAW: range(1 << 16), MU_LAW: range(1 << 16)}
LAWS = (A_LAW, MU_LAW)
"""Encodings that have 8 bits, whatever the header says."""
GSM_PACKET = 65, 320
"""The bytes and the samples of one packet of GSM 6.10."""


@dataclass(frozen=True)
class Encoding:
    """The content of the chunk `fmt `."""

    tag: int
    channel_count: int
    sample_rate: int
    bytes_per_second: int
    block: int
    """The bytes of one sample of all channels, or of one packet."""
    bits: int
    packet_samples: int
    """The declared samples per channel in a packet; 0 if they are not declared."""

    @property
    def name(self) -> str:
        """The name of the encoding in messages."""
        return SUPPORTED.get(self.tag) or UNSUPPORTED.get(self.tag) or f"of format tag 0x{self.tag:04X}"

    def frames(self, size: int) -> int:
        """Return the samples per channel in that many bytes. Raises BrokenContainer for a contradictory header."""
        if self.tag in BITS:
            return size // self._sample_size()
        block, samples = self._packet()
        rest = size % block
        return size // block * samples + (samples * rest // block)

    def _sample_size(self) -> int:
        """Return the bytes of one sample of all channels."""
        bits = 8 if self.tag in LAWS else self.bits
        by_bits = (bits + 7) // 8 * self.channel_count
        if by_bits == self.block or self.bytes_per_second == self.sample_rate * by_bits:
            return by_bits
        if self.tag == PCM and self.bits == 24 and self.block == 4 * self.channel_count:
            return self.block
        found = f"{bits} bits in {self.channel_count} channels are {by_bits} bytes, and it declares {self.block}"
        raise BrokenContainer(f"The WAV header contradicts itself: {found}.")

    def _packet(self) -> tuple[int, int]:
        """Return the bytes and the samples of a packet."""
        if self.tag == GSM:
            return GSM_PACKET
        head = (4 if self.tag == IMA_ADPCM else 7) * self.channel_count
        if self.block <= head:
            raise BrokenContainer(
                f"A packet of {self.name} must have more than {head} bytes, and the WAV declares {self.block}."
            )
        samples = 2 * (self.block - head) // self.channel_count + (1 if self.tag == IMA_ADPCM else 2)
        if self.packet_samples not in {0, samples}:
            found = f"packets of {self.block} bytes have {samples} samples, and it declares {self.packet_samples}"
            raise BrokenContainer(f"The WAV header contradicts itself: {found}.")
        return self.block, samples


def encoding(chunk: bytes, order: Order) -> Encoding:
    """Return the encoding in a chunk `fmt `. Raises BrokenContainer if it is not supported."""
    if len(chunk) < 16:
        raise BrokenContainer(f"The WAV chunk `fmt ` must have at least 16 bytes, and it has {len(chunk)}.")
    tag, channels, block, bits = (int.from_bytes(chunk[at : at + 2], order) for at in (0, 2, 12, 14))
    rate, speed = (int.from_bytes(chunk[at : at + 4], order) for at in (4, 8))
    if tag == EXTENSIBLE and len(chunk) >= 40 and chunk[26:40] == GUID_TAIL:
        tag = int.from_bytes(chunk[24:26], order)
    packet_samples = int.from_bytes(chunk[18:20], order) if tag in {IMA_ADPCM, MS_ADPCM} else 0
    found = Encoding(tag, channels, rate, speed, block, bits, packet_samples)
    if tag not in SUPPORTED:
        raise unsupported_encoding(found.name)
    if tag in BITS and bits not in BITS[tag]:
        raise unsupported_encoding(f"{'PCM' if tag == PCM else 'float'} with {bits} bits")
    return found


def unsupported_encoding(name: str) -> BrokenContainer:
    """Return the error for a WAV file with that encoding."""
    return BrokenContainer(f"The file is WAV {name}. Supported in WAV: {', '.join(SUPPORTED.values())}.")
