"""The OpenAPI document agrees with the vendor's quoted responses, and a breach of it names its statement."""

import json
import re
from importlib.resources import files
from typing import Any

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.judging.breaches import breaches
from voxdouble_contract.judging.document import (
    Pointer,
    document,
    judged,
    node_at,
    read_yaml,
    resolve,
    statement_at,
    validator,
)
from voxdouble_contract.judging.statements import statements
from voxdouble_contract.samples.generated_requests import load

FOLDER = files("voxdouble_fixtures").joinpath("contract", "examples")
QUOTED = {entry.name: json.loads(entry.read_text()) for entry in FOLDER.iterdir() if entry.name.endswith(".json")}
START = "/api/technology/speaker-identification-voiceprint-extraction"
TASK = f"{START}/3fa85f64-5717-4562-b3fc-2c963f66afa6"
LOCATION = {"Location": f"http://a{TASK}", "X-Location": f"http://a{TASK}"}
PENDING = {"task": {"task_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "state": "pending"}}
RULES = {"type", "required", "enum", "const", "minimum", "maximum", "minItems", "maxItems", "pattern", "format"}
REFUSAL = {"type": "resource.not-found", "message": "No.", "detail": []}


def broken_by(method: str, path: str, status: int, body: object, headers: dict[str, str] | None = None) -> set[str]:
    """Return the statements that a response breaks."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    exchange = Exchange(method, f"http://appliance{path}", None, status, headers or {}, content)
    return {breach.statement for breach in breaches(path, exchange)}


def completed(value: Any, shortened: list[str], path: str = "") -> Any:
    """Return a quoted response with its shortened values replaced by valid ones."""
    if path in shortened:
        return [0.1] * 128 if isinstance(value, list) else "AAAA"
    if isinstance(value, dict):
        return {key: completed(item, shortened, f"{path}/{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [completed(item, shortened, f"{path}/{index}") for index, item in enumerate(value)]
    return value


@pytest.mark.parametrize("name", [name for name, entry in QUOTED.items() if "schema" in entry])
def test_quoted_responses_are_valid(name: str) -> None:
    """Each response that the vendor prints is an instance of its schema in the document."""
    entry = QUOTED[name]
    whole = completed(entry["answer"], entry.get("shortened", []))
    validator(("components", "schemas", entry["schema"])).validate(whole)


@pytest.mark.parametrize("name", QUOTED)
def test_quoted_responses_have_a_source(name: str) -> None:
    """Each quoted response names the page it is from."""
    assert QUOTED[name]["source"]


def described_responses() -> list[Pointer]:
    """Return the pointers to all descriptions of responses."""
    places: list[Pointer] = [("components", "responses", name) for name in judged()["components"]["responses"]]
    places += [
        ("paths", path, method, "responses", status)
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
        for status in operation["responses"]
    ]
    return sorted({resolve(place) for place in places}, key=str)


def described_examples() -> list[tuple[Pointer, str]]:
    """Return every example of a response, with the pointer to its content."""
    return [
        ((*place, "content", "application/json"), name)
        for place in described_responses()
        for name in node_at(place).get("content", {}).get("application/json", {}).get("examples", {})
    ]


@pytest.mark.parametrize(("place", "name"), described_examples(), ids=str)
def test_examples_are_valid(place: Pointer, name: str) -> None:
    """Each example in the document is an instance of the schema beside it."""
    example = node_at(resolve((*place, "examples", name)))["value"]
    validator((*place, "schema")).validate(example)


def test_a_correct_response_breaks_nothing() -> None:
    """A documented response with additional members breaks no statement."""
    assert broken_by("POST", START, 202, {**PENDING, "more": 1}, LOCATION) == set()


@pytest.mark.parametrize(
    ("status", "body", "headers", "broken"),
    [
        (202, PENDING, {"Location": f"http://a{TASK}"}, {"S6"}),
        (202, PENDING, {**LOCATION, "Location": "//a/b"}, {"S7", "S9"}),
        (202, {"task": {"task_id": "7", "state": "pending"}}, LOCATION, {"S2"}),
        (202, {**PENDING, "result": {}}, LOCATION, {"S4"}),
        (429, REFUSAL, {}, {"S58"}),
        (422, {**REFUSAL, "type": "request.invalid"}, {}, {"S70", "C8"}),
        (400, REFUSAL, {}, {"S66"}),
        (400, b"<html>", {}, {"S64"}),
        (413, b"<html>", {}, set()),
        (500, b"<html>", {}, set()),
    ],
)
def test_a_breach_names_its_statement(status: int, body: object, headers: dict[str, str], broken: set[str]) -> None:
    """Each error in a response is a breach of one statement; a page of a proxy is not."""
    assert broken_by("POST", START, status, body, headers) == broken


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
def test_a_breach_in_a_poll_names_its_statement(body: object, broken: set[str]) -> None:
    """State, result and error of a task are checked together."""
    assert broken_by("GET", TASK, 200, body) == broken


def test_a_schema_below_a_status_names_its_statement() -> None:
    """A schema that is written directly below a status can be found, although a status looks like an index."""
    assert broken_by("GET", "/api/system/status", 200, []) == {"C31"}


def rules_below(pointer: Pointer) -> list[Pointer]:
    """Return the pointers to all rules of the schema at a pointer, without those of referenced schemas."""
    node = node_at(pointer)
    keys = list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
    below = [rule for key in keys for rule in rules_below((*pointer, key))]
    return below + [(*pointer, key) for key in keys if key in RULES and pointer[-1] != "properties"]


def judging_schemas() -> list[str]:
    """Return the schemas that a response can be judged by: those below the responses, and what they refer to."""
    names, todo = set[str](), [json.dumps(node_at(place)) for place in described_responses()]
    while todo:
        found = set(re.findall(r"#/components/schemas/(\w+)", todo.pop())) - names
        names |= found
        todo += [json.dumps(judged()["components"]["schemas"][name]) for name in found]
    return sorted(names)


@pytest.mark.parametrize("name", judging_schemas())
def test_each_rule_of_a_schema_has_a_statement(name: str) -> None:
    """Each rule of a schema has an `x-statement` on the way to the root, which a breach of the rule names."""
    rules = rules_below(("components", "schemas", name))
    assert rules
    assert all(statement_at(rule) in statements() for rule in rules)


def test_each_rule_of_a_response_has_a_statement() -> None:
    """Each rule that is written directly in a response, or in a header, has an `x-statement` too."""
    places = [(*place, "content", "application/json", "schema") for place in described_responses()]
    places = [place for place in places if "application/json" in node_at(place[:-3]).get("content", {})]
    places += [("components", "headers", name, "schema") for name in judged()["components"]["headers"]]
    rules = [rule for place in places for rule in rules_below(place)]
    assert all(statement_at(rule) in statements() for rule in rules)


def test_the_published_document_is_plain() -> None:
    """No schema has what generators of clients do not understand, and nothing that only judges is published."""
    text = json.dumps(document())
    assert [
        word for word in ("allOf", "anyOf", "if", "then", "else", "not", "const", "x-statement") if f'"{word}"' in text
    ] == []


def test_the_judging_patch_applies_to_the_document() -> None:
    """Each part of `judging.yaml` is a part of the document, except the schema of what all answers of a GET share."""
    added = [
        (kind, name)
        for kind, entries in read_yaml("judging.yaml")["components"].items()
        for name in entries
        if name not in document()["components"][kind]
    ]
    assert added == [("schemas", "TaskAnswer")]


def test_generated_requests_have_a_document_of_their_own() -> None:
    """schemathesis, which replaces references in its document, does not get the one that responses are checked with."""
    copy = load("positive", 1, coverage=False).raw_schema
    assert copy == document()
    assert not shared_objects(copy, document())


def shared_objects(one: Any, other: Any) -> list[object]:
    """Return the objects and arrays that two equal documents have in common."""
    if not isinstance(one, dict | list):
        return []
    pairs = [(one[key], other[key]) for key in one] if isinstance(one, dict) else list(zip(one, other, strict=True))
    return ([one] if one is other else []) + [found for pair in pairs for found in shared_objects(*pair)]


def test_an_unknown_path_breaks_nothing() -> None:
    """A response that the document does not describe breaks no statement."""
    assert broken_by("GET", "/api/technology/telepathy", 404, b"<html>") == set()


def test_an_unknown_method_is_checked_as_a_405() -> None:
    """The response to a method without an operation is checked by its status."""
    assert broken_by("DELETE", START, 405, REFUSAL, {"Allow": "POST"}) == {"S68"}
