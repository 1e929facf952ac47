"""The statement that a place of a response rests on, from the judged OpenAPI document."""

from collections.abc import Iterator
from typing import Any

from voxdouble.drift.shapes import ITEM, Place
from voxdouble_contract.judging.document import node_at

BRANCHES = ("allOf", "anyOf", "oneOf")
CONDITIONS = ("then", "else")
RESPONSE = "S10"
"""The statement on a poll's response as a whole."""
MAX_STEPS = 12


def statement_of(technology: str, place: Place, generation: str) -> str:
    """Return the statement of a place in the response to a poll.

    The nearest described part of the response has the statement. If several parts are equally near, the last of them in
    the document has it: a technology's own result comes after the parts that all responses have.
    """
    schema = ("paths", f"/api/technology/{technology}/{{task_id}}", "get", "responses", "200")
    try:
        described = node_at((*schema, "content", "application/json", "schema"), generation)
    except KeyError:  # a technology that the document does not describe
        return RESPONSE
    parts = _parts(described, place, RESPONSE, generation, MAX_STEPS)
    left, statement = min(reversed(list(parts)), key=lambda found: found[0])
    return statement if left < len(place) else RESPONSE


def _parts(node: Any, place: Place, above: str, generation: str, steps: int) -> Iterator[tuple[int, str]]:
    """Yield the described parts on the way to a place: for each the number of names after it, and its statement."""
    if not isinstance(node, dict) or steps == 0:
        return
    here = str(node.get("x-statement", above))
    yield len(place), here
    if "$ref" in node:
        inner = node_at(tuple(node["$ref"].removeprefix("#/").split("/")), generation)
        yield from _parts(inner, place, here, generation, steps - 1)
    for name in BRANCHES:
        for inner in node.get(name) or ():
            yield from _parts(inner, place, here, generation, steps - 1)
    for name in CONDITIONS:
        yield from _parts(node.get(name), place, here, generation, steps - 1)
    if place:
        inner = node.get("items") if place[0] == ITEM else node.get("properties", {}).get(place[0])
        yield from _parts(inner, place[1:], here, generation, steps)
