"""The bill of materials, and the page of licences."""

import json

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


def test_the_licences_are_listed() -> None:
    """Each package that is needed on this machine is on the page, with its licence."""
    lines = set((ROOT / "docs" / "licences.md").read_text(encoding="utf-8").splitlines())
    missing = [line for line in sbom.page().splitlines() if line not in lines]
    assert not missing, "Run make sbom."
