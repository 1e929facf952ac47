"""The durations of Vorbis and Opus packets."""

from collections.abc import Sequence

OPUS_RATE = 48_000
SILK, HYBRID = (10, 20, 40, 60), (10, 20)
CELT = (2.5, 5, 10, 20)
OPUS_FRAMES = [int(ms * OPUS_RATE / 1000) for ms in SILK * 3 + HYBRID * 2 + CELT * 4]
"""Samples of a frame, by the highest five bits of the packet."""
OPUS_PACKETS = [OPUS_FRAMES[first >> 3] * (1 if first & 3 == 0 else 2) for first in range(256)]
"""Samples of a packet of one or two frames, by its first byte."""
LONGEST_OPUS = 5_760
MAX_SETUP = 1 << 20


class OpusClock:
    """Measures Opus packets."""

    longest = LONGEST_OPUS
    """The most samples that a packet can have."""

    def samples(self, packet: bytes) -> int:
        """Return the duration of a packet in samples at 48 kHz."""
        first = packet[0] if packet else 3
        if first & 3 < 3:
            return OPUS_PACKETS[first]
        return min(LONGEST_OPUS, OPUS_FRAMES[first >> 3] * (packet[1] & 63)) if len(packet) > 1 else 0


class VorbisClock:
    """Measures Vorbis packets: each one lasts from the middle of the previous block to the middle of its own block."""

    def __init__(self, sizes: tuple[int, int], long_modes: Sequence[bool]) -> None:
        """`sizes` are the samples of a short and a long block; `long_modes` has True for each mode with long blocks."""
        self.longest = sizes[1]
        mask = (1 << (len(long_modes) - 1).bit_length()) - 1
        modes = (first >> 1 & mask for first in range(256))
        sizes_by_mode = dict(enumerate(sizes[is_long] for is_long in long_modes))
        self._sizes = [sizes_by_mode.get(mode, 0) if first % 2 == 0 else 0 for first, mode in enumerate(modes)]
        self._previous = 0

    def samples(self, packet: bytes) -> int:
        """Return the duration of the next packet in samples."""
        size = self._sizes[packet[0]] if packet else 0
        added = (self._previous + size) // 4 if self._previous and size else 0
        self._previous = size or self._previous
        return added


def vorbis_clock(identification: bytes, setup: bytes) -> VorbisClock | None:
    """Return the clock of a stream with these header packets, None if they are damaged."""
    if len(identification) < 30:
        return None
    sizes = 1 << (identification[28] & 15), 1 << (identification[28] >> 4)
    modes = _long_modes(setup)
    return VorbisClock(sizes, modes) if modes else None


def _long_modes(setup: bytes) -> tuple[bool, ...]:
    """Return True for each mode with long blocks; nothing if the setup header is damaged.

    The modes are at the end of the header, 41 bits each, and a single set bit follows them. Their start is not
    declared. But the six bits before the first mode hold the number of modes minus one, and the 32 bits of types in
    each mode must be zero. So the modes are read from the end. The largest number that agrees with the six bits before
    it is right.
    """
    bits = int.from_bytes(setup, "little")  # bit 0 is the first bit of the header
    at = bits.bit_length() - 1  # the set bit that ends the header
    found: tuple[bool, ...] = ()
    modes: list[bool] = []
    while at >= 41 + 6 and len(modes) < 64:
        at -= 41
        mode = bits >> at & ((1 << 41) - 1)
        if mode >> 1 & 0xFFFFFFFF:
            break
        modes.insert(0, bool(mode & 1))
        if (bits >> (at - 6) & 63) + 1 == len(modes):
            found = tuple(modes)
    return found
