"""docs/scenarios.md is complete: members, kinds of faults, bundled scenarios."""

from typing import get_args

import pytest

from tests.repository import ROOT
from voxdouble_mock.core.fault import Fault, FaultSpec
from voxdouble_mock.core.scenario import Rule, Scenario, Then, When
from voxdouble_mock.scenarios.bundled import BUNDLED, load_bundled

PAGE = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "kind", [Scenario, Rule, When, Then, FaultSpec, *get_args(Fault)], ids=lambda kind: kind.__name__
)
def test_every_member_is_documented(kind: type) -> None:
    """The page names each member of a scenario, a rule and a fault, and each kind of fault."""
    members = list(kind.__struct_fields__)  # type: ignore[attr-defined]
    tag = kind.__struct_config__.tag  # type: ignore[attr-defined]
    names = [*members, *([tag] if tag else [])]
    assert [name for name in names if f"`{name}`" not in PAGE and f"{name}:" not in PAGE] == []


@pytest.mark.parametrize("name", BUNDLED)
def test_every_bundled_scenario_is_documented(name: str) -> None:
    """The page has each bundled scenario's name beside its own description."""
    assert f"| `{name}` | {load_bundled(name).description} |" in PAGE
