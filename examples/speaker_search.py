"""Speaker search: enrol known speakers from a folder, set a threshold, and name the speakers of the other recordings.

    voxdouble serve &                                  # or use a real appliance
    voxdouble fixtures recordings
    python examples/speaker_search.py recordings --url http://127.0.0.1:8000 --plot scores.png

The name of a speaker is the name of the file without its number: john_doe.wav and john_doe_2.flac are john_doe's. The
first recording of a speaker who has several is enrolled, the others set the threshold. Recordings of names that occur
once are searched: each is named after the speaker with the highest score, or is unknown below the threshold.

Vectors are stored in a file of numpy, or in PostgreSQL with pgvector: --database postgresql://user@host/name, for which
`pip install psycopg[binary] pgvector` is needed; --plot needs matplotlib.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from voxdouble_client import ApplianceClient

Vector = npt.NDArray[np.float32]
EXTENSIONS = {".flac", ".mp3", ".oga", ".ogg", ".opus", ".wav"}


class Store(Protocol):
    """A table of speakers with one vector each."""

    def enrol(self, name: str, vector: Vector) -> None:
        """Store the vector of a speaker, in place of an earlier one."""

    def search(self, vector: Vector, count: int) -> list[tuple[str, float]]:
        """Return the nearest speakers and their cosine scores, the best first."""

    def close(self) -> None:
        """Keep what was stored."""


class NumpyStore:
    """Speakers in a .npz file: enough for some 100,000 vectors, which are compared one by one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._speakers: dict[str, Vector] = {}
        if path.exists():
            with np.load(path) as stored:
                self._speakers = dict(zip(stored["names"].tolist(), stored["vectors"], strict=True))

    def enrol(self, name: str, vector: Vector) -> None:
        """Store the vector of a speaker."""
        self._speakers[name] = vector

    def search(self, vector: Vector, count: int) -> list[tuple[str, float]]:
        """Return the nearest speakers; for vectors of unit length the dot product is the cosine."""
        scores = np.stack(list(self._speakers.values())) @ vector
        names = list(self._speakers)
        return [(names[row], float(scores[row])) for row in np.argsort(-scores)[:count]]

    def close(self) -> None:
        """Write the file, under exactly this name: to a path without .npz numpy would add that."""
        with self._path.open("wb") as file:
            np.savez(file, names=list(self._speakers), vectors=np.array(list(self._speakers.values())))


class PostgresStore:
    """Speakers in PostgreSQL, with an index of pgvector for the nearest neighbours by cosine."""

    def __init__(self, url: str) -> None:
        import psycopg  # noqa: PLC0415  only for those who use it
        from pgvector.psycopg import register_vector  # noqa: PLC0415

        self._database = psycopg.connect(url, autocommit=True)
        self._database.execute("CREATE EXTENSION IF NOT EXISTS vector")
        register_vector(self._database)
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS speakers (name text PRIMARY KEY, vector vector(128) NOT NULL)"
        )
        self._database.execute("CREATE INDEX IF NOT EXISTS nearest ON speakers USING hnsw (vector vector_cosine_ops)")

    def enrol(self, name: str, vector: Vector) -> None:
        """Store the vector of a speaker."""
        self._database.execute(
            "INSERT INTO speakers VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET vector = excluded.vector",
            (name, vector),
        )

    def search(self, vector: Vector, count: int) -> list[tuple[str, float]]:
        """Return the nearest speakers; `<=>` is the cosine distance, 1 minus the score."""
        rows = self._database.execute(
            "SELECT name, 1 - (vector <=> %s) FROM speakers ORDER BY vector <=> %s LIMIT %s", (vector, vector, count)
        )
        return [(name, score) for name, score in rows]

    def close(self) -> None:
        """Close the connection; each statement was committed at once."""
        self._database.close()


def vectors_of(appliance: ApplianceClient, files: Sequence[Path]) -> Iterator[tuple[str, Vector]]:
    """Yield the name and the vector of each recording, or of each channel of a recording that has several."""
    for outcome in appliance.extract_voiceprints(files, include_vector_voiceprint=True):
        name = Path(str(outcome.file)).name
        if outcome.result is None:
            print(f"{name} is left out: {outcome.error}", file=sys.stderr)
            continue
        channels = outcome.result.channels
        for channel in channels:
            label = name if len(channels) == 1 else f"{name}#{channel.channel_number}"
            if channel.vector_voiceprint is None:
                print(f"{label} is left out: the appliance gave no vector, as before generation e4", file=sys.stderr)
            elif not channel.vector_voiceprint:  # an empty vector must not be in an index
                print(f"{label} is left out: it has no speech", file=sys.stderr)
            else:
                yield label, channel.to_numpy()


