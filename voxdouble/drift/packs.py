"""The drift between two packs."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from voxdouble.capture.headers import read_headers
from voxdouble.drift.drift import Drift, DriftError, Entry, Side, changed_sides, changed_words, times_of
from voxdouble.drift.facts import changes
from voxdouble.drift.shapes import shown
from voxdouble.pack_refusals import locations, read_refusals, type_in
from voxdouble_mock.packs.facts import Fact, PackError
from voxdouble_mock.packs.pack import Pack

FIRST_STATE = "pending"
"""The state in which every task begins."""


def drift_of_packs(old_folder: Path, new_folder: Path) -> Drift:
    """Return the drift from one pack to another. Raises DriftError if one of them is not a pack."""
    try:
        old, new = Pack(old_folder), Pack(new_folder)
    except PackError as error:
        raise DriftError(str(error)) from error
    sides = side_of(old), side_of(new)
    pairs = dict(pairs_of(old, new))
    entries = [
        *changed_sides(*sides),
        *changed_requests(old, new, pairs),
        *changed_facts(old, new, pairs),
        *changed_refusals(old, new),
        *changed_headers(old, new),
    ]
    return Drift("packs", *sides, entries, times_of(times_in(old), times_in(new)))


def side_of(pack: Pack) -> Side:
    """Return a pack in words."""
    header = pack.header
    return Side(pack.folder.name, header.kind, header.version, header.generation, header.date)


def pairs_of(old: Pack, new: Pack) -> Iterator[tuple[str, str]]:
    """Yield the facts of both packs that are about the same request, by their keys.

    An appliance of another version gives other voiceprints, so that requests on them have other digests. If both packs
    are about the same recordings, and each has exactly one request of a technology with lists of certain lengths, these
    two requests belong together.
    """
    both = old.entries.keys() & new.entries.keys()
    yield from ((key, key) for key in sorted(both))
    if recordings_in(old) != recordings_in(new):
        return
    of_old, of_new = by_form(old), by_form(new)
    for form in sorted(of_old.keys() & of_new.keys()):
        if len(of_old[form]) == len(of_new[form]) == 1 and not both & {*of_old[form], *of_new[form]}:
            yield of_old[form][0], of_new[form][0]


def recordings_in(pack: Pack) -> set[str]:
    """Return the digests of the recordings that a pack has facts about."""
    return {entry.subject.sha256 for entry in pack.entries.values() if entry.subject.sha256}


def by_form(pack: Pack) -> dict[tuple[str, str], list[str]]:
    """Return the keys of the facts about voiceprints, by technology and the lengths of the lists."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key, entry in pack.entries.items():
        if entry.subject.lists:
            lengths = sorted((name, len(items)) for name, items in entry.subject.lists.items())
            found[entry.subject.technology, repr(lengths)].append(key)
    return found


def changed_requests(old: Pack, new: Pack, pairs: Mapping[str, str]) -> list[Entry]:
    """Return for each technology the number of requests with a fact in one of the packs only."""
    only_old = Counter(old.entries[key].subject.technology for key in old.entries.keys() - pairs.keys())
    only_new = Counter(new.entries[key].subject.technology for key in new.entries.keys() - set(pairs.values()))
    return [
        Entry(
            technology,
            "requests",
            f"{only_old[technology]} in this pack only",
            f"{only_new[technology]} in this pack only",
        )
        for technology in sorted({*only_old, *only_new})
    ]


def changed_facts(old: Pack, new: Pack, pairs: Mapping[str, str]) -> list[Entry]:
    """Return the changes of all facts, each once for a technology and a place, with the first values found."""
    found: dict[tuple[str, str], Entry] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for key, other in pairs.items():
        before, after = old.fact(key), new.fact(other)
        if before is None or after is None:
            continue
        for change in changes(before, after):
            about = (before.technology, f"{change.kind} of `{shown(change.place)}`")
            counts[about] += 1
            found.setdefault(about, Entry(*about, change.old, change.new))
    return [Entry(*about, entry.old, entry.new, counts[about]) for about, entry in sorted(found.items())]


def changed_refusals(old: Pack, new: Pack) -> list[Entry]:
    """Return the changes of the refusals of bad inputs."""
    before, after = read_refusals(old.folder), read_refusals(new.folder)
    entries = []
    for name in sorted(before.keys() & after.keys()):
        one, other = before[name], after[name]
        for member in ("status", "state", "type"):
            entries += changed_words(name, member, one.get(member), other.get(member))
        entries += changed_words(name, "error type", type_in(one.get("error")), type_in(other.get("error")))
        entries += changed_words(name, "locations", ", ".join(locations(one)), ", ".join(locations(other)))
    return entries


def changed_headers(old: Pack, new: Pack) -> list[Entry]:
    """Return the changes of the form of headers, for the responses that both packs have."""
    before, after = read_headers(old.folder), read_headers(new.folder)
    return [
        entry
        for kind in sorted(before.keys() & after.keys())
        for name in sorted({*before[kind], *after[kind]})
        for entry in changed_words(kind, f"header {name}", before[kind].get(name), after[kind].get(name))
    ]


def times_in(pack: Pack) -> dict[tuple[str, str], list[float]]:
    """Return the seconds to each state, by technology and state."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for fact in facts_of(pack):
        for state, seconds in fact.states.items():
            if state != FIRST_STATE:
                found[fact.technology, state].append(seconds)
    return found


def facts_of(pack: Pack) -> Iterator[Fact]:
    """Yield the facts of a pack that can be read, by their keys."""
    return (fact for key in sorted(pack.entries) if (fact := pack.fact(key)) is not None)
