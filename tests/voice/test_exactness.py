"""The rules of bit-identity (see `voice/__init__.py`)."""

import ast
import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import voxdouble_mock.voice
from tests.examples_count import examples
from tests.voice.sounds import as_file, speech
from voxdouble_mock.voice import exact_trig, logarithm, pitch, spectrum
from voxdouble_mock.voice.analysis import analyse
from voxdouble_mock.voice.channel import ChannelAnalyser, SpeechRange
from voxdouble_mock.voice.framing import Signal

EXACT = 2**53
RATES = [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 88_200, 384_000]


@pytest.mark.parametrize("rate", RATES)
def test_the_products_of_the_spectrum_are_exact(rate: int) -> None:
    """With the largest samples and the worst signs, the partial sums of all products stay below 2**53 (rule a)."""
    group = spectrum.group_size(rate)
    length = spectrum.window_length(rate) // group
    window, bands = spectrum._window(length), spectrum._bands(rate / group / length)
    largest = 2.0**15 * group * window.reshape(2, -1)[0]
    folded = 2 * (largest[length // 4 :] + largest[length // 4 - 1 :: -1])
    power = 0.0
    for wave in spectrum._waves(rate):
        amplitudes = folded @ np.abs(wave)
        assert amplitudes.max() < EXACT
        power += amplitudes.max() ** 2
    for numbers in (window, bands, *spectrum._waves(rate)):
        assert np.array_equal(numbers, np.rint(numbers))
    assert bands.sum(axis=0).max() * power * spectrum.POWER_SCALE < EXACT


@settings(max_examples=examples(20))
@given(st.integers(0, 2**32 - 1), st.sampled_from(RATES[:-1]), st.sampled_from([1, 100, 32_767]))
def test_levels_equal_those_of_integer_arithmetic(seed: int, rate: int, peak: int) -> None:
    """Python's integers, one number at a time and without folding, give the same levels as the matrix products."""
    group = spectrum.group_size(rate)
    length = spectrum.window_length(rate) // group
    samples = np.random.default_rng(seed).integers(-peak, peak, length * group, endpoint=True).astype(np.int16)
    signal = Signal(rate)
    signal.append(samples)
    [found] = spectrum.levels(spectrum.windows(signal, np.array([0])), np.array([0]), rate)
    window = spectrum._window(length).astype(int).tolist()
    values = [sum(samples[place * group : (place + 1) * group].tolist()) * window[place] for place in range(length)]
    power = np.zeros(len(spectrum.LINES))
    for wave, mirror in zip(spectrum._waves(rate), (1, -1), strict=True):
        for column, line in enumerate(spectrum.LINES):
            quarter = wave[:, column].astype(int).tolist()
            fold = mirror if line % 2 == 0 else -mirror
            half = [*(fold * value for value in quarter[::-1]), *quarter]
            whole = [*half, *(mirror * value for value in half[::-1])]
            power[column] += float(sum(one * other for one, other in zip(values, whole, strict=True))) ** 2
    rounded = [round(value) for value in (power * spectrum.POWER_SCALE).tolist()]
    bands = spectrum._bands(rate / group / length).astype(int).tolist()
    sums = [sum(w * row[band] for w, row in zip(rounded, bands, strict=True)) for band in range(spectrum.BANDS)]
    expected = logarithm.log2_levels(np.array(sums, float) + spectrum.BAND_SUM)
    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("rate", RATES)
def test_levels_equal_those_of_a_fourier_transform(rate: int) -> None:
    """The bands weigh the true spectrum of the recording, up to rounding, whatever its rate."""
    group = spectrum.group_size(rate)
    length = spectrum.window_length(rate)
    samples = np.rint(8_000 * np.random.default_rng(rate).standard_normal(length)).clip(-32_768, 32_767)
    signal = Signal(rate)
    signal.append(samples.astype(np.int16))
    added = samples.reshape(-1, group).sum(axis=1)
    lines = np.array(spectrum.LINES)
    turns = np.fft.rfft(added * np.hanning(len(added) + 1)[:-1])[lines]  # half a sample off, which no power shows
    weaker = np.sin(np.pi * lines / len(added)) / np.sin(np.pi * lines / length)
    power = np.abs(turns / weaker) ** 2 * (2.0 ** (22 + 14) / len(added)) ** 2 * spectrum.POWER_SCALE
    expected = 256 * np.log2(power @ spectrum._bands(rate / length) + spectrum.BAND_SUM)
    [found] = spectrum.levels(spectrum.windows(signal, np.array([0])), np.array([0]), rate)
    assert np.abs(found - expected).max() < 15  # of 256 units an octave


def shapes(rates: Iterable[int]) -> list[tuple[int, int, int]]:
    """Return the lengths of window, frame and transform at these sample rates, each triple once."""
    found = (pitch._shape(rate) for rate in rates)
    return sorted({(shape.window, shape.length, shape.points) for shape in found})


def test_correlations_keep_the_bounds_of_their_proof() -> None:
    """At no sample rate is the window, the frame or the transform longer than the proof at LARGEST allows.

    Within a group they grow with the rate, so that the rates beside the borders of groups are enough.
    """
    borders = [(2 * group + 1) * pitch.RATE // 2 for group in range(1, 384_000 // pitch.RATE + 1)]
    beside = [border + more for border in borders for more in range(-2, 3) if 8_000 <= border + more <= 384_000]
    windows, lengths, points = zip(*shapes([*range(8_000, 24_001), *beside, 384_000]), strict=True)
    assert max(windows) <= 160
    assert max(points) <= 256
    assert all(length <= count for length, count in zip(lengths, points, strict=True))


@settings(max_examples=examples(60))
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(shapes(range(8_000, 384_001, 997))),
    st.sampled_from(["largest", "alternating", "signs", "random", "impulse", "small"]),
)
def test_correlations_equal_those_of_integer_arithmetic(seed: int, shape: tuple[int, int, int], kind: str) -> None:
    """The rounded transforms give each sum of products exactly, with the largest and the most unequal numbers too."""
    window, length, points = shape
    chance = np.random.default_rng(seed)
    rows = {
        "largest": np.full((2, points), pitch.LARGEST),
        "alternating": np.resize([pitch.LARGEST, -pitch.LARGEST], (2, points)),
        "signs": chance.choice([-pitch.LARGEST, pitch.LARGEST], (2, points)),
        "random": chance.integers(-pitch.LARGEST, pitch.LARGEST, (2, points), endpoint=True),
        "impulse": np.where(chance.random((2, points)) < 0.02, pitch.LARGEST, chance.integers(-1, 2, (2, points))),
        "small": chance.integers(-1, 2, (2, points)),
    }[kind]
    lags = range(3, length - window + 1)
    found = pitch.exact_correlations(rows.astype(float), window, slice(lags.start, lags.stop))
    expected = [[int(np.dot(row[:window], row[lag : lag + window])) for lag in lags] for row in rows]
    assert found.astype(int).tolist() == expected


def test_transforms_are_far_more_precise_than_the_rounding_needs() -> None:
    """Before rounding, the largest sums are off by less than a hundredth: the proof allows for a half."""
    rows = np.random.default_rng(1).choice([-pitch.LARGEST, pitch.LARGEST], (500, 223)).astype(float)
    spectrum_of = np.conjugate(np.fft.rfft(rows[:, :150], 256)) * np.fft.rfft(rows, 256)
    sums = np.fft.irfft(spectrum_of, 256)[:, :73]
    assert np.abs(sums - np.rint(sums)).max() < 0.01


@given(st.floats(1, 2**52))
def test_logarithms_have_an_error_below_one_unit(value: float) -> None:
    """A logarithm differs from the exact one by less than 1/256 octave."""
    [level] = logarithm.log2_levels(np.array([value]))
    assert abs(level - 256 * np.log2(value)) < 1.0


@settings(max_examples=10)
@given(
    st.sampled_from([8_000, 11_025, 44_100, 100_001]),
    st.lists(st.floats(0, 1), min_size=1, max_size=8),
    st.sampled_from([SpeechRange(), SpeechRange(0.13, 11.57), SpeechRange(max_speech_length=1.0)]),
    st.integers(1, 64),
)
def test_a_channel_does_not_depend_on_its_blocks_or_on_when_windows_are_transformed(
    rate: int, cuts: list[float], speech_range: SpeechRange, together: int
) -> None:
    """One long block gives the same speech length and voiceprint as many short ones, of which few windows may wait."""
    spoken, there = speech("john_doe.wav")
    length = round(8 * len(spoken) * rate / there)
    samples = np.interp(np.arange(length) * there / rate, np.arange(8 * len(spoken)), np.tile(spoken, 8))
    whole = np.rint(30_000 * samples).astype(np.int16)

    def analysed(blocks: list[np.ndarray], together: int) -> tuple[float, float, bytes]:
        analyser = ChannelAnalyser(rate, speech_range, together)
        for block in blocks:
            analyser.feed(block)
        return analyser.finish()

    parts = np.split(whole, sorted(round(cut * length) for cut in cuts))
    assert analysed(parts, together) == analysed([whole], 1)


def test_a_voiceprint_does_not_depend_on_other_channels() -> None:
    """The same samples have the same voiceprint alone as in a file of eight channels, which has other blocks."""
    samples, rate = speech("john_doe.wav")
    long = np.tile(samples, 6)
    [alone] = analyse(as_file(long, rate))
    among = analyse(as_file(np.stack([long if channel == 5 else 0 * long for channel in range(8)], axis=1), rate))
    assert among[5].voiceprint == alone.voiceprint


def test_functions_that_may_differ_between_machines_are_not_used() -> None:
    """The modules call no transcendental function, transform, mean or linear algebra of numpy (rule e).

    The one exception is the Fourier transform in `pitch.exact_correlations`, whose result is rounded to exact sums.
    """
    forbidden = {
        "fft",
        "linalg",
        "log",
        "log2",
        "log10",
        "exp",
        "sin",
        "cos",
        "mean",
        "std",
        "var",
        "average",
        "float32_sum",
    }
    for module in Path(voxdouble_mock.voice.__file__).parent.glob("*.py"):
        allowed = {"fft"} if module.stem == "pitch" else set()
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and not (isinstance(node.value, ast.Name) and node.value.id == "math"):
                assert node.attr not in forbidden - allowed, f"{module.name} line {node.lineno}: {node.attr}"


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**6))
def test_cosines_and_sines_in_whole_numbers_are_right(numerator: int, denominator: int) -> None:
    """They agree with those of `math` to its precision, and lie on the unit circle with a higher precision."""
    cosine, sine = exact_trig.cos_sin(numerator, denominator)
    angle = 2 * math.pi * (numerator % denominator) / denominator
    assert math.isclose(cosine / exact_trig.ONE, math.cos(angle), abs_tol=1e-14)
    assert math.isclose(sine / exact_trig.ONE, math.sin(angle), abs_tol=1e-14)
    assert abs(cosine**2 + sine**2 - exact_trig.ONE**2) < exact_trig.ONE << 10


