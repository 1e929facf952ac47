"""From the text of a scenario, YAML or JSON, to rules; every message names the offending line.

JSON is read as the YAML that it is. Scalars are read as plain text and take the type that the schema wants, so that
`channels: 0` is the text "0" in a query and the number 0 elsewhere. Anchors and aliases are refused: a few lines of
them can stand for gigabytes.
"""

from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from voxdouble_mock.core import conversion
from voxdouble_mock.core.scenario import Scenario

MAX_DEPTH = 20


class ScenarioError(ValueError):
    """The text is no scenario; the message says where and why."""


def parse_scenario(text: str, source: str = "scenario") -> Scenario:
    """Read a scenario; `source` is how messages call it.

    Raises ScenarioError, such as "flaky.yaml, line 7: rules[1].then.pending: `pending` must be ...".
    """
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
        if node is None:
            raise ScenarioError(f"{source} is empty; a scenario has at least one rule.")
        check_node(node, source, set(), 0)
        data = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (the base loader makes strings only)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScenarioError(f"{source}, line {line}: {error.problem or 'this is no YAML'}.") from error
    except RecursionError:
        raise ScenarioError(f"{source} is nested too deeply.") from None
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise ScenarioError(f"{source} is not readable: {error}.") from error
    return convert(data, node, source)


def convert(data: Any, node: Node, source: str) -> Scenario:
    """Return the data as a scenario; the message of an error names the line."""
    try:
        return conversion.convert(data, Scenario, strict=False)
    except conversion.InvalidData as error:
        where = error.path or "the scenario"
        line = line_of(node, f".{error.path}")
        raise ScenarioError(f"{source}, line {line}: {where}: {error.message}") from error


def line_of(node: Node, path: str) -> int:
    """Find the line of what a path like `.rules[1].then` names, or of the nearest thing around it."""
    line = int(node.start_mark.line)
    for match in conversion.STEP.finditer(path):
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
    """Refuse aliases, repeated keys and absurd depth."""
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise ScenarioError(f"{source}, line {line}: anchors and aliases (& and *) cannot be used here.")
    if depth > MAX_DEPTH:
        raise ScenarioError(f"{source}, line {line}: this is nested too deeply.")
    seen.add(id(node))
    if isinstance(node, MappingNode):
        names: set[str] = set()
        for name, value in node.value:
            if not isinstance(name, ScalarNode):
                raise ScenarioError(f"{source}, line {name.start_mark.line + 1}: a key is a plain word.")
            if name.value in names:
                raise ScenarioError(f"{source}, line {name.start_mark.line + 1}: {name.value!r} is given twice.")
            names.add(name.value)
            check_node(value, source, seen, depth + 1)
    elif isinstance(node, SequenceNode):
        for value in node.value:
            check_node(value, source, seen, depth + 1)
