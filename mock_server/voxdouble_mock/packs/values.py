"""The captured values of voiceprints: those of single voiceprints, and the scores of pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voxdouble_mock.packs.facts import entries, voiceprint_digest
from voxdouble_mock.packs.pack import Pack

VECTORS = "vector_voiceprints"
"""The member of a conversion's result. An extraction has the same values, as `vector_voiceprint` of its channels."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a voiceprint's value: the key of the fact, and the index in its list."""

    fact: str
    index: int


class Values:
    """The values of the voiceprints in a pack with results, by their digests."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._items: dict[tuple[str, str], Place] = {}
        self._extracted: dict[str, str] = {}
        """For each voiceprint, the key of the fact about its extraction."""
        self._matrices: list[str] = []
        for key, entry in pack.entries.items():
            for index, digest in enumerate(entry.subject.lists.get("voiceprints", ())):
                self._items.setdefault((entry.subject.technology, digest), Place(key, index))
            for digest in entry.voiceprints:
                self._extracted.setdefault(digest, key)
            if len(entry.subject.lists) > 1:
                self._matrices.append(key)
        listed = (items for entry in pack.entries.values() for items in entry.subject.lists.values())
        self.known = frozenset(self._extracted).union(*listed)
        """The digests of all voiceprints in the pack: extracted ones, and those in a list of a request."""

    def item(self, technology: str, member: str, digest: str) -> tuple[str, Any]:
        """Return the name of the member that holds a voiceprint's captured value, and the value; None without a value.

        `member` is the member in which a computed result would have the value. For a conversion, the vector in a
        captured extraction counts too.
        """
        place = self._items.get((technology, digest))
        fact = self._pack.fact(place.fact) if place else None
        if place and fact:
            for name, found in (fact.result or {}).items():
                if isinstance(found, list) and len(found) == len(fact.lists.get("voiceprints", ())):
                    return name, found[place.index]
        return "", self._extracted_vector(digest) if member == VECTORS else None

    def vector(self, digest: str) -> Any:
        """Return the captured vector of a voiceprint, from an extraction or a conversion; None if it is missing."""
        found = self._extracted_vector(digest)
        if found is not None:
            return found
        for technology in {technology for technology, one in self._items if one == digest}:
            name, value = self.item(technology, "", digest)
            if name == VECTORS:
                return value
        return None

    def _extracted_vector(self, digest: str) -> Any:
        fact = self._pack.fact(self._extracted[digest]) if digest in self._extracted else None
        channels = entries(fact.result, "channels") if fact else ()
        return next((one.get("vector_voiceprint") for one in channels if voiceprint_digest(one) == digest), None)

    def scores(self, technology: str, columns: Sequence[str], rows: Sequence[str]) -> Mapping[str, Any] | None:
        """Return the captured scores of rows with columns if the pack has every pair; else None."""
        import numpy as np  # noqa: PLC0415 (late: the start of a server does not wait for it)

        values = np.full((len(rows), len(columns)), np.nan)
        others: dict[str, Any] = {}
        for key in self._matrices:
            fact = self._pack.fact(key)
            scores = (fact.result or {}).get("scores") if fact else None
            if fact is None or fact.technology != technology or not isinstance(scores, Mapping):
                continue
            of_column = {digest: index for index, digest in enumerate(fact.lists.get("voiceprints_a", ()))}
            of_row = {digest: index for index, digest in enumerate(fact.lists.get("voiceprints_b", ()))}
            try:
                shape = (len(fact.lists["voiceprints_b"]), len(fact.lists["voiceprints_a"]))
                captured = np.asarray(scores.get("values"), dtype=float).reshape(shape)
            except (KeyError, TypeError, ValueError):
                continue
            here = [index for index, digest in enumerate(columns) if digest in of_column]
            there = [index for index, digest in enumerate(rows) if digest in of_row]
            if not (here and there):
                continue
            others = dict(scores)
            values[np.ix_(there, here)] = captured[
                np.ix_([of_row[rows[index]] for index in there], [of_column[columns[index]] for index in here])
            ]
        if np.isnan(values).any():
            return None
        return {**others, "columns_count": len(columns), "rows_count": len(rows), "values": values.ravel().tolist()}