@given(st.integers(1, 1_000), st.integers(1, 200))
def test_repeated_rotations_equal_one_large_rotation(part: int, times: int) -> None:
    """The accumulated error is too small to change the rounding of a table."""
    by = exact_trig.cos_sin(part, 1_000)
    point = exact_trig.cos_sin(0, 1)
    for _ in range(times):
        point = exact_trig.rotated(point, by)
    assert all(
        abs(one - other) < 1 << 40 for one, other in zip(point, exact_trig.cos_sin(part * times, 1_000), strict=True)
    )


def test_the_table_of_logarithms_is_rounded_right() -> None:
    """The whole-number arithmetic gives the same table as `math.log2`."""
    middles = [0.5 + (step + 0.5) / 4_096 for step in range(2_048)]
    assert logarithm.TABLE.tolist() == [round(256 * math.log2(middle)) for middle in middles]


def test_voiceprints_do_not_depend_on_the_mathematical_library() -> None:
    """The modules up to the vector use only those functions of `math` that are exact or rounded correctly."""
    modules = [path for path in Path(voxdouble_mock.voice.__file__).parent.glob("*.py") if path.stem != "scoring"]
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "math":
                assert node.attr in {"fsum", "isqrt", "ceil", "isfinite"}, f"{module.name} line {node.lineno}"
