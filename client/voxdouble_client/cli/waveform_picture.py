"""The recordings of `extract` as a picture: the waveform of each channel, and the speech that was found in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

import click

from voxdouble_client._technologies.voiceprint_extraction import VoiceprintExtraction
from voxdouble_client.cli.jobs import TaskEnd
from voxdouble_client.cli.output_file import OutputFile
from voxdouble_client.cli.pictures import (
    BLUE,
    GRID,
    INK,
    ORANGE,
    PAPER,
    QUIET,
    drawing,
    new_figure,
    picture_bytes,
    short_name,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_RECORDINGS = 16
"""The most recordings in one picture."""
MAX_LENGTHS = 4
"""The most speech lengths in the title of a recording."""
WIDTH, STRIP, HEAD, FOOT = 11.0, 1.1, 0.45, 0.35
"""Sizes in inches: of the picture, of a channel, of the name above the channels of a recording, of the axis below."""


class ChannelWaveform(Protocol):
    """One channel of a recording: its peaks as pairs of shares of full scale, and its speech in seconds."""

    @property
    def channel_number(self) -> int:
        """The channel's number, from 0."""

    @property
    def peaks(self) -> Sequence[Sequence[float]]:
        """The least and the greatest sample of each part; the parts are about equally long."""

    @property
    def speech(self) -> Sequence[tuple[float, float]]:
        """The beginning and the end of each part with speech."""


class Waveform(Protocol):
    """A recording as it is drawn."""

    @property
    def seconds(self) -> float:
        """Its length."""

    @property
    def channel_count(self) -> int:
        """The number of its channels."""

    @property
    def channels(self) -> Sequence[ChannelWaveform]:
        """The first channels."""


Analyse: TypeAlias = Callable[[str], Waveform]
"""Returns the waveform of a recording; ValueError if the recording is unusable.

The command `voxdouble` passes this function, as `obj` of click's context.
"""


def picture_of(recordings: Sequence[str], path: str | None) -> WaveformPicture | None:
    """Return the picture of the recordings of a command, or None without a path; UsageError if they are unsuitable."""
    if path is None:
        return None
    if "-" in recordings:
        raise click.UsageError("--plot needs recordings that it can read again, and - is stdin.")
    if len(recordings) > MAX_RECORDINGS:
        raise click.UsageError(f"--plot is for at most {MAX_RECORDINGS} recordings, got {len(recordings)}.")
    analyse: Analyse = click.get_current_context().obj
    return WaveformPicture(path, analyse)


class WaveformPicture:
    """Draws the recordings whose tasks have ended, beside another output that gets the answers."""

    def __init__(self, path: str, analyse: Analyse) -> None:
        self._path = path
        self._file = OutputFile(path)
        self._analyse = analyse
        self._ends: list[TaskEnd] = []

    def write(self, end: TaskEnd) -> None:
        """Keep the end of a job."""
        self._ends.append(end)

    def close(self) -> None:
        """Draw the recordings, if at least one has a result."""
        if any(end.result is not None for end in self._ends):
            self._file.write(picture([self._panel(end) for end in self._ends], self._path))
        self._file.close(keep=True)

    def _panel(self, end: TaskEnd) -> Panel:
        try:
            return Panel(end, self._analyse(end.job.name))
        except (OSError, ValueError) as error:
            return Panel(end, None, f"It cannot be drawn: {error}")


class Panel:
    """One recording in the picture: its title, and its waveform or the reason for its absence."""

    def __init__(self, end: TaskEnd, waveform: Waveform | None, reason: str = "") -> None:
        self.waveform = waveform
        self.reason = reason
        self.title = f"{short_name(end.job.name)}   {_speech_lengths(end)}"

    @property
    def strips(self) -> int:
        """The number of channels that are drawn."""
        return len(self.waveform.channels) if self.waveform is not None else 1

    @property
    def height(self) -> float:
        """Its height in inches."""
        return HEAD + STRIP * self.strips + FOOT


def _speech_lengths(end: TaskEnd) -> str:
    """Return the speech lengths that the appliance found, in words."""
    if not isinstance(end.result, VoiceprintExtraction):
        return "no result"
    lengths = [f"{channel.speech_length:g} s" for channel in end.result.channels]
    more = [f"{len(lengths) - MAX_LENGTHS} more"] if len(lengths) > MAX_LENGTHS else []
    return f"speech length in the answer: {', '.join(lengths[:MAX_LENGTHS] + more)}"


def picture(panels: Sequence[Panel], path: str) -> bytes:
    """Return the picture in the format of the file's name."""
    with drawing():
        height = sum(panel.height for panel in panels)
        figure = new_figure(WIDTH, height)
        top = height
        for panel in panels:
            top -= HEAD
            for number in range(panel.strips):
                top -= STRIP
                axes = figure.add_axes((0.0, top / height, 1.0, 0.94 * STRIP / height))
                if number == 0:
                    axes.set_title(panel.title, loc="left")
                _draw_strip(axes, panel, number)
            top -= FOOT
        return picture_bytes(figure, path)


def _draw_strip(axes: Axes, panel: Panel, number: int) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    axes.set_yticks([])
    axes.set_ylim(-1.0, 1.0)
    for side in axes.spines.values():
        side.set_color(GRID)
    if panel.waveform is None:
        axes.set_xticks([])
        axes.text(0.01, 0.5, panel.reason, transform=axes.transAxes, va="center", color=INK)
        return
    channel = panel.waveform.channels[number]
    _draw_channel(axes, channel, panel.waveform.seconds)
    if panel.waveform.channel_count > 1:
        axes.set_ylabel(f"channel {channel.channel_number}", fontsize=8)
    if number < panel.strips - 1:
        axes.tick_params(labelbottom=False, length=0)
        return
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 1.5, 2, 3, 6, 10]))
    length = panel.waveform.seconds
    axes.xaxis.set_major_formatter(lambda seconds, _: clock_time(seconds, length))
    if panel.waveform.channel_count > panel.strips:
        axes.set_xlabel(f"the first {panel.strips} of {panel.waveform.channel_count} channels", fontsize=8)


def _draw_channel(axes: Axes, channel: ChannelWaveform, seconds: float) -> None:
    axes.set_xlim(0.0, seconds)
    count = max(len(channel.peaks), 1)
    times = [seconds * (place + 0.5) / count for place in range(len(channel.peaks))]
    lows, highs = [pair[0] for pair in channel.peaks], [pair[1] for pair in channel.peaks]
    axes.fill_between(times, lows, highs, step="mid", facecolor=BLUE, linewidth=0)
    axes.axhline(0.0, color=BLUE, linewidth=0.5)
    spans = [(begin, end - begin) for begin, end in channel.speech]
    axes.broken_barh(spans, (-1.0, 2.0), facecolor=ORANGE, alpha=0.16, linewidth=0)
    axes.broken_barh(spans, (-1.0, 0.1), facecolor=ORANGE, linewidth=0)
    found = sum(width for _, width in spans)
    text = f"marked: {found:.2f} s of speech" if spans else "no speech found"
    words = axes.text(0.995, 0.94, text, transform=axes.transAxes, ha="right", va="top", fontsize=8, color=QUIET)
    words.set_bbox({"facecolor": PAPER, "linewidth": 0, "pad": 2})


def clock_time(seconds: float, whole: float) -> str:
    """Return an instant as seconds, in a recording of more than two minutes as minutes and seconds.

    In a recording of an hour or more, hours come before the minutes.
    """
    if whole <= 120:
        return f"{seconds:g} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if whole >= 3600 else f"{minutes}:{rest:02}"
