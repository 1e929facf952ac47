"""Checks of the blocks that are data: scenarios, profiles, compose files, Kubernetes manifests, jobs of CI services."""

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema

from tests.documents.blocks import Block
from voxdouble.against.known import read_known
from voxdouble_contract.target.profile import Profile
from voxdouble_mock.scenarios.bundled import load_scenario

KUBERNETES = Path(__file__).parent / "kubernetes_schemas.json"
SCHEMAS = {"services": "vendor.compose-spec", "jobs": "vendor.github-workflows", "stages": "vendor.gitlab-ci"}
"""A member at the top of a YAML file, by which its kind is known, to the schema that check-jsonschema has of it."""


def check_data(block: Block, folder: Path) -> None:
    """Raise an error unless the data in a block are valid for the program that reads them."""
    checks: Mapping[str, Callable[[Block, Path], object]] = {"yaml": check_yaml, "toml": check_toml, "json": check_json}
    checks[block.language](block, folder)


def check_json(block: Block, _: Path) -> None:
    """Raise ValueError for text that is not JSON."""
    json.loads(block.code)


def check_toml(block: Block, folder: Path) -> None:
    """Raise an error for a profile or for known differences that `voxdouble verify` would refuse."""
    readers: Mapping[str, Callable[[Path], object]] = {
        "profile.toml": Profile.read,
        "differences.toml": lambda file: read_known(file.parent),
    }
    (folder / tomllib.loads(block.code).get("failing_file", "a recording")).touch()
    readers[block.file](write(folder, block.file, block.code))


def check_yaml(block: Block, folder: Path) -> None:
    """Raise an error for a document that its reader would refuse."""
    for document in yaml.load_all(block.code, yaml.CSafeLoader):
        if "rules" in document:
            load_scenario(write(folder, "checked.yaml", block.code))
            continue
        named = {"on" if name is True else name: value for name, value in document.items()}  # YAML 1.1 reads on as true
        assert [error.message for error in validator(named).iter_errors(named)] == []


def validator(document: Mapping[str, Any]) -> Any:
    """Return the validator of a document that is not a scenario."""
    if "apiVersion" in document:
        schemas = json.loads(KUBERNETES.read_text(encoding="utf-8"))
        return jsonschema_rs.validator_for({**schemas, "$ref": f"#/$defs/{schemas['kinds'][document['kind']]}"})
    (schema,) = [schema for member, schema in SCHEMAS.items() if member in document]
    return jsonschema_rs.validator_for(get_builtin_schema(schema))


def write(folder: Path, name: str, text: str) -> Path:
    """Return the path of a new file with this text."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file
