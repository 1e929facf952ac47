"""Generator of tests/documents/kubernetes_schemas.json: the schemas of the Kubernetes objects in the documents.

`make kubernetes-schemas` runs it, with the package kubernetes-validate, which holds the schemas that Kubernetes
publishes. Descriptions are left out, and unknown members are refused, as by `kubectl apply --validate=strict`.
"""

import json
import re
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent / "tests" / "documents" / "kubernetes_schemas.json"
KINDS = {"Deployment": "io.k8s.api.apps.v1.Deployment", "Service": "io.k8s.api.core.v1.Service"}
REFERENCE = re.compile(r'"#/\$defs/([^"]+)"')


def without_descriptions(schema: Any) -> Any:
    """Return a schema without its descriptions and the vendors' own members, which begin with x-."""
    if isinstance(schema, dict):
        return {
            name: without_descriptions(value)
            for name, value in schema.items()
            if not (name == "description" and isinstance(value, str)) and not name.startswith("x-")
        }
    return [without_descriptions(one) for one in schema] if isinstance(schema, list) else schema


def reduced(definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the definitions that the kinds refer to, directly or through others."""
    found: dict[str, Any] = {}
    open_names = set(KINDS.values())
    while open_names:
        name = open_names.pop()
        found[name] = without_descriptions(definitions[name])
        open_names |= set(REFERENCE.findall(json.dumps(found[name]))) - found.keys()
    return dict(sorted(found.items()))


if __name__ == "__main__":
    kubernetes = version("kubernetes-validate")
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{kubernetes}-local-strict"
    source = json.loads((folder / "_definitions.json").read_text(encoding="utf-8"))
    schemas = {
        "$comment": f"Kubernetes {kubernetes}, The Kubernetes Authors, Apache-2.0; see tools.kubernetes_schemas",
        "$schema": source["$schema"],
        "kinds": KINDS,
        "$defs": reduced(source["$defs"]),
    }
    FILE.write_text(json.dumps(schemas, separators=(",", ":")) + "\n", encoding="utf-8")
