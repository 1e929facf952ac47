"""The OpenAPI document, kept by hand, against the routes and technologies of the mock (C34)."""

import re
from typing import Any

import pytest
from flask import Flask

from tests.http.test_other_technologies import scenario
from tests.http.wire import get
from voxdouble_fixtures.other_technologies import at_path, other_technologies
from voxdouble_mock import MockAppliance
from voxdouble_mock.assembly import assemble
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.settings import Settings
from voxdouble_mock.technologies import discover
from voxdouble_mock.technologies._recording_options import RecordingOptions
from voxdouble_mock.technologies._technology import MediaTechnology, VoiceprintTechnology


@pytest.fixture
def document(mock: MockAppliance) -> dict[str, Any]:
    """Fetch the document."""
    response = get(mock.url + "/_mock/openapi.json")
    assert response.status_code == 200
    body: dict[str, Any] = response.json()
    return body


def served() -> set[tuple[str, str]]:
    """Return the routes below /api/, as (METHOD, path template)."""
    app = assemble(Settings(), None, lambda: 0, lambda: 0).app
    assert isinstance(app, Flask)
    return {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.rule.startswith("/api/")
    }


def operations(document: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """Return the operations of the document by (METHOD, path template)."""
    return {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
    }


def test_the_document_describes_exactly_the_routes(document: dict[str, Any]) -> None:
    """Every route of a computed technology has its operation in the document, and every operation has its route."""
    assert set(operations(document)) == {(method, path) for method, path in served() if at_path(path) is None}


def test_the_document_describes_the_technologies_that_a_scenario_serves(mock: MockAppliance) -> None:
    """With a result of each other technology, the document is valid and describes every route."""
    mock.scenario(scenario(*other_technologies()))
    document = get(mock.url + "/_mock/openapi.json").json()
    from openapi_spec_validator import OpenAPIV31SpecValidator  # late, as only one worker runs this test

    OpenAPIV31SpecValidator(document).validate()
    assert set(operations(document)) == served()
    post = operations(document)["POST", "/api/technology/speech-to-text"]
    assert [one["name"] for one in post["parameters"] if one.get("required")] == ["language"]


def test_query_parameters_are_those_of_the_technologies(document: dict[str, Any]) -> None:
    """Names and defaults in the document are those of the code."""
    for name, technology in discover().items():
        operation = operations(document)["POST", f"/api/technology/{name}"]
        parameters = [resolve(document, parameter) for parameter in operation.get("parameters", [])]
        described = {
            parameter["name"]: parameter["schema"].get("default")
            for parameter in parameters
            if parameter["in"] == "query"
        }
        if isinstance(technology, MediaTechnology):
            defaults = {
                parameter.name: getattr(RecordingOptions(), parameter.name) for parameter in technology.parameters
            }
            assert described == {name: "" if default == () else default for name, default in defaults.items()}
        else:
            assert described == {}


def test_lists_and_their_limits_are_those_of_the_technologies(document: dict[str, Any]) -> None:
    """The lists of voiceprints in the document, and their bounds, are those of the code."""
    for name, technology in discover().items():
        if isinstance(technology, VoiceprintTechnology):
            operation = operations(document)["POST", f"/api/technology/{name}"]
            schema = resolve(document, operation["requestBody"]["content"]["application/json"]["schema"])
            assert set(schema["required"]) == set(technology.lists)
            for member in technology.lists:
                described = resolve(document, schema["properties"][member])
                assert (described["minItems"], described["maxItems"]) == (technology.minimum, Limits().max_list)


def resolve(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return the target of a local reference."""
    while "$ref" in schema:
        target: Any = document
        for key in schema["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        schema = target
    return schema
