"""The parser of scenarios, YAML or JSON; each error message names the line.

JSON is parsed as YAML, of which it is a part. Scalars are read as text and converted to the type that the schema
requires, so `channels: 0` is the text "0" in a query, and `nth: 2` is a number. Anchors and aliases are refused,
because a few lines of them can stand for gigabytes.
"""

from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from voxdouble_mock.core.conversion import STEP, InvalidData, convert
from voxdouble_mock.core.scenario import Scenario

MAX_DEPTH = 20


class ScenarioError(ValueError):
    """Raised for a malformed scenario; the message is a sentence that names the line."""


def parse_scenario(text: str, source: str = "scenario") -> Scenario:
    """Return the scenario in a text; `source` names the text in messages.

    Raises ScenarioError, such as "bad.yaml, line 7: rules[1].then.nth: `nth` must be a whole number >= 1, got '0'."
    """
    node, data = parse_yaml(text, source)
    try:
        return convert(data, Scenario, strict=False)
    except InvalidData as error:
        place = f"{error.path}: " if error.path else ""
        raise ScenarioError(f"{source}, line {line_of(node, error.path)}: {place}{error.message}") from error


def parse_yaml(text: str, source: str) -> tuple[Node, Any]:
    """Return the nodes of a YAML text, which know their lines, and its data, in which all scalars are text."""
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
        if node is None:
            raise ScenarioError(f"{source} must have at least one rule, and it is empty.")
        check_node(node, source, set(), 0)
        return node, yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (the base loader creates strings only)
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
