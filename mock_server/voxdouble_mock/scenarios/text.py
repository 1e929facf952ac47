"""The parser of scenarios in YAML or JSON. Each error message names the line, if it is known.

A text that begins with a brace is read as JSON, and as YAML if it is not JSON. Numbers stay text at first. Then the
schema decides by the member: `channels: 0` in a query is the text "0", and `nth: 2` is a number. Anchors and aliases
are refused, because a few lines of them can stand for gigabytes.
"""

import json
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from voxdouble_mock.core.plain_data import MAX_DEPTH, STEP, InvalidData
from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.scenarios.results import Plain
from voxdouble_mock.scenarios.values import to_scenario

LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""The parser of libyaml if PyYAML was built with it: it is ten times as fast."""
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
"""The spellings of null in YAML, without quotes."""


class ScenarioError(ValueError):
    """Raised for a malformed or unknown scenario; the message is a sentence, with the line where that is known."""


def parse_scenario(text: str, source: str = "scenario", folder: Path | None = None) -> Scenario:
    """Return the scenario in a text. `source` is its name in messages; files of results are below `folder`.

    Raises ScenarioError, such as "bad.yaml, line 7: rules[1].when.nth: `nth` must be a whole number >= 1, got 0."
    """
    text = text.removeprefix("\ufeff")
    data = parse_text(text, source)
    try:
        return to_scenario(data, folder)
    except InvalidData as error:
        node = compose(text)
        line = f", line {line_of(node, error.path)}" if node is not None else ""
        place = f"{error.path}: " if error.path else ""
        raise ScenarioError(f"{source}{line}: {place}{error.message}") from error


def parse_text(text: str, source: str) -> Any:
    """Return the data of a text, in which numbers are text. Raises ScenarioError."""
    start = text.lstrip()
    if not start.startswith("{"):
        return parse_yaml(text, source)
    try:
        return parse_json(text, source)
    except ScenarioError as json_error:
        try:
            return parse_yaml(text, source)
        except ScenarioError:
            if start[1:].lstrip().startswith('"'):  # meant as JSON, most likely
                raise json_error from None
            raise


def parse_json(text: str, source: str) -> Any:
    """Return the data of a JSON text, in which numbers are text. Raises ScenarioError."""
    try:
        return json.loads(text, object_pairs_hook=unique, parse_int=Plain, parse_float=Plain, parse_constant=Plain)
    except json.JSONDecodeError as error:
        raise ScenarioError(f"{source}, line {error.lineno}: the text must be JSON: {error.msg}.") from error
    except RecursionError:
        raise ScenarioError(f"{source} must not be nested deeper than {MAX_DEPTH} levels.") from None
    except ValueError as error:
        raise ScenarioError(f"{source}: {error}.") from error


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the members of a JSON object; ValueError if a name is repeated."""
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise ValueError(f"the key {name[:40]!r} is repeated")
        members[name] = value
    return members


def parse_yaml(text: str, source: str) -> Any:
    """Return the data of a YAML text, in which all scalars but null are text. Raises ScenarioError."""
    try:
        check_depth(text, source)
        node = yaml.compose(text, Loader=LOADER)
        if node is None:
            raise ScenarioError(f"{source} must have at least one rule, and it is empty.")
        check_node(node, source, set(), 0)
        return value_of(node)
    except ScenarioError:
        raise
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScenarioError(
            f"{source}, line {line}: the text must be YAML: {error.problem or error.context}."
        ) from error
    except RecursionError:
        raise ScenarioError(f"{source} must not be nested deeper than {MAX_DEPTH} levels.") from None
    except (yaml.YAMLError, ValueError) as error:
        raise ScenarioError(f"{source} must be YAML: {error}.") from error


def check_depth(text: str, source: str) -> None:
    """Refuse a YAML text that is nested deeper than MAX_DEPTH, before the recursive steps of parsing it."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            line = f", line {event.start_mark.line + 1}" if event.start_mark else ""
            raise ScenarioError(f"{source}{line}: the text must not be nested deeper than {MAX_DEPTH} levels.")


def value_of(node: Node) -> Any:
    """Return the value of a node: null if it is spelled so without quotes, else text."""
    if isinstance(node, MappingNode):
        return {name.value: value_of(value) for name, value in node.value}
    if isinstance(node, SequenceNode):
        return [value_of(value) for value in node.value]
    if not isinstance(node, ScalarNode) or node.style:
        return node.value
    return None if node.value in NULLS else Plain(node.value)


def compose(text: str) -> Node | None:
    """Return the nodes of a text, with their lines; None for JSON that is not YAML."""
    try:
        return yaml.compose(text.replace("\t", " "), Loader=LOADER)
    except (yaml.YAMLError, ValueError):
        return None


def line_of(node: Node, path: str) -> int:
    """Return the line of the value at a path such as rules[1].then, or of the nearest value around it."""
    line = int(node.start_mark.line)
    for match in STEP.finditer(f".{path}"):
        key, index = match.groups()
        if isinstance(node, MappingNode) and key is not None:
            entry = next(((name, value) for name, value in node.value if name.value == key), None)
            if entry is None:
                break
            line, node = entry[0].start_mark.line, entry[1]
        elif isinstance(node, SequenceNode) and index is not None and int(index) < len(node.value):
            node = node.value[int(index)]
            line = node.start_mark.line
        else:
            break
    return line + 1


def check_node(node: Node, source: str, seen: set[int], depth: int) -> None:
    """Refuse aliases, repeated keys, and nesting deeper than MAX_DEPTH."""
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise ScenarioError(f"{source}, line {line}: anchors and aliases (& and *) are not allowed.")
    if depth > MAX_DEPTH:
        raise ScenarioError(f"{source}, line {line}: the text must not be nested deeper than {MAX_DEPTH} levels.")
    seen.add(id(node))
    if isinstance(node, MappingNode):
        names: set[str] = set()
        for name, value in node.value:
            if not isinstance(name, ScalarNode):
                raise ScenarioError(f"{source}, line {name.start_mark.line + 1}: a key must be a plain text.")
            if name.value in names:
                raise ScenarioError(f"{source}, line {name.start_mark.line + 1}: the key {name.value!r} is repeated.")
            names.add(name.value)
            check_node(value, source, seen, depth + 1)
    elif isinstance(node, SequenceNode):
        for value in node.value:
            check_node(value, source, seen, depth + 1)
