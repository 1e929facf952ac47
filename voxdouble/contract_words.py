"""The contract's own words, and the search for texts that a pack or a record must not hold.

A recording may be called result.wav, and a host `model`. Such names are removed from texts, but the contract's own
words must stay: the names of members and the type of an error.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from voxdouble_fixtures.generations import NEWEST
from voxdouble_fixtures.other_technologies import other_technologies
from voxdouble_mock.packs.summaries import TYPES
from voxdouble_mock.scenarios.contract_files import read_yaml

LEAST_SECRET = 8
"""The shortest secret that is searched inside longer words too; a shorter one may be in any Base64 by chance."""
OF_SUMMARIES = frozenset({"size", "sha256", "length", *TYPES})
"""The words that a summary puts in the place of voice data."""
OF_REFUSALS = frozenset({"status", "body", "query", "path", "header", "content-type", "content-encoding"})
"""The member that a pack adds to a refusal, and the words of the locations in its details."""
NOTHING = "(?!)"
"""The expression that matches no text."""


def words(texts: Iterable[str]) -> re.Pattern[str]:
    """Return the expression that finds texts as whole words, without those that occur in the contract's own words."""
    return _expression(_word(text) for text in _longest_first(texts) if not is_contract_word(text))


def secrets(texts: Iterable[str]) -> re.Pattern[str]:
    """Return the expression that finds long secrets, also inside longer words; `words` finds the others."""
    long = (text for text in _longest_first(texts) if len(text) >= LEAST_SECRET and not is_contract_word(text))
    return _expression(map(re.escape, long))


def is_contract_word(text: str) -> bool:
    """Return whether a text occurs in a name of a member, an enumerated value or a path of the contract, as a word."""
    return re.search(_word(text), _contract_words(), re.IGNORECASE) is not None


@cache
def _contract_words() -> str:
    """Return the names of members and parameters, the enumerated values, and the paths, one in each line."""
    document = read_yaml(f"openapi-{NEWEST}.yaml")
    schemas = [one.schema for one in other_technologies().values()]
    found = {*document["paths"], *other_technologies(), *OF_SUMMARIES, *OF_REFUSALS}
    return "\n".join(sorted(found.union(*map(_words_in, [document, *schemas]))))


def _words_in(node: Any) -> Iterator[str]:
    """Yield the names and the enumerated values in a part of a document or of a schema."""
    if isinstance(node, dict):
        yield from node["properties"] if isinstance(node.get("properties"), dict) else ()
        yield from (one for one in node.get("enum", ()) if isinstance(one, str))
        yield from [node["name"]] if "in" in node and isinstance(node.get("name"), str) else []
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _words_in(inner)


def _longest_first(texts: Iterable[str]) -> list[str]:
    return sorted({text for text in texts if text}, key=len, reverse=True)


def _word(text: str) -> str:
    return rf"(?<!\w){re.escape(text)}(?!\w)"


def _expression(alternatives: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(alternatives) or NOTHING, re.IGNORECASE)
