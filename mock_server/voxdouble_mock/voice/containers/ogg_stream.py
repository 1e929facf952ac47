"""A logical Ogg stream of Vorbis or Opus, from its first page to its last."""

from dataclasses import dataclass, field

from voxdouble_mock.voice.containers.ogg_packets import OPUS_RATE, OpusClock, VorbisClock, vorbis_clock
from voxdouble_mock.voice.containers.ogg_pages import CONTINUED, LAST, NO_POSITION, Page, as_last
from voxdouble_mock.voice.containers.parts import BrokenContainer, Part, stopped
from voxdouble_mock.voice.containers.shape import check_length, check_shape
from voxdouble_mock.voice.containers.signatures import ogg_name, unsupported
from voxdouble_mock.voice.containers.source import Source, View

VORBIS, OPUS = b"\x01vorbis", b"OpusHead"
FORMATS = {VORBIS: "Ogg Vorbis", OPUS: "Ogg Opus"}
HEADERS = {VORBIS: 3, OPUS: 2}
"""The number of packets before the audio."""
PACKET_HEAD = 2
"""The number of bytes at the start of an audio packet that give its duration."""


@dataclass
class OggStream:
    """The properties of a stream while its pages are read."""

    first: Page
    seconds_before: float
    """The length of the streams before this one."""
    codec: bytes = field(init=False)
    sample_rate: int = field(init=False)
    channel_count: int = field(init=False)
    pre_skip: int = field(init=False, default=0)
    clock: OpusClock | VorbisClock | None = field(init=False, default=None)
    next_number: int = field(init=False)
    ended: bool = False
    packets: int = 0
    samples: int = 0
    """The samples of all packets so far."""
    granule: int = 0
    """The last granule position."""
    samples_at_granule: int = 0
    trim: int = 0
    """Samples at the end of the last packet that do not belong to the recording."""
    unfinished: bytes | None = None
    """The start of a packet that continues on the next page."""
    ranges: list[tuple[int, int]] = field(default_factory=list)
    index: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the first packet. Raises BrokenContainer if the codec is not supported."""
        body = self.first.body
        codec = next((codec for codec in FORMATS if body.startswith(codec) and len(body) >= 19), None)
        if codec is None:
            raise unsupported(ogg_name(body))
        self.codec, self.next_number = codec, self.first.number
        if codec == OPUS:
            self.channel_count, self.sample_rate = body[9], OPUS_RATE
            self.pre_skip, self.clock = int.from_bytes(body[10:12], "little"), OpusClock()
        else:
            self.channel_count, self.sample_rate = body[11], int.from_bytes(body[12:16], "little")
        check_shape(self.sample_rate, self.channel_count)

    @property
    def frames(self) -> int:
        """The number of samples per channel in the recording."""
        return max(0, self.samples - self.pre_skip - self.trim)

    @property
    def seconds(self) -> float:
        """The length of the recording."""
        return self.frames / self.sample_rate

    def add(self, page: Page, max_seconds: float) -> None:
        """Add the next page. Raises BrokenContainer if pages before it are missing."""
        if page.number != self.next_number:
            raise self.stopped(page.start, f"page {page.number} follows there instead of page {self.next_number}")
        if self.ended:
            raise self.stopped(page.start, "a page follows the last page")
        if bool(page.flags & CONTINUED) != (self.unfinished is not None):
            raise self.stopped(page.start, "the page does not continue the page before it")
        self.next_number = (page.number + 1) & 0xFFFFFFFF
        self.ended = bool(page.flags & LAST)
        if self.ranges and self.ranges[-1][1] == page.start:
            self.ranges[-1] = self.ranges[-1][0], page.end
        else:
            self.ranges.append((page.start, page.end))
        self.index.append((max(0, self.samples - self.pre_skip), page.start))
        self._add_packets(page)
        if page.granule != NO_POSITION and self.samples:
            self._check_granule(page)
        check_length(self.seconds, self.sample_rate, self.channel_count, max_seconds)

    def stopped(self, offset: int, reason: str) -> BrokenContainer:
        """Return the error for a stream that can be decoded only up to an offset."""
        return stopped(self.seconds_before + self.seconds, offset, f"in the {FORMATS[self.codec]} stream, {reason}")

    def part(self, source: Source) -> Part:
        """Return the stream as a part. Raises BrokenContainer if it is truncated."""
        end = self.ranges[-1][1]
        if self.packets < HEADERS[self.codec]:
            raise self.stopped(end, "the headers are truncated")
        if self.unfinished is not None:
            raise self.stopped(end, "the last packet is truncated")
        if not self.frames:
            raise BrokenContainer("The file has no audio frames: its length is 0 s.")
        return Part(
            FORMATS[self.codec], self._view(source), self.sample_rate, self.channel_count, self.frames, self.index
        )

    def _view(self, source: Source) -> View:
        """Return the pages. The last one gets the flag LAST: without it libsndfile refuses a shortened packet."""
        if self.ended:
            return View(source, self.ranges)
        last, end = self.index[-1][1], self.ranges[-1][1]
        return View(source, [*self.ranges[:-1], (self.ranges[-1][0], last), as_last(source.read(last, end - last))])

    def _add_packets(self, page: Page) -> None:
        """Add the packets that end on a page: headers with their content, audio packets with their duration."""
        body, start, end, before = page.body, 0, 0, self.unfinished or b""
        headers, measure = HEADERS[self.codec], self.clock.samples if self.clock else None
        for length in page.lacing:
            end += length
            if length < 255:
                packet = before + body[start:end]
                if self.packets < headers or measure is None:
                    self._add_header(packet)
                    measure = self.clock.samples if self.clock else None
                else:
                    self.samples += measure(packet)
                self.packets += 1
                start, before = end, b""
        if page.lacing and page.lacing[-1] == 255:
            self.unfinished = before + body[start : end if self.packets < headers else start + PACKET_HEAD]
        else:
            self.unfinished = None

    def _add_header(self, packet: bytes) -> None:
        """Add a header packet. In Vorbis, the third one declares the durations of the audio packets."""
        if self.codec == VORBIS and self.packets == HEADERS[VORBIS] - 1:
            self.clock = vorbis_clock(self.first.body, packet)
            if self.clock is None:
                raise self.stopped(self.index[-1][1], "the setup header is damaged")

    def _check_granule(self, page: Page) -> None:
        """Check that the granule position cuts off at most a part of one packet. Raises BrokenContainer."""
        assert self.clock
        self.trim = max(0, self.granule + self.samples - self.samples_at_granule - page.granule)
        if self.trim > self.clock.longest:
            declared, found = (value / self.sample_rate for value in (page.granule, page.granule + self.trim))
            reason = f"the page declares that it ends at {declared:.2f} s, and its packets end at {found:.2f} s"
            raise self.stopped(page.start, reason)
        self.granule, self.samples_at_granule = page.granule, self.samples
