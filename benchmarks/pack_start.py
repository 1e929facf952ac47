"""The time that a pack of 1,000 recordings adds to the start of a mock, and the time of a captured comparison of them.

Run: .venv/bin/python -m benchmarks.pack_start
"""

import random
import statistics
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from voxdouble_mock.assembly import assemble, settings_of
from voxdouble_mock.packs.facts import FACTS, HEADER, INDEX, Fact, Header, digest_of
from voxdouble_mock.packs.pack import Pack
from voxdouble_mock.packs.replay import Replay
from voxdouble_mock.packs.writing import header_text, write_fact, write_whole
from voxdouble_mock.technologies import discover
from voxdouble_mock.technologies._technology import VoiceprintTechnology

RECORDINGS = 1000
RUNS = 9
EXTRACTION = "speaker-identification-voiceprint-extraction"
COMPARISON = "speaker-identification-voiceprint-comparison"
HEADER_OF_ALL = Header(1, "example", "made", "e4", "2026-01-01", "benchmark", results=True)


def make_pack(folder: Path) -> list[bytes]:
    """Write a pack: extraction, gender and age of each recording, and the comparison of all; return the voiceprints."""
    (folder / FACTS).mkdir(parents=True)
    write_whole(folder / HEADER, header_text(HEADER_OF_ALL).encode())
    chance = random.Random(1)
    voiceprints = [chance.randbytes(2100) for _ in range(RECORDINGS)]
    for number, voiceprint in enumerate(voiceprints):
        digest = sha256(voiceprint).hexdigest()
        vector = [chance.uniform(-1, 1) for _ in range(128)]
        entry = {"channel_number": 0, "voiceprint": text_of(voiceprint), "vector_voiceprint": vector}
        results: dict[str, dict[str, Any]] = {EXTRACTION: entry, "gender-identification": {}, "age-estimation": {}}
        for technology, channel in results.items():
            result = {"channels": [{**channel, "number": number}]}
            write_fact(folder, Fact(technology=technology, sha256=digest, state="done", result=result))
    digests = [digest_of(text_of(one)) for one in voiceprints]
    values = [chance.uniform(-20, 20) for _ in range(RECORDINGS**2)]
    scores = {"columns_count": RECORDINGS, "rows_count": RECORDINGS, "values": values}
    lists = {"voiceprints_a": digests, "voiceprints_b": digests}
    write_fact(folder, Fact(technology=COMPARISON, lists=lists, state="done", result={"scores": scores}))
    return voiceprints


def text_of(voiceprint: bytes) -> str:
    """Return a voiceprint as Base64."""
    return b64encode(voiceprint).decode()


def milliseconds(action: Callable[[], object]) -> tuple[float, float]:
    """Return the medians of the wall and the processor time of an action, in milliseconds."""
    walls, processors = [], []
    for _ in range(RUNS):
        wall, processor = time.perf_counter(), time.process_time()
        action()
        walls.append(1000 * (time.perf_counter() - wall))
        processors.append(1000 * (time.process_time() - processor))
    return statistics.median(walls), statistics.median(processors)


def show(name: str, times: tuple[float, float]) -> None:
    """Print one line."""
    print(f"{name:58} {times[0]:7.1f} ms, {times[1]:7.1f} ms of the processor")


def main() -> None:
    """Print the times."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "pack")
        voiceprints = make_pack(folder)
        facts = len(Pack(folder).entries)
        without = milliseconds(lambda: assemble(settings_of(), None, lambda: 0, lambda: 0))
        with_pack = milliseconds(lambda: assemble(settings_of(pack=folder), None, lambda: 0, lambda: 0))
        show(f"start with {RECORDINGS} recordings in {facts} facts, more than without", subtracted(with_pack, without))

        def without_index() -> None:
            (folder / INDEX).unlink(missing_ok=True)
            assemble(settings_of(pack=folder), None, lambda: 0, lambda: 0)

        show("the same when the index must be made again", subtracted(milliseconds(without_index), without))
        comparison = discover()[COMPARISON]
        assert isinstance(comparison, VoiceprintTechnology)
        lists = {"voiceprints_a": voiceprints, "voiceprints_b": voiceprints[::-1]}
        replay = Replay(Pack(folder))
        answered = milliseconds(lambda: replay.of_voiceprints(comparison, lists))
        show("a captured comparison of 1,000,000 scores, in another order", answered)


def subtracted(more: tuple[float, float], less: tuple[float, float]) -> tuple[float, float]:
    """Return the difference of two times."""
    return more[0] - less[0], more[1] - less[1]


if __name__ == "__main__":
    main()