def speaker_of(name: str) -> str:
    """Return the speaker that a name stands for: each channel of a recording with several is a speaker of its own."""
    return name if "#" in name else re.sub(r"_\d+$", "", Path(name).stem)


def threshold_between(same: Sequence[float], other: Sequence[float]) -> float:
    """Return the threshold with the fewest wrong decisions; of several, one in the middle.

    `same` are scores of two recordings of one speaker, which must not be below it, `other` those of two speakers. With
    few recordings it is a rough guide: set yours with hundreds, in the conditions of your use.
    """
    scores = np.sort(np.concatenate([same, other]))
    candidates = (scores[:-1] + scores[1:]) / 2
    wrong = np.array([np.sum(np.array(same) < limit) + np.sum(np.array(other) >= limit) for limit in candidates])
    best = candidates[wrong == wrong.min()]
    return float(best[len(best) // 2])


def plot(path: Path, same: Sequence[float], other: Sequence[float], threshold: float) -> None:
    """Write a picture of the scores of same and of different speakers."""
    from matplotlib.figure import Figure  # noqa: PLC0415  only for those who use it

    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    bins = np.linspace(min(*same, *other), max(*same, *other), 40).tolist()
    axes.hist(other, bins, alpha=0.7, density=True, label=f"different speakers ({len(other)})")
    axes.hist(same, bins, alpha=0.7, density=True, label=f"same speaker ({len(same)})")
    axes.axvline(threshold, color="black", linestyle="--", label=f"threshold {threshold:.2f}")
    axes.set(xlabel="cosine of two vectors", ylabel="density", title="Scores of enrolled speakers")
    axes.legend()
    figure.savefig(path, dpi=120)


def main(arguments: Sequence[str] | None = None) -> None:
    """Open the store that the options name, enrol, set the threshold, search, and print what was found."""
    parser = argparse.ArgumentParser(description="Enrol speakers from a folder and search for them.")
    parser.add_argument("folder", type=Path, help="recordings, with the names of speakers")
    parser.add_argument("--url", default=os.environ.get("APPLIANCE_URL", "http://127.0.0.1:8000"))
    parser.add_argument("--store", type=Path, default=Path("speakers.npz"), help="the file of vectors")
    parser.add_argument("--database", help="URL of a PostgreSQL database to use instead of the file")
    parser.add_argument("--plot", type=Path, help="write a picture of the scores to this file (needs matplotlib)")
    options = parser.parse_args(arguments)
    if options.plot and find_spec("matplotlib") is None:
        parser.error("--plot needs matplotlib: pip install matplotlib")
    with closing(PostgresStore(options.database) if options.database else NumpyStore(options.store)) as store:
        search(store, options)


def search(store: Store, options: argparse.Namespace) -> None:
    """Enrol into the store, and search in it."""
    files = sorted(file for file in options.folder.iterdir() if file.suffix.lower() in EXTENSIONS)
    with ApplianceClient(options.url, token=os.environ.get("APPLIANCE_TOKEN")) as appliance:
        vectors = dict(vectors_of(appliance, files))

    recordings: dict[str, list[str]] = {}
    for name in vectors:
        recordings.setdefault(speaker_of(name), []).append(name)
    known = {speaker: names for speaker, names in recordings.items() if len(names) > 1}
    if len(known) < 2:
        sys.exit(
            "At least two speakers must have two recordings each, with speech, "
            "like ann_1.wav, ann_2.wav, bob_1.wav, bob_2.wav."
        )
    for speaker, (first, *_) in known.items():
        store.enrol(speaker, vectors[first])
    print(f"{len(known)} speakers are enrolled.")

    same: list[float] = []
    other: list[float] = []
    for speaker, (_, *others) in known.items():
        for name in others:
            for enrolled, (first, *_) in known.items():  # and not those that an earlier run stored
                (same if enrolled == speaker else other).append(float(vectors[first] @ vectors[name]))
    threshold = threshold_between(same, other)
    rejected, accepted = sum(score < threshold for score in same), sum(score >= threshold for score in other)
    print(f"At the threshold {threshold:.3f}, {rejected} of {len(same)} scores of one speaker are below,")
    print(f"and {accepted} of {len(other)} of different speakers are not.")
    if options.plot:
        plot(options.plot, same, other, threshold)

    for name in (name for speaker, names in recordings.items() if speaker not in known for name in names):
        [(speaker, score)] = store.search(vectors[name], 1)
        print(f"{name}\t{speaker if score >= threshold else 'unknown'}\t{score:.3f}")


if __name__ == "__main__":
    main()
