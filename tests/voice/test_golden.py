"""Bit-identical voiceprints and vectors under all processors' kernels, thread counts and hash seeds."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tests.voice import golden

NO_EXTENSIONS = "X86_V4 X86_V3 AVX512_SKX AVX512F AVX2 FMA3"
ENVIRONMENTS = {
    "old kernel, one thread": {
        "OPENBLAS_CORETYPE": "Prescott",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "1",
    },
    "kernel with fused multiply-add, three threads": {
        "OPENBLAS_CORETYPE": "Haswell",
        "OPENBLAS_NUM_THREADS": "3",
        "PYTHONHASHSEED": "4242",
    },
    "kernel without fused multiply-add": {"OPENBLAS_CORETYPE": "Sandybridge", "OPENBLAS_NUM_THREADS": "1"},
    "numpy without vector extensions": {"NPY_DISABLE_CPU_FEATURES": NO_EXTENSIONS, "OPENBLAS_NUM_THREADS": "1"},
}


def test_lossless_recordings_have_their_golden_voiceprints_and_vectors() -> None:
    """A change of the engine's results is refused unless the golden files change too."""
    assert golden.computed() == golden.golden()


def test_other_environments_compute_the_same_bits() -> None:
    """Kernels, thread counts and hash seeds change inexact arithmetic, but no voiceprint and no vector."""
    digests = {golden.arithmetic()}
    for name, variables in ENVIRONMENTS.items():
        done = subprocess.run(
            [sys.executable, "-W", "ignore", str(Path(golden.__file__)), "--arithmetic"],
            env=os.environ | variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
        digests.add(done.stdout.rpartition("arithmetic ")[2].strip())
    if platform.machine() in ("x86_64", "AMD64"):  # the variables name kernels of x86-64
        assert len(digests) >= 3, digests
    else:
        pytest.skip("the same bits, but the environments may not differ: they name kernels of x86-64")
