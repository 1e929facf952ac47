"""The OpenAPI documents of the older generations, made from the newest one by the table of differences."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.judging.breaches import breaches
from voxdouble_contract.judging.document import document, judged, read_yaml
from voxdouble_fixtures.generations import GENERATIONS, NEWEST, differences, places, serves

OLDER = [generation for generation in GENERATIONS if generation != NEWEST]
COMPARISON = "/api/technology/speaker-identification-voiceprint-comparison"
TASK = f"{COMPARISON}/3fa85f64-5717-4562-b3fc-2c963f66afa6"
PENDING = {"task": {"task_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "state": "pending"}}


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Yield all objects in a document."""
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(inner)


def target_of(reference: str, whole: Any) -> Any:
    """Return the part of a document that a reference names."""
    node = whole
    for key in reference.removeprefix("#/").split("/"):
        node = node[key]
    return node


def test_the_newest_document_is_unchanged() -> None:
    """The document of the newest generation is the file that is kept by hand, but for its title."""
    newest = document(NEWEST)
    assert {**newest, "info": None} == {**read_yaml("openapi-e4.yaml"), "info": None}
    assert newest["info"]["title"].endswith("generation E4")


@pytest.mark.parametrize("generation", OLDER)
def test_each_change_has_a_place(generation: str) -> None:
    """Each change of the table changes something, so that no pattern misses what it is for."""
    newest, older = dict(read_yaml("openapi-e4.yaml")), dict(document(generation))
    for one in differences():
        for change in one.changes:
            if generation in change.of:
                found = list(places(newest, change.at)) or list(places(older, change.at))
                assert found, f"{one.id}: {change.at}"
                assert change.set or any(name in place for place in found for name in change.remove), one.id


@pytest.mark.parametrize("generation", OLDER)
def test_references_lead_somewhere_and_components_are_used(generation: str) -> None:
    """Each reference names a component, and each component is named by one."""
    whole = document(generation)
    named = {node["$ref"] for node in nodes(whole) if "$ref" in node}
    assert all(target_of(reference, whole) is not None for reference in named)
    components = {f"#/components/{kind}/{name}" for kind, entries in whole["components"].items() for name in entries}
    assert components - named == set()


@pytest.mark.parametrize("generation", OLDER)
def test_examples_are_valid(generation: str) -> None:
    """Each example of a response is an instance of the schema beside it."""
    whole = document(generation)
    contents = [node["application/json"] for node in nodes(whole) if "application/json" in node]
    assert contents
    for content in contents:
        schema = {"$id": "urn:document", **whole, **content["schema"]}
        for example in content.get("examples", {}).values():
            value = (target_of(example["$ref"], whole) if "$ref" in example else example)["value"]
            jsonschema_rs.validate(schema, value)


@pytest.mark.parametrize("generation", OLDER)
def test_statuses_are_those_of_the_era(generation: str) -> None:
    """429 is listed everywhere and 405 nowhere; a GET lists 422; technologies that are not served are left out."""
    whole = document(generation)
    for path, item in whole["paths"].items():
        for method, operation in item.items():
            if method not in {"get", "post"}:
                continue
            listed = set(operation["responses"])
            assert "429" in listed, path
            assert "405" not in listed, path
            assert "422" in listed, path
    technologies = {path.split("/")[3] for path in whole["paths"] if path.startswith("/api/technology/")}
    assert all(serves(generation, technology) for technology in technologies)
    assert "vector" not in json.dumps(whole["components"]["schemas"]["ExtractedChannel"])


def broken_by(generation: str, method: str, path: str, status: int, body: object, **headers: str) -> set[str]:
    """Return the statements that a response breaks by the document of a generation."""
    exchange = Exchange(method, f"http://a{path}", None, status, headers, json.dumps(body).encode())
    return {breach.statement for breach in breaches(path, exchange, generation)}


@pytest.mark.parametrize("generation", OLDER)
def test_responses_are_judged_by_their_generation(generation: str) -> None:
    """The headers of the 202 are those of the generation, and a response that it does not list is judged by status."""
    without_location = {"S5"} if generation == "e3" else set()
    assert broken_by(generation, "POST", COMPARISON, 202, PENDING, **{"X-Location": TASK}) == without_location
    assert broken_by(generation, "POST", COMPARISON, 202, PENDING, Location=TASK) == {"S6"}
    assert broken_by(generation, "GET", TASK, 405, {"type": "method.invalid"}, Allow="POST") == {"S64", "S72"}
    assert broken_by(generation, "POST", COMPARISON, 429, {"type": "x", "message": "", "detail": []}) == {"S58", "S65"}


@pytest.mark.parametrize("generation", OLDER)
def test_judging_keeps_all_components(generation: str) -> None:
    """The rules for a response that the generation does not list are kept."""
    assert set(judged(generation)["components"]["responses"]) >= set(judged(NEWEST)["components"]["responses"])
