"""The bill of materials, and the page of licences."""

import json
from dataclasses import dataclass

import pytest

from tests.repository import ROOT
from tools import sbom


def test_each_needed_package_is_in_the_bill_with_licence_and_hashes() -> None:
    """Direct and indirect dependencies have a version, a licence that is stated, and the hashes of the lock."""
    components = {one["name"]: one for one in json.loads(json.dumps(sbom.bill()))["components"]}
    assert {"flask", "werkzeug", "numpy", "cheroot", "redis", "pytest"} <= set(components)
    for name, one in components.items():
        assert one["purl"] == f"pkg:pypi/{name}@{one['version']}"
        assert one["licenses"][0]["license"]["name"] != "not stated", name
        assert one["properties"], name


@dataclass
class Package:
    """An installed package with these requirements."""

    requires: tuple[str, ...] = ()


def test_the_requirements_of_an_extra_are_in_the_bill(monkeypatch: pytest.MonkeyPatch) -> None:
    """The requirements of an extra are found, also if the package was found without the extra before."""
    packages = {
        "voxdouble": Package(("first", "second")),
        "first": Package(('third; extra == "more"',)),
        "second": Package(("first[more]", "second")),
        "third": Package(),
    }
    monkeypatch.setattr(sbom, "distribution", packages.__getitem__)
    assert list(sbom.needed()) == ["first", "second", "third"]


def test_the_licences_are_listed() -> None:
    """Each package that is needed on this machine is on the page, with its licence."""
    lines = set((ROOT / "docs" / "licences.md").read_text(encoding="utf-8").splitlines())
    missing = [line for line in sbom.page().splitlines() if line not in lines]
    assert not missing, "Run make sbom."
