"""The rules of bit-identity (see `voice/__init__.py`)."""

import ast
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import voxdouble_mock.voice
from tests.voice.sounds import as_file, speech
from voxdouble_mock.voice import exact_trig, logarithm, pitch, spectrum
from voxdouble_mock.voice.analysis import analyse
from voxdouble_mock.voice.framing import Framer, Frames, Rate

EXACT = 2**53
RATES = [Rate(8_000), Rate(11_025), Rate(16_000), Rate(22_050), Rate(44_100), Rate(48_000), Rate(88_200, 2)]


@pytest.mark.parametrize("rate", RATES)
def test_the_products_of_the_spectrum_are_exact(rate: Rate) -> None:
    """With the largest samples and the worst signs, the partial sums of both products stay below 2**53 (rule a)."""
    for table in spectrum._tables(rate):
        assert np.array_equal(table, np.rint(table))
        assert np.abs(table).sum(axis=0).max() * 2**16 < EXACT
    power = max(np.abs(table).sum(axis=0).max() * 2**16 for table in spectrum._tables(rate)) ** 2 * 2
    line = power * spectrum.POWER_SCALE
    bands = spectrum._bands()
    assert np.array_equal(bands, np.rint(bands))
    assert bands.sum(axis=0).max() * line < EXACT


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from(RATES), st.sampled_from([1, 100, 32_767]))
def test_levels_equal_those_of_integer_arithmetic(seed: int, rate: Rate, peak: int) -> None:
    """Python's integers, one number at a time, give the same levels as the matrix products."""
    length = spectrum.window_length(rate)
    window = np.random.default_rng(seed).integers(-peak, peak, length, endpoint=True).astype(float)
    found = spectrum.levels(Frames(window, np.array([0])), rate)[0]
    cosines, sines = (table.astype(int).tolist() for table in spectrum._tables(rate))
    samples = window.astype(int).tolist()
    half = length // 2
    even = [samples[place] + samples[-1 - place] for place in range(half)]
    odd = [samples[place] - samples[-1 - place] for place in range(half)]
    power = np.array(
        [
            float(sum(e * row[line] for e, row in zip(even, cosines, strict=True))) ** 2
            + float(sum(o * row[line] for o, row in zip(odd, sines, strict=True))) ** 2
            for line in range(len(cosines[0]))
        ]
    )
    whole = [round(value) for value in (power * spectrum.POWER_SCALE).tolist()]
    bands = spectrum._bands().astype(int).tolist()
    sums = [sum(w * row[band] for w, row in zip(whole, bands, strict=True)) for band in range(spectrum.BANDS)]
    expected = logarithm.log2_levels(np.array(sums, float) + spectrum.BAND_SUM)
    assert found.tolist() == expected.tolist()


@given(st.floats(1, 2**52))
def test_logarithms_have_an_error_below_one_unit(value: float) -> None:
    """A logarithm differs from the exact one by less than 1/256 octave."""
    [level] = logarithm.log2_levels(np.array([value]))
    assert abs(level - 256 * np.log2(value)) < 1.0


@settings(max_examples=30)
@given(
    st.sampled_from([8_000, 11_025, 44_100, 96_000, 100_001]),
    st.lists(st.integers(0, 9_000), min_size=1, max_size=8),
    st.integers(0, 2**32 - 1),
)
def test_frames_do_not_depend_on_the_blocks_of_the_signal(rate: int, cuts: list[int], seed: int) -> None:
    """Levels and pitches of one long block equal those of many short ones."""
    samples = np.rint(3_000 * np.random.default_rng(seed).standard_normal(20_000))

    def measured(blocks: list[np.ndarray]) -> list[list[int]]:
        framer = Framer(rate)
        frames = [framer.feed(block) for block in blocks] + [framer.finish(spectrum.window_length(framer.rate))]
        chunks = [chunk for some in frames for chunk in some.chunks()]
        levels = [row for chunk in chunks for row in spectrum.levels(chunk, framer.rate).tolist()]
        pitches = [pitch.track(chunk, framer.rate) for chunk in chunks]
        return levels + [found.strength.tolist() + found.height.tolist() for found in [pitch.joined(pitches)]]

    assert measured(np.split(samples, sorted(cuts))) == measured([samples])


def test_a_voiceprint_does_not_depend_on_other_channels() -> None:
    """The same samples have the same voiceprint alone as in a file of eight channels, which has other blocks."""
    samples, rate = speech("john_doe.wav")
    long = np.tile(samples, 6)
    [alone] = analyse(as_file(long, rate))
    among = analyse(as_file(np.stack([long if channel == 5 else 0 * long for channel in range(8)], axis=1), rate))
    assert among[5].voiceprint == alone.voiceprint


def test_functions_that_may_differ_between_machines_are_not_used() -> None:
    """The modules call no transcendental function, transform, mean or linear algebra of numpy (rule e)."""
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
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and not (isinstance(node.value, ast.Name) and node.value.id == "math"):
                assert node.attr not in forbidden, f"{module.name} line {node.lineno}: {node.attr}"


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
