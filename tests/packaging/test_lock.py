"""The lock keeps step with what the project declares, and says what and not from where."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.installed import LOCK, ROOT

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
    """The lock holds a version of it that the declaration allows; where not, `make lock` was forgotten."""
    wanted = Requirement(declared)
    pins = [Requirement(pin.split(" --hash")[0]) for pin in PINS]
    locked = [pin for pin in pins if canonicalize_name(pin.name) == canonicalize_name(wanted.name)]
    assert locked
    assert all(wanted.specifier.contains(next(iter(pin.specifier)).version) for pin in locked)


def test_every_pin_has_hashes_and_no_address() -> None:
    """Each entry of the lock is an exact version with hashes, and none says where it comes from."""
    pin = re.compile(r"[\w.-]+==[\w.]+( ; [\w<>=!.' ]+)?(    --hash=sha256:[0-9a-f]{64})+")
    assert [line for line in PINS if not pin.fullmatch(line)] == []
