"""Each statement has a test or a reason, and each test of the suite has a statement."""

from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.mutants.runner import LEAN
from voxdouble_contract.judging.document import judged
from voxdouble_contract.judging.statements import PROVED_BY_GENERATED, Grade, parse, proved_by, statement, statements
from voxdouble_contract.suite.conftest import GENERATED
from voxdouble_fixtures.generations import GENERATIONS
from voxdouble_fixtures.statements import written

GENERATED_MODULES = {"test_generated_invalid_requests.py", "test_generated_valid_requests.py"}


class Collected:
    """A pytest plugin that keeps the collected tests, and the names of the modules that were imported for them."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []
        self.modules: set[str] = set()

    def pytest_configure(self, config: pytest.Config) -> None:
        """Register the mark."""
        config.addinivalue_line("markers", "statement(*ids): the statements that a test proves")

    def pytest_pycollect_makemodule(self, module_path: Path) -> None:
        """Keep the name of a module."""
        self.modules.add(module_path.name)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep the collected tests."""
        self.items = list(session.items)


@cache
def suite(*options: str) -> Collected:
    """Return the suite as it is collected with these options.

    schemathesis' plugin is not loaded, so that a test of many operations is collected as one, which takes less time.
    """
    collected = Collected()
    pytest.main([*LEAN, "--collect-only", *options, "voxdouble_contract"], plugins=[collected])
    return collected


@cache
def suite_by_statement() -> dict[str, list[str]]:
    """Return the names of the suite's tests by statement; those without a statement are under an empty text."""
    found: dict[str, list[str]] = defaultdict(list)
    for item in suite().items:
        for key in [proved.id for proved in proved_by(item)] or [""]:
            found[key].append(item.name)
    return found


def test_the_suite_is_collected() -> None:
    """The tests of many statements, and both modules of generated requests, are collected."""
    assert len(suite_by_statement()) > 50
    assert {"test_every_response_is_described", "test_valid_requests_are_accepted"} <= set(suite_by_statement()["C34"])


def test_generated_requests_prove_one_statement() -> None:
    """Each test of generated requests proves C34 alone, so that no other statement needs them."""
    of_generated = [item for item in suite().items if item.path.name.startswith(GENERATED)]
    assert {item.path.name for item in of_generated} == GENERATED_MODULES
    assert {proved.id for item in of_generated for proved in proved_by(item)} == {PROVED_BY_GENERATED}


@pytest.mark.parametrize(("only", "needed"), [("S1", set()), (PROVED_BY_GENERATED, GENERATED_MODULES)])
def test_generated_requests_are_built_for_their_statement(only: str, needed: set[str]) -> None:
    """`--only` of other statements does not import the modules of generated requests, which takes seconds."""
    found = suite("-p", "voxdouble.pytest_plugin", f"--contract-only={only}")
    assert found.items
    assert {name for name in found.modules if name.startswith(GENERATED)} == needed


def test_every_test_has_a_statement() -> None:
    """Each test of the suite names a statement."""
    assert suite_by_statement().get("", []) == []


def test_every_statement_has_a_test_or_a_reason() -> None:
    """A statement without a test says why no test can prove it."""
    bare = [key for key, one in statements().items() if not one.untestable and key not in suite_by_statement()]
    assert bare == []


def test_no_statement_has_a_test_and_a_reason() -> None:
    """A statement that is marked untestable has no test."""
    both = [key for key, one in statements().items() if one.untestable and key in suite_by_statement()]
    assert both == []


def test_all_numbers_are_there() -> None:
    """S1 to S86 and C1 to C36 exist but for two free numbers, and later choices have numbers in order."""
    numbers = {int(key[1:]) for key in statements() if key[0] == "S"}
    choices = [int(key[1:]) for key in statements() if key[0] == "C"]
    assert numbers == {*range(1, 87)} - {57, 63}
    assert choices[:36] == list(range(1, 37))
    assert choices == sorted(set(choices))


def test_only_c_statements_are_chosen() -> None:
    """A C statement has the grade `chosen`, an S statement another one."""
    assert {key[0] for key, entry in written().items() if entry["grade"] == Grade.CHOSEN} == {"C"}
    assert {key[0] for key, entry in written().items() if entry["grade"] != Grade.CHOSEN} == {"S"}


def test_generations_and_sources_are_known() -> None:
    """Each statement holds for at least one generation, and has a source."""
    for one in statements().values():
        assert one.source
        assert one.generations
        assert one.generations <= set(GENERATIONS)


def test_an_unknown_statement_is_refused() -> None:
    """A test cannot name an unknown statement."""
    with pytest.raises(LookupError, match="S999"):
        statement("S1", "S999")


def test_an_unknown_grade_is_refused() -> None:
    """A statement cannot have an unknown grade."""
    with pytest.raises(ValueError, match="certain"):
        parse("S1", {"text": "x", "grade": "certain", "source": ["REF"]})


def test_the_document_names_known_statements() -> None:
    """Each `x-statement` in the judged document is a statement."""

    def named(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [str(node["x-statement"])] if "x-statement" in node else []
            return own + [key for value in node.values() for key in named(value)]
        return [key for value in node for key in named(value)] if isinstance(node, list) else []

    found = named(yaml.safe_load(yaml.safe_dump(dict(judged()))))
    assert len(found) > 20
    assert set(found) - set(statements()) == set()
