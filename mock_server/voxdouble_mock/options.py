"""Options as data: a dataclass field with its allowed values, default and help.

The command's options, their environment variables, the keyword arguments of `MockAppliance` and docs/options.md are
all made from the fields of `Settings`, `Limits` and `ServeSettings`.
"""

import dataclasses
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

MAX_SECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Kind:
    """The values that an option allows; `requirement` continues the words "must be"."""

    requirement: str
    accepts: Callable[[Any], bool]
    metavar: str
    parse: Callable[[str], Any] = str
    """Makes the value from text; raises ValueError."""
    secret: bool = False
    """Whether messages must not show the value. A value with an @ is never shown, since it may hold a password."""

    def refusal(self, value: object, name: str) -> str:
        """Return the message that refuses a value; `name` is the option's name as the caller spells it."""
        found = "" if self.secret or "@" in str(value) else f", got {value!r}"
        return f"{name} must be {self.requirement}{found}."


@dataclass(frozen=True, slots=True)
class Option:
    """One option of the mock."""

    name: str
    """In Python."""
    kind: Kind
    default: Any
    help: str
    default_text: str
    """The default as help and documents show it; empty if the option has no default."""
    multiple: bool
    in_command: bool
    """Whether `voxdouble serve` has it; the others can be set in Python only."""
    singular: str
    """For an option with several values, the name of one of them; for the others, the option's name."""
    statements: str
    """The ids of the statements on which the option stands, such as "S59, S81"."""

    @property
    def flag(self) -> str:
        """The option of `voxdouble serve`, such as --task-lifetime."""
        return "--" + self.singular.replace("_", "-")

    @property
    def environment(self) -> str:
        """The environment variable, such as VOXDOUBLE_TASK_LIFETIME."""
        return "VOXDOUBLE_" + self.singular.upper()


def option(
    default: Any,
    kind: Kind,
    text: str,
    *,
    default_text: str = "",
    singular: str | None = None,
    in_command: bool = True,
    statements: str = "",
) -> Any:
    """Return a dataclass field that is an option; with `singular` its value is a list, and its flag may be repeated."""
    details = {
        "kind": kind,
        "help": text,
        "default_text": default_text or show_default(kind, default),
        "singular": singular,
        "in_command": in_command,
        "statements": statements,
    }
    return dataclasses.field(default=default, metadata=details)


def show_default(kind: Kind, default: object) -> str:
    """Return a default as documents show it: 500 MB, 7200, real; empty for no default."""
    if not default:
        return ""
    if isinstance(default, float):
        return f"{default:g}"
    if kind.metavar == "BYTES" and isinstance(default, int):
        return f"{default >> 30} GiB" if default % (1 << 30) == 0 else f"{default / 1e6:g} MB"
    return str(default)


def options_of(*records: type) -> list[Option]:
    """Return the options among the fields of dataclasses, in their order."""
    return [
        Option(
            name=field.name,
            kind=field.metadata["kind"],
            default=field.default,
            help=field.metadata["help"],
            default_text=field.metadata["default_text"],
            multiple=field.metadata["singular"] is not None,
            in_command=field.metadata["in_command"],
            singular=field.metadata["singular"] or field.name,
            statements=field.metadata["statements"],
        )
        for record in records
        for field in dataclasses.fields(record)
        if field.metadata
    ]


def names_of(record: type) -> list[str]:
    """Return the names of the options among the fields of a dataclass."""
    return [field.name for field in dataclasses.fields(record) if field.metadata]


def check_options(record: Any) -> None:
    """Raise ValueError if a field of a dataclass has a value that its option does not allow."""
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if not field.metadata or (value is None and field.default is None):
            continue
        kind: Kind = field.metadata["kind"]
        multiple = field.metadata["singular"] is not None
        if multiple and not isinstance(value, list | tuple):
            raise ValueError(f"`{field.name}` must be a list, got {value!r}.")
        for one in value if multiple else [value]:
            if not kind.accepts(one):
                raise ValueError(kind.refusal(one, f"`{field.name}`"))


def unknown_name(noun: str, given: object, allowed: Iterable[str]) -> str:
    """Return the message that refuses an unknown name and lists the allowed ones, the closest first."""
    names = list(allowed)
    close = get_close_matches(str(given), names, n=3)
    hint = f", did you mean {close[0]!r}?" if close else "."
    ordered: Sequence[str] = [*close, *(name for name in names if name not in close)]
    return f"Unknown {noun} {str(given)[:100]!r}{hint} Supported: {', '.join(ordered) or 'none'}."


def is_whole(value: object) -> bool:
    """Return whether a value is a whole number (a bool is not)."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_seconds(value: object) -> bool:
    """Return whether a value is a number from 0 to MAX_SECONDS (NaN is not)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MAX_SECONDS


def passes(check: Callable[[Any], object]) -> Callable[[Any], bool]:
    """Return a predicate that is true for values of which `check` raises no ValueError."""

    def accepts(value: object) -> bool:
        try:
            check(value)
        except ValueError:
            return False
        return True

    return accepts


def matches(pattern: str) -> Callable[[Any], bool]:
    """Return a predicate that is true for texts that match a pattern as a whole."""
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def one_of(*names: str) -> Kind:
    """Return the kind of an option that takes one of these names."""
    return Kind(f"one of {', '.join(names)}", lambda value: value in names, "|".join(names))


SECONDS = Kind(f"a number of seconds from 0 to {MAX_SECONDS}", is_seconds, "SECONDS", float)
COUNT = Kind("a whole number of at least 1", lambda value: is_whole(value) and value >= 1, "N", int)
BYTES = dataclasses.replace(COUNT, metavar="BYTES")
INTEGER = Kind("a whole number", is_whole, "N", int)
TEXT = Kind("a text", lambda value: isinstance(value, str), "TEXT")
FLAG = Kind("true or false", lambda value: isinstance(value, bool), "")
