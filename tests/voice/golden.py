"""The golden files: what the bundled lossless recordings come to, bit for bit.

`python tests/voice/golden.py` compares and exits 1 where anything differs; it needs numpy and soundfile alone, so it
can run under any version of them. With `--write` it writes the files anew: only together with a new engine version
(`voiceprint.ENGINE`).
"""

import json
import sys
from base64 import b64encode
from pathlib import Path

ROOT = Path(__file__).parents[2]
VECTORS = Path(__file__).with_name("golden_vectors.json")
VOICEPRINTS = ROOT / "fixtures" / "voxdouble_fixtures" / "voiceprints"
LOSSY = (".mp3", ".ogg", ".opus")
"""Their decoders differ between versions in the last bits: no promise is made (and none kept) for them."""

Computed = dict[str, tuple[str, list[float]]]


def computed() -> Computed:
    """Give the Base64 voiceprint and the vector of each channel of each lossless recording."""
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
    """Read the golden files."""
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    return {
        path.stem: (path.read_text("ascii").strip(), vectors[path.stem]) for path in sorted(VOICEPRINTS.glob("*.vp"))
    }


def write(found: Computed) -> None:
    """Write the golden files; the voiceprints are shipped, as the vendor's guide has them: Base64 text."""
    VOICEPRINTS.mkdir(exist_ok=True)
    for name, (voiceprint, _) in found.items():
        (VOICEPRINTS / f"{name}.vp").write_text(voiceprint + "\n", "ascii")
    lines = (f"{json.dumps(name)}: {json.dumps(vector)}" for name, (_, vector) in sorted(found.items()))
    VECTORS.write_text("{\n" + ",\n".join(lines) + "\n}\n", "ascii")


def main() -> int:
    """Compare, or write; give the exit code."""
    found = computed()
    if "--write" in sys.argv:
        write(found)
    expected = golden()
    changed = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
    sys.stdout.write(f"{len(found)} voices, {len(changed)} changed: {', '.join(changed)}\n")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "mock_server"), str(ROOT / "fixtures")]
    sys.exit(main())
