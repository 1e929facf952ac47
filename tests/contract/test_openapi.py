"""The OpenAPI document and the quoted answers agree, and answers that break it are told by statement."""

import json
from importlib.resources import files
from typing import Any

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.judging.document import breaches, document, node_at, resolve, statement_at, validator
from voxdouble_contract.judging.statements import statements

FOLDER = files("voxdouble_fixtures").joinpath("contract", "examples")
QUOTED = {entry.name: json.loads(entry.read_text()) for entry in FOLDER.iterdir() if entry.name.endswith(".json")}
START = "/api/technology/speaker-identification-voiceprint-extraction"
TASK = f"{START}/3fa85f64-5717-4562-b3fc-2c963f66afa6"
LOCATION = {"Location": f"http://a{TASK}", "X-Location": f"http://a{TASK}"}
PENDING = {"task": {"task_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "state": "pending"}}
RULES = {"type", "required", "enum", "const", "minimum", "maximum", "minItems", "maxItems", "pattern", "format"}
REFUSAL = {"type": "resource.not-found", "message": "No.", "detail": []}


def answer(method: str, path: str, status: int, body: object, headers: dict[str, str] | None = None) -> Exchange:
    """Make an exchange."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange(method, f"http://appliance{path}", None, status, headers or {}, text)


def told(method: str, path: str, status: int, body: object, headers: dict[str, str] | None = None) -> set[str]:
    """List the statements that an answer breaks."""
    return {breach.statement for breach in breaches(path, answer(method, path, status, body, headers))}


def made_whole(value: Any, shortened: list[str], path: str = "") -> Any:
    """Fill up what a quotation shortens."""
    if path in shortened:
        return [0.1] * 128 if isinstance(value, list) else "AAAA"
    if isinstance(value, dict):
        return {key: made_whole(item, shortened, f"{path}/{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [made_whole(item, shortened, f"{path}/{index}") for index, item in enumerate(value)]
    return value


@pytest.mark.parametrize("name", [name for name, entry in QUOTED.items() if "schema" in entry])
def test_quoted_answers_fit_the_document(name: str) -> None:
    """What the vendor prints is an instance of what the document describes."""
    entry = QUOTED[name]
    whole = made_whole(entry["answer"], entry.get("shortened", []))
    validator(("components", "schemas", entry["schema"])).validate(whole)


@pytest.mark.parametrize("name", QUOTED)
def test_quoted_answers_have_a_source(name: str) -> None:
    """Nothing is quoted from nowhere."""
    assert QUOTED[name]["source"]


def described_examples() -> list[tuple[tuple[str | int, ...], str]]:
    """List every example of a response in the document, with its schema's place."""
    places: list[tuple[str | int, ...]]
    places = [("components", "responses", name) for name in document()["components"]["responses"]]
    places += [
        ("paths", path, method, "responses", status)
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
        for status in operation["responses"]
    ]
    found = []
    for place in {resolve(place) for place in places}:
        content = node_at(place).get("content", {}).get("application/json", {})
        found += [((*place, "content", "application/json"), name) for name in content.get("examples", {})]
    return sorted(found, key=str)


@pytest.mark.parametrize(("place", "name"), described_examples(), ids=str)
def test_examples_of_the_document_fit_it(place: tuple[str | int, ...], name: str) -> None:
    """Each example in the document is an instance of the schema beside it."""
    example = node_at(resolve((*place, "examples", name)))["value"]
    validator((*place, "schema")).validate(example)


def test_a_good_answer_breaks_nothing() -> None:
    """An answer as documented, with members that nobody described, breaks nothing."""
    assert told("POST", START, 202, {**PENDING, "more": 1}, LOCATION) == set()


@pytest.mark.parametrize(
    ("status", "body", "headers", "broken"),
    [
        (202, PENDING, {"Location": f"http://a{TASK}"}, {"S6"}),
        (202, PENDING, {**LOCATION, "Location": "//a/b"}, {"S7", "S9"}),
        (202, {"task": {"task_id": "7", "state": "pending"}}, LOCATION, {"S2"}),
        (202, {**PENDING, "result": {}}, LOCATION, {"S4"}),
        (429, REFUSAL, {}, {"S58"}),
        (422, {**REFUSAL, "type": "request.invalid"}, {}, {"S70", "C8"}),
        (400, b"<html>", {}, {"S64"}),
        (413, b"<html>", {}, set()),
        (500, b"<html>", {}, set()),
    ],
)
def test_breaches_are_told_by_statement(status: int, body: object, headers: dict[str, str], broken: set[str]) -> None:
    """What is wrong with an answer is told as the statement that it breaks, and a proxy's page as nothing."""
    assert told("POST", START, status, body, headers) == broken


@pytest.mark.parametrize(
    ("body", "broken"),
    [
        ({"task": {**PENDING["task"], "state": "done"}}, {"S13"}),
        ({"task": {**PENDING["task"], "state": "lost"}}, {"S12"}),
        ({"task": {**PENDING["task"], "state": "rejected"}, "error": {"type": "internal", "message": "x"}}, {"S18"}),
        ({"task": {**PENDING["task"], "state": "done"}, "result": {"channels": [{}]}}, {"S36"}),
        ({"task": PENDING["task"], "result": None, "error": None, "more": []}, set()),
    ],
)
def test_breaches_of_a_tasks_answer(body: object, broken: set[str]) -> None:
    """States, results and errors are held against each other."""
    assert told("GET", TASK, 200, body) == broken


@pytest.mark.parametrize("name", document()["components"]["schemas"])
def test_whatever_a_body_can_break_has_its_statement(name: str) -> None:
    """No part of a schema is without a statement on the way up, so that a breach of it has somebody to speak for."""

    def parts(pointer: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
        node = node_at(pointer)
        keys = list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
        below = [part for key in keys for part in parts((*pointer, key))]
        rules = [(*pointer, key) for key in keys if key in RULES and pointer[-1] != "properties"]
        return below + rules

    rules = parts(("components", "schemas", name))
    assert rules
    assert all(statement_at(rule) in statements() for rule in rules)


def test_unknown_paths_break_nothing() -> None:
    """What the document does not describe is not judged."""
    assert told("GET", "/api/technology/telepathy", 404, b"<html>") == set()


def test_another_method_is_judged_as_a_405() -> None:
    """A method that no operation describes is refused in the form of its status."""
    assert told("DELETE", START, 405, REFUSAL, {"Allow": "POST"}) == {"S68"}
