"""requirements.lock agrees with pyproject.toml and contains no addresses."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.installed import LOCK
from tests.repository import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
DECLARED = [
    *PROJECT["project"]["dependencies"],
    *(requirement for extra in EXTRAS.values() for requirement in extra if not requirement.startswith("voxdouble")),
    *PROJECT["dependency-groups"]["dev"],
    *PROJECT["build-system"]["requires"],
]
PINS = LOCK.read_text().replace(" \\\n", "").splitlines()


@pytest.mark.parametrize("declared", DECLARED)
def test_every_declared_dependency_is_locked(declared: str) -> None:
    """The lock has a version that the declaration allows; otherwise run `make lock`."""
    wanted = Requirement(declared)
    pins = [Requirement(pin.split(" --hash")[0]) for pin in PINS]
    locked = [pin for pin in pins if canonicalize_name(pin.name) == canonicalize_name(wanted.name)]
    assert locked
    assert all(wanted.specifier.contains(next(iter(pin.specifier)).version) for pin in locked)


def test_every_pin_has_hashes_and_no_address() -> None:
    """Each entry of the lock is an exact version with hashes, without the address of an index."""
    pin = re.compile(r"[\w.-]+==[\w.]+( ; [\w<>=!.' ]+)?(    --hash=sha256:[0-9a-f]{64})+")
    assert [line for line in PINS if not pin.fullmatch(line)] == []
