"""The golden files: the exact voiceprints and vectors of the bundled lossless recordings.

`python tests/voice/golden.py` compares them with computed ones, and exits with 1 if any differ. It needs only numpy and
soundfile, so it runs under any version of them. With `--write` it writes the files anew, which is right only together
with a new engine version (`voiceprint.ENGINE`). With `--arithmetic` it also prints a digest of inexact floating-point
operations, which shows whether an environment computes differently.
"""

import hashlib
import json
import sys
from base64 import b64encode
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
VECTORS = Path(__file__).with_name("golden_vectors.json")
VOICEPRINTS = ROOT / "fixtures" / "voxdouble_fixtures" / "voiceprints"
LOSSY = (".mp3", ".ogg", ".opus")
"""The files of lossy formats have no golden files: versions of their decoders differ in the last bits."""

Computed = dict[str, tuple[str, list[float]]]


def computed() -> Computed:
    """Return the Base64 voiceprint and the vector of each channel of each lossless recording."""
    import voxdouble_fixtures
    from voxdouble_mock.voice.analysis import analyse
    from voxdouble_mock.voice.vector import vectors_of

    found: Computed = {}
    for recording in voxdouble_fixtures.recordings():
        if recording.rejected or recording.file.endswith(LOSSY):
            continue
        with voxdouble_fixtures.path(recording.file).open("rb") as file:
            voices = analyse(file)
        for voice in voices:
            name = Path(recording.file).stem + (f"_channel_{voice.channel_number}" if len(voices) > 1 else "")
            [vector] = vectors_of([voice.voiceprint])
            found[name] = b64encode(voice.voiceprint).decode("ascii"), vector
    return found


def golden() -> Computed:
    """Return the contents of the golden files."""
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    return {
        path.stem: (path.read_text("ascii").strip(), vectors[path.stem]) for path in sorted(VOICEPRINTS.glob("*.vp"))
    }


def write(found: Computed) -> None:
    """Write the golden files; the voiceprints are part of the package, as Base64 text like in the vendor's guide."""
    VOICEPRINTS.mkdir(exist_ok=True)
    for name, (voiceprint, _) in found.items():
        (VOICEPRINTS / f"{name}.vp").write_text(voiceprint + "\n", "ascii")
    lines = (f"{json.dumps(name)}: {json.dumps(vector)}" for name, (_, vector) in sorted(found.items()))
    VECTORS.write_text("{\n" + ",\n".join(lines) + "\n}\n", "ascii")


def arithmetic() -> str:
    """Return a digest of a product of fractions and of an exponential, which are inexact operations."""
    left, right = (np.random.default_rng(seed).standard_normal((300, 300)) for seed in (0, 1))
    return hashlib.sha256((left @ right).tobytes() + np.exp(left).tobytes()).hexdigest()


def main() -> int:
    """Compare, or write; return the exit status."""
    found = computed()
    if "--write" in sys.argv:
        write(found)
    expected = golden()
    changed = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
    sys.stdout.write(f"{len(found)} voices, {len(changed)} changed: {', '.join(changed)}\n")
    if "--arithmetic" in sys.argv:
        sys.stdout.write(f"arithmetic {arithmetic()}\n")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "mock_server"), str(ROOT / "fixtures")]
    sys.exit(main())
