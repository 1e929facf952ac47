"""docs/scenarios.md names everything that a rule or a fault may hold."""

from typing import get_args

import pytest

from tests.packaging.installed import ROOT
from voxdouble_mock.core.fault import Fault, FaultSpec
from voxdouble_mock.core.scenario import Rule, Scenario, Then, When
from voxdouble_mock.scenarios.text import parse_scenario

PAGE = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "kind", [Scenario, Rule, When, Then, FaultSpec, *get_args(Fault)], ids=lambda kind: kind.__name__
)
def test_every_member_is_named(kind: type) -> None:
    """Nobody has to read the source."""
    members = list(kind.__struct_fields__)  # type: ignore[attr-defined]
    tag = kind.__struct_config__.tag  # type: ignore[attr-defined]
    assert [
        name for name in [*members, *([tag] if tag else [])] if f"`{name}`" not in PAGE and f"{name}:" not in PAGE
    ] == []


def test_the_example_is_a_scenario() -> None:
    """It can be read as it stands."""
    block = "\n".join(line[4:] for line in PAGE.splitlines() if line.startswith("    ") and "curl" not in line)
    assert parse_scenario(block).rules[0].name == "unreadable"
