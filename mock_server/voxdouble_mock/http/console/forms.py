"""The choices that the forms of the console offer, taken from the technologies and from the kinds of faults."""

from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from msgspec import NODEFAULT, inspect

from voxdouble_mock.core.fault import Fault, GetFault, PostFault
from voxdouble_mock.technologies import all_technologies
from voxdouble_mock.technologies._technology import MediaTechnology


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a fault, as a form asks for it."""

    name: str
    choices: tuple[str, ...]
    """The allowed values, if they are listed."""
    kind: str
    """The type of the input: number, text, checkbox or select."""
    default: str
    required: bool


@dataclass(frozen=True, slots=True)
class FaultForm:
    """A kind of fault: its description, its members, and its method; the method is empty if it applies to all."""

    kind: str
    text: str
    method: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class TechnologyForm:
    """A technology: its name, whether it takes a recording, and its query parameters or lists of voiceprints."""

    name: str
    takes_recording: bool
    members: tuple[str, ...]


@cache
def technology_forms() -> tuple[TechnologyForm, ...]:
    """Return the technologies in the order of their names."""
    return tuple(
        TechnologyForm(
            name,
            isinstance(one, MediaTechnology),
            tuple(parameter.name for parameter in one.parameters) if isinstance(one, MediaTechnology) else one.lists,
        )
        for name, one in sorted(all_technologies().items())
    )


@cache
def fault_forms() -> tuple[FaultForm, ...]:
    """Return the kinds of faults in the order of their definition."""
    return tuple(_fault_form(kind) for kind in get_args(Fault))


def _fault_form(kind: Any) -> FaultForm:
    struct = inspect.type_info(kind)
    assert isinstance(struct, inspect.StructType)
    method = "POST" if kind in get_args(PostFault) else "GET" if kind in get_args(GetFault) else ""
    fields = tuple(_field(field) for field in struct.fields)
    return FaultForm(str(struct.tag), kind.__doc__.partition("\n")[0], method, fields)


def _field(field: inspect.Field) -> Field:
    types = field.type.types if isinstance(field.type, inspect.UnionType) else (field.type,)
    (one,) = [kind for kind in types if not isinstance(kind, inspect.NoneType)]
    default = "" if field.default in {NODEFAULT, None} else str(field.default)
    if isinstance(one, inspect.LiteralType):
        return Field(field.name, tuple(map(str, one.values)), "select", default, field.required)
    kind = {inspect.BoolType: "checkbox", inspect.StrType: "text"}.get(type(one), "number")
    return Field(field.name, (), kind, default, field.required)
