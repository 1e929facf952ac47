"""MPEG audio (MP3): a chain of frames, with tags, unknown bytes or damage in between.

Such a file need not declare the number of its frames. The chain may break at a tag, at the start of an appended file,
or at lost audio. If a stream header counts the frames, this count decides whether all are present. Without a count,
unknown bytes (neither frames nor tags) are ignored only if they cannot have been a complete frame.
"""

from dataclasses import dataclass, field

from voxdouble_mock.voice.containers.joined import second_recording
from voxdouble_mock.voice.containers.mpeg_chain import Stretch, follow
from voxdouble_mock.voice.containers.mpeg_frames import MpegFrames
from voxdouble_mock.voice.containers.mpeg_header import StreamHeader
from voxdouble_mock.voice.containers.mpeg_search import covering_frame, earlier_frames, next_frames
from voxdouble_mock.voice.containers.mpeg_unknown import damage_after, damage_before
from voxdouble_mock.voice.containers.parts import MAX_LOSS, MAX_PARTS, BrokenContainer, Part, stopped
from voxdouble_mock.voice.containers.shape import check_length, check_shape
from voxdouble_mock.voice.containers.source import Source
from voxdouble_mock.voice.containers.tags import skip_leading, skip_tags, start_of_trailing

INDEXED_PER_SECOND = 10


def parts_of_mpeg(source: Source, start: int, end: int, max_seconds: float) -> list[Part]:
    """Return the runs of frames between two offsets, none if there is no MPEG audio. Raises BrokenContainer."""
    after_tags = skip_leading(source, start, end)
    frame = next_frames(source, after_tags, end)
    if frame is None:  # the size in the tag may be wrong
        frame = next_frames(source, start, end)
    if frame is None:
        return []
    frame = earlier_frames(source, start, frame)
    reader = _Reader(source, end, max_seconds)
    reader.read(frame)
    reader.check_before(after_tags, frame)
    return reader.parts()


@dataclass(eq=False)
class _Run:
    """The frames after one stream header, or frames without a stream header."""

    frames: MpegFrames
    header: StreamHeader | None
    interruption: tuple[int, int] | None = None
    """The number of frames before the first unknown bytes within the run, and the offset of these bytes."""

    @property
    def count(self) -> int:
        return len(self.frames.offsets)

    @property
    def missing(self) -> int | None:
        """The number of counted frames that were not found; None without a header, or if its count is absent or low."""
        if self.header is None or self.header.frames is None or self.header.frames < self.count:
            return None
        return self.header.frames - self.count

    @property
    def frame_seconds(self) -> float:
        return self.frames.kind.samples / self.frames.kind.sample_rate

    @property
    def seconds(self) -> float:
        return self.count * self.frame_seconds

    def part(self) -> Part:
        kind, samples = self.frames.kind, self.count * self.frames.kind.samples
        start, end = self.header.trims if self.header else (0, 0)
        trims = start, end if self.missing == 0 else 0
        self.frames.trims = trims if sum(trims) < samples else (0, 0)
        self.frames.missing = self.missing or 0
        step = max(1, int(1 / INDEXED_PER_SECOND / self.frame_seconds))
        index = [(number * kind.samples, self.frames.offsets[number]) for number in range(0, self.count, step)]
        length = samples - sum(self.frames.trims)
        return Part(kind.name, self.frames, kind.sample_rate, kind.channel_count, length, index)


@dataclass
class _Reader:
    """Reads all runs of a file."""

    source: Source = field(repr=False)
    end: int
    max_seconds: float
    runs: list[_Run] = field(default_factory=list)

    def read(self, start: int) -> None:
        """Read all frames from the first on. Raises BrokenContainer."""
        unknown = start, start
        for _ in range(MAX_PARTS):
            stretch = follow(self.source, unknown[1], self.end, self.max_seconds)
            check_shape(stretch.kind.sample_rate, stretch.kind.channel_count)
            self._check_sizes(stretch)
            before = self.runs[-1] if self.runs else None
            count = before.count if before else 0
            self._add(stretch)
            check_length(self._seconds(), stretch.kind.sample_rate, stretch.kind.channel_count, self.max_seconds)
            if before and before.count == count:
                self._check_after(before, *unknown)
            elif before and unknown[0] < unknown[1]:
                before.interruption = before.interruption or (count, unknown[0])
            after_tags = skip_tags(self.source, stretch.end, self.end)
            following = next_frames(self.source, after_tags, self.end)
            if following is None:
                self._check_after(self.runs[-1], after_tags, self.end)
                return
            unknown = after_tags, following
        raise BrokenContainer(f"The MPEG audio must have at most {MAX_PARTS} interruptions, and it has more.")

    def check_before(self, start: int, first: int) -> None:
        """Check that the bytes before the first frame are not lost audio. Raises BrokenContainer."""
        run = self.runs[0]
        if run.missing != 0 and run.count and (reason := damage_before(self.source, run.frames, start, first)):
            raise stopped(0.0, start, reason)

    def parts(self) -> list[Part]:
        """Return the runs as parts. Raises BrokenContainer if a run is not complete."""
        for run in self.runs:
            name = run.frames.kind.name
            count, offset = run.interruption or (run.count, run.frames.ends[-1] if run.count else 0)
            seconds = self._seconds(run) - run.seconds + count * run.frame_seconds
            if run.header and (run.missing or 0) * run.frame_seconds > MAX_LOSS:
                reason = f"the truncated or damaged {name} declares {run.header.frames} frames and holds {run.count}"
                raise stopped(seconds, offset, reason)
            if run.missing is None and run.interruption:
                raise stopped(seconds, offset, f"no {name} frame follows there, so the file is damaged")
        if not self._seconds():
            raise BrokenContainer("The file has no audio frames: its length is 0 s.")
        return [run.part() for run in self.runs if run.count]

    def _add(self, stretch: Stretch) -> None:
        """Add frames to the last run; each stream header and each other kind of frame starts a new run."""
        if not stretch.headers.get(0) and not (self.runs and self.runs[-1].frames.kind == stretch.kind):
            self.runs.append(_Run(MpegFrames(self.source, stretch.kind), None))
        first = 0
        for number, header in sorted(stretch.headers.items()):
            if first < number:
                self.runs[-1].frames.extend(stretch.offsets[first:number], stretch.offsets[number])
            self.runs.append(_Run(MpegFrames(self.source, stretch.kind), header))
            first = number + 1
        self.runs[-1].frames.extend(stretch.offsets[first:], stretch.end)

    def _check_sizes(self, stretch: Stretch) -> None:
        """Check that no frame contains other frames. Raises BrokenContainer."""
        number = covering_frame(self.source, stretch.offsets, stretch.end)
        if number is not None:
            seconds = self._seconds() + number * stretch.kind.samples / stretch.kind.sample_rate
            raise stopped(seconds, stretch.offsets[number], f"the header of the {stretch.kind.name} frame is damaged")

    def _check_after(self, run: _Run, start: int, end: int) -> None:
        """Check that unknown bytes after a run are not audio. Raises BrokenContainer."""
        end = start_of_trailing(self.source, start, end)
        if error := second_recording(self.source, start, end, self._seconds(run)):
            raise error
        if run.missing != 0 and run.count and (reason := damage_after(self.source, run.frames, start, end)):
            raise stopped(self._seconds(run), start, reason)

    def _seconds(self, last: _Run | None = None) -> float:
        """Return the length of all runs, or of those up to the given one."""
        runs = self.runs[: self.runs.index(last) + 1] if last else self.runs
        return sum(run.seconds for run in runs)
