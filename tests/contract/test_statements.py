"""Statements, tests and document hang together: no claim without a test, no test without a claim."""

import os
from collections import defaultdict
from functools import cache

import pytest
import yaml

from voxdouble_contract.judging.document import document
from voxdouble_contract.judging.statements import GENERATIONS, Grade, parse, proved_by, statement, statements

SUITE = ["--pyargs", "voxdouble_contract", "--collect-only", "-p", "no:terminal", "-p", "no:cacheprovider"]


class Collected:
    """A pytest plugin that notes what is collected."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note it."""
        self.items = list(session.items)


@cache
def by_statement() -> dict[str, list[str]]:
    """Collect the suite, and list its tests for each statement; those without one under an empty name."""
    collected = Collected()
    pytest.main([*SUITE, "-c", os.devnull], plugins=[collected])
    found: dict[str, list[str]] = defaultdict(list)
    for item in collected.items:
        for key in [proved.id for proved in proved_by(item)] or [""]:
            found[key].append(item.name)
    return found


def test_the_suite_is_collected() -> None:
    """The other tests look at a suite that was found."""
    assert len(by_statement()) > 50


def test_every_test_has_a_statement() -> None:
    """No test stands on nothing."""
    assert by_statement().get("", []) == []


def test_every_statement_has_a_test_or_a_reason() -> None:
    """What no test proves says why."""
    bare = [key for key, one in statements().items() if not one.untestable and key not in by_statement()]
    assert bare == []


def test_no_statement_has_both() -> None:
    """What is said to be untestable has no test."""
    both = [key for key, one in statements().items() if one.untestable and key in by_statement()]
    assert both == []


def test_all_numbers_are_there() -> None:
    """S1 to S82 exist but for the two free numbers, C1 to C36 exist, and later choices have numbers in order."""
    numbers = {int(key[1:]) for key in statements() if key[0] == "S"}
    choices = [int(key[1:]) for key in statements() if key[0] == "C"]
    assert numbers == set(range(1, 83)) - {57, 63}
    assert choices[:36] == list(range(1, 37))
    assert choices == sorted(set(choices))


def test_choices_are_chosen_and_the_rest_is_not() -> None:
    """A C statement is of grade chosen, an S statement of another."""
    assert {key[0] for key, one in statements().items() if one.grade is Grade.CHOSEN} == {"C"}
    assert {key[0] for key, one in statements().items() if one.grade is not Grade.CHOSEN} == {"S"}


def test_generations_and_sources_are_known() -> None:
    """Each statement holds for some generation and has a source."""
    for one in statements().values():
        assert one.source
        assert one.generations
        assert one.generations <= set(GENERATIONS)


def test_an_unknown_statement_is_refused() -> None:
    """A test cannot name a statement that is not there."""
    with pytest.raises(LookupError, match="S999"):
        statement("S1", "S999")


def test_an_unknown_grade_is_refused() -> None:
    """The data cannot invent a grade."""
    with pytest.raises(ValueError, match="certain"):
        parse("S1", {"text": "x", "grade": "certain", "source": ["REF"]})


def test_the_document_names_statements_that_are_there() -> None:
    """Each `x-statement` of the document is a statement."""

    def named(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [str(node["x-statement"])] if "x-statement" in node else []
            return own + [key for value in node.values() for key in named(value)]
        return [key for value in node for key in named(value)] if isinstance(node, list) else []

    found = named(yaml.safe_load(yaml.safe_dump(dict(document()))))
    assert len(found) > 20
    assert set(found) - set(statements()) == set()
