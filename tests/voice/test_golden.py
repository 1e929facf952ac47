"""The same bits under every processor's kernels, thread count and hash seed."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tests.voice import golden

VARIATIONS = {
    "plain": {},
    "one thread": {"OPENBLAS_NUM_THREADS": "1"},
    "many threads": {"OPENBLAS_NUM_THREADS": "7"},
    "an old kernel": {"OPENBLAS_CORETYPE": "Prescott"},
    "a kernel with fused multiply-add": {"OPENBLAS_CORETYPE": "Haswell"},
    "a kernel without it": {"OPENBLAS_CORETYPE": "Sandybridge"},
    "no vector extensions in numpy": {"NPY_DISABLE_CPU_FEATURES": "X86_V4 X86_V3 AVX512_SKX AVX512F AVX2 FMA3"},
    "a hash seed": {"PYTHONHASHSEED": "1"},
    "another hash seed": {"PYTHONHASHSEED": "4242"},
}


def test_every_lossless_recording_has_its_golden_voiceprint_and_vector() -> None:
    """A change of the engine is never silent: it changes the engine's version and these files."""
    assert golden.computed() == golden.golden()


@pytest.mark.parametrize("name", VARIATIONS)
def test_another_environment_computes_the_same_bits(name: str) -> None:
    """Whatever computes the products, in whatever order, the voiceprints and vectors are the golden ones."""
    environment = os.environ | VARIATIONS[name]
    command = [sys.executable, "-W", "ignore", str(Path(golden.__file__))]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


INEXACT = """
import hashlib, numpy
left, right = (numpy.random.default_rng(seed).standard_normal((300, 300)) for seed in (0, 1))
print(hashlib.sha256((left @ right).tobytes() + numpy.exp(left).tobytes()).hexdigest())
"""


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the variations name kernels of x86-64")
def test_the_variations_do_vary_the_arithmetic() -> None:
    """A product of fractions and an exponential, unlike the engine's, come out differently under most of them."""
    found = {
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", INEXACT],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout
        for environment in VARIATIONS.values()
    }
    assert len(found) >= 4
