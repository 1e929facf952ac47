"""Generator of the software bill of materials, for the installed packages that voxdouble needs: `make sbom`.

`out/sbom.cdx.json` is CycloneDX 1.6, with version, licence and hashes of each package. `docs/licences.md` lists the
licences without versions.
"""

import json
import re
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from tools.fidelity import row

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "licences.md"
SBOM = ROOT / "out" / "sbom.cdx.json"
EXTRAS = ("contract", "plot", "redis")
HEAD = """# Licences

Made by `make sbom` from the metadata of the packages that voxdouble and its extras need. voxdouble itself is under MIT.
The page of the OpenAPI document includes swagger-ui-dist (Apache-2.0).

"""
NAMES = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""Classifiers of packages that name no licence otherwise, as SPDX spells them."""


def needed() -> dict[str, Distribution]:
    """Return the packages that voxdouble with its extras needs on this machine, by their normalised names."""
    found: dict[str, Distribution] = {}
    waiting: list[tuple[str, frozenset[str]]] = [("voxdouble", frozenset(EXTRAS))]
    visited: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in visited:
            continue
        visited.add((name, extras))
        for text in distribution(name).requires or ():
            requirement = Requirement(text)
            environments = [{"extra": extra} for extra in extras or {""}]
            marker = requirement.marker
            normal = normalised(requirement.name)
            if marker is not None and not any(marker.evaluate(one) for one in environments):
                continue
            if normal != "voxdouble":
                found[normal] = distribution(normal)
                waiting.append((normal, frozenset(requirement.extras)))
    return dict(sorted(found.items()))


def normalised(name: str) -> str:
    """Return a package's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(package: Distribution) -> str:
    """Return the licence of a package as SPDX spells it, where its metadata says so."""
    expressions = package.metadata.get_all("License-Expression")
    if expressions:
        return str(expressions[0])
    classifiers = [
        text.rpartition(" :: ")[2] for text in package.metadata.get_all("Classifier") or () if "License ::" in text
    ]
    if classifiers:
        return " OR ".join(NAMES.get(text, text) for text in classifiers)
    return str((package.metadata.get_all("License") or ["not stated"])[0]).splitlines()[0]


def hashes() -> dict[str, list[str]]:
    """Return the SHA-256 digests of the lock by package."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)==", line):
            name = normalised(match[1])
        found.setdefault(name, []).extend(re.findall(r"sha256:([0-9a-f]{64})", line))
    return found


def bill() -> dict[str, Any]:
    """Return the bill of materials."""
    locked = hashes()
    components = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}@{package.version}",
            "name": name,
            "version": package.version,
            "purl": f"pkg:pypi/{name}@{package.version}",
            "licenses": [{"license": {"name": licence(package)}}],
            "properties": [{"name": "sha256 of the lock", "value": digest} for digest in locked.get(name, [])],
        }
        for name, package in needed().items()
    ]
    own = {"type": "application", "name": "voxdouble", "version": distribution("voxdouble").version}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": own},
        "components": components,
    }


def listed() -> dict[str, str]:
    """Return the licences of locked packages that are not installed, as the page has them.

    Only other versions of Python, or other systems, need these packages.
    """
    found = dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    installed = {normalised(package.name) for package in distributions()}
    return {name: found[name] for name in found.keys() & hashes().keys() - installed}


def page() -> str:
    """Return the page of licences."""
    licences = {**listed(), **{name: licence(package) for name, package in needed().items()}}
    rows = [row("package", "licence"), row("---", "---")]
    rows += [row(f"`{name}`", licences[name]) for name in sorted(licences)]
    return HEAD + "".join(rows)


def main() -> None:
    """Write both files."""
    SBOM.parent.mkdir(exist_ok=True)
    SBOM.write_text(json.dumps(bill(), indent=2) + "\n", encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
