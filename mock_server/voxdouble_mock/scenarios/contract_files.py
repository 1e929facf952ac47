"""The reader of the contract's YAML files: the newest OpenAPI document, and the stricter rules for responses."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from voxdouble_fixtures import data


@cache
def read_yaml(name: str) -> Mapping[str, Any]:
    """Return the content of a file in the folder `contract`. All callers share the content, and must not change it."""
    import yaml  # noqa: PLC0415 (late: the start of a server does not wait for it)

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where PyYAML was built with it
    content: Mapping[str, Any] = yaml.load(data("contract", name), loader)  # noqa: S506 (both loaders are safe)
    return content
