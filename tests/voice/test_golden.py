"""The same bits under every processor, thread count, hash seed and decoder's mood."""

import os
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
    "no vector extensions in numpy": {"NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX"},
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
