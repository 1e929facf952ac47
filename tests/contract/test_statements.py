"""Each statement has a test or a reason, each test has a statement, and the data of both are valid."""

import os
from collections import defaultdict
from functools import cache

import pytest
import yaml

from voxdouble_contract.judging.document import document
from voxdouble_contract.judging.statements import GENERATIONS, Grade, parse, proved_by, statement, statements

SUITE = ["--pyargs", "voxdouble_contract", "--collect-only", "-p", "no:terminal", "-p", "no:cacheprovider"]


class Collected:
    """A pytest plugin that keeps the collected tests."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep the tests."""
        self.items = list(session.items)


@cache
def by_statement() -> dict[str, list[str]]:
    """Return the tests of the suite by statement; those without a statement under an empty id."""
    collected = Collected()
    pytest.main([*SUITE, "-c", os.devnull], plugins=[collected])
    found: dict[str, list[str]] = defaultdict(list)
    for item in collected.items:
        for key in [proved.id for proved in proved_by(item)] or [""]:
            found[key].append(item.name)
    return found


def test_the_suite_is_collected() -> None:
    """The suite is found, so that no other test passes on an empty one."""
    assert len(by_statement()) > 50


def test_every_test_has_a_statement() -> None:
    """Each test of the suite names a statement."""
    assert by_statement().get("", []) == []


def test_every_statement_has_a_test_or_a_reason() -> None:
    """A statement without a test has a reason why it is untestable."""
    bare = [key for key, one in statements().items() if not one.untestable and key not in by_statement()]
    assert bare == []


def test_no_untestable_statement_has_a_test() -> None:
    """A statement with such a reason has no test."""
    both = [key for key, one in statements().items() if one.untestable and key in by_statement()]
    assert both == []


def test_all_numbers_exist() -> None:
    """S1 to S82 exist except for 57 and 63, C1 to C36 exist, and later choices are in order."""
    numbers = {int(key[1:]) for key in statements() if key[0] == "S"}
    choices = [int(key[1:]) for key in statements() if key[0] == "C"]
    assert numbers == set(range(1, 83)) - {57, 63}
    assert choices[:36] == list(range(1, 37))
    assert choices == sorted(set(choices))


def test_the_grade_chosen_is_that_of_c_statements() -> None:
    """C statements have the grade *chosen*, S statements another one."""
    assert {key[0] for key, one in statements().items() if one.grade is Grade.CHOSEN} == {"C"}
    assert {key[0] for key, one in statements().items() if one.grade is not Grade.CHOSEN} == {"S"}


def test_generations_and_sources_are_known() -> None:
    """Each statement holds for some generation and has a source."""
    for one in statements().values():
        assert one.source
        assert one.generations
        assert one.generations <= set(GENERATIONS)


def test_an_unknown_statement_is_refused() -> None:
    """A test that names a missing statement is an error."""
    with pytest.raises(LookupError, match="S999"):
        statement("S1", "S999")


def test_an_unknown_grade_is_refused() -> None:
    """A grade outside the list is an error."""
    with pytest.raises(ValueError, match="certain"):
        parse("S1", {"text": "x", "grade": "certain", "source": ["REF"]})


def test_the_document_names_existing_statements() -> None:
    """Each `x-statement` of the OpenAPI document is the id of a statement."""

    def named(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [str(node["x-statement"])] if "x-statement" in node else []
            return own + [key for value in node.values() for key in named(value)]
        return [key for value in node for key in named(value)] if isinstance(node, list) else []

    found = named(yaml.safe_load(yaml.safe_dump(dict(document()))))
    assert len(found) > 20
    assert set(found) - set(statements()) == set()
