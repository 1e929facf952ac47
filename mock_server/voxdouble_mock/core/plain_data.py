"""Plain data of JSON and YAML: its bounds, and its conversion into structs with messages that name the place."""

import re
from ast import literal_eval
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from voxdouble_mock.core.fault import ORIGIN
from voxdouble_mock.core.scenario import DIGEST
from voxdouble_mock.options import unknown_name

T = TypeVar("T")
MAX_SHOWN = 100
MAX_DEPTH = 20
MAX_TEXT = 1024
"""The most bytes of a name, a message or a pattern (P7)."""
PATTERNS = {
    DIGEST: "64 lower-case hexadecimal digits",
    ORIGIN: "a scheme and printable ASCII characters, such as http://elsewhere.example",
}
STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(\d+|\.\.\.)\]")
CONSTANTS = {"None": "null", "True": "true", "False": "false"}
WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
}


class InvalidData(ValueError):
    """The data does not fit the type; `path` names the place, such as rules[0].then.pending."""

    def __init__(self, message: str, path: str) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


def convert(data: Any, kind: type[T], *, strict: bool = True) -> T:
    """Return the data as a struct; with `strict=False` texts are parsed as numbers where the struct has numbers.

    Raises InvalidData, such as "`seconds` must be a number <= 60.0, got 99."
    """
    try:
        return msgspec.convert(data, kind, strict=strict)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$")
        path = path.rstrip("`").removeprefix(".")
        raise InvalidData(message_of(reason, path, data, kind), path) from error


def storable(data: Any, path: str = "", depth: int = 0) -> Any:
    """Return plain data without null members: null means absent. Only a null `count` is kept, which means without end.

    Raises InvalidData for values that no JSON response could return: a lone surrogate, a number beyond 64 bits, an
    infinite number. Raises it also for nesting deeper than MAX_DEPTH and for a text longer than MAX_TEXT.
    """
    if depth > MAX_DEPTH:
        raise InvalidData(f"The data must not be nested deeper than {MAX_DEPTH} levels.", path)
    if isinstance(data, str):
        check_text(data, path)
    elif isinstance(data, int | float) and not -(1 << 63) <= data < 1 << 63:
        raise InvalidData("A number must be from -2^63 to below 2^63.", path)
    elif isinstance(data, list | tuple):
        return [storable(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(data)]
    elif isinstance(data, Mapping):
        kept = {}
        for name, value in data.items():
            check_text(name, path)
            if value is not None or name == "count":
                kept[name] = storable(value, f"{path}.{name}" if path else str(name), depth + 1)
        return kept
    return data


def check_text(text: object, path: str, most: int = MAX_TEXT) -> None:
    """Raise InvalidData for a text with a lone surrogate, which is not Unicode, or one of more than `most` bytes."""
    if not isinstance(text, str):
        return
    try:
        size = len(text) if text.isascii() else len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise InvalidData(f"A text must be Unicode, got a lone surrogate in {text[:40]!a}.", path) from error
    if size > most:
        raise InvalidData(f"A text must have at most {most} bytes, got {size} in {text[:40]!r}.", path)


def message_of(reason: str, path: str, data: Any, kind: type) -> str:
    """Return the message for msgspec's reason at a path of the data."""
    place, value, tags = find(path, data, inspect.type_info(kind))
    name = re.split(r"[.\[]", path)[-1].rstrip("]") if path else ""
    subject = f"`{name if name.isidentifier() else path}`" if path else "The data"
    shown = shown_value(value)[:MAX_SHOWN]
    if tags:
        return unknown_name(name, value, tags)
    if isinstance(place, inspect.LiteralType):
        return f"{subject} must be one of {', '.join(map(str, place.values))}, got {shown}."
    unknown = re.fullmatch(r"Object contains unknown field `(.+)`", reason)
    if unknown and isinstance(place, inspect.StructType):
        return unknown_name("member", unknown[1], members(place))
    missing = re.fullmatch(r"Object missing required field `(.+)`", reason)
    if missing:
        return f"`{missing[1]}` is required{f' in `{path}`' if path else ''}."
    expected = re.fullmatch(r"Expected (.+?)(, got `\w+`)?", reason)
    if expected:
        return f"{subject} must be {in_words(expected[1])}, got {shown}."
    return f"{reason.rstrip('.')}."  # of a struct's own check


def shown_value(value: object) -> str:
    """Return a value as a message shows it; null, true and false have their names in JSON and YAML."""
    return CONSTANTS.get(repr(value), repr(value))


def in_words(expected: str) -> str:
    """Return msgspec's description of a type, such as "`int | null` >= 1", in words."""
    pattern = re.fullmatch(r"`str(?: \| null)?` matching regex (.+)", expected)
    if pattern:
        return PATTERNS[literal_eval(pattern[1])]

    def translated(types: re.Match[str]) -> str:
        return " or ".join(WORDS.get(one, one) for one in types[1].split(" | "))

    return re.sub(r"`([^`]*)`", translated, expected)


def find(path: str, data: Any, kind: inspect.Type) -> tuple[inspect.Type, Any, list[str]]:
    """Return the type and the value at a path. If the path ends at the tag of a union, return its allowed tags too."""
    for match in STEP.finditer(path if path[:1] == "[" else f".{path}"):
        key, index = match.groups()
        kind = chosen(kind, data)
        if isinstance(kind, inspect.UnionType):
            tags = [str(one.tag) for one in structs(kind) if one.tag_field == key]
            return kind, data.get(key), tags if isinstance(data.get(key), str) else []
        if isinstance(kind, inspect.StructType) and key is not None:
            kind = next((field.type for field in kind.fields if field.encode_name == key), inspect.AnyType())
        elif isinstance(kind, inspect.VarTupleType | inspect.ListType):
            kind = kind.item_type
        else:
            kind = inspect.AnyType()
        if index == "...":
            break
        data = data[key] if key is not None else data[int(index)]
    return chosen(kind, data), data, []


def chosen(kind: inspect.Type, data: Any) -> inspect.Type:
    """Return the type in a union that fits the data: the struct with its tag, or without tags, else the enumeration.

    Returns the union if none of its types is chosen.
    """
    if not isinstance(kind, inspect.UnionType):
        return kind
    for one in structs(kind):
        if one.tag_field is None or (isinstance(data, dict) and data.get(one.tag_field) == one.tag):
            return one
    literals = [one for one in kind.types if isinstance(one, inspect.LiteralType)]
    return literals[0] if literals else kind


def structs(kind: inspect.UnionType) -> Iterator[inspect.StructType]:
    """Yield the structs of a union."""
    return (one for one in kind.types if isinstance(one, inspect.StructType))


def members(kind: inspect.StructType) -> list[str]:
    """Return the names that an object of a struct's kind may have."""
    tag = [kind.tag_field] if kind.tag_field else []
    return [*tag, *(field.encode_name for field in kind.fields)]
