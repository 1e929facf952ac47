"""Generator of docs/names.md: the public names of the client and the mock with their docstrings, and the fixtures.

`make names` runs it; a test compares the file with the result.
"""

import inspect
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import voxdouble_client
import voxdouble_mock
from tools.fidelity import row
from voxdouble import pytest_plugin
from voxdouble_mock.core.request_log import LoggedRequest
from voxdouble_mock.in_process.mock_appliance import MockClock
from voxdouble_mock.in_process.request_assertions import SeenRequests

PAGE = Path(__file__).parent.parent / "docs" / "names.md"
HEAD = """# Names in Python

Made by `make names` from signatures and docstrings; an editor shows the same. This page is for reference; others
explain: [client/README.md](../client/README.md), [python-api.md](python-api.md), [pytest.md](pytest.md). In the tables
`name(...)` is a method, and a name without parentheses is an attribute.

"""
CLIENT = "\n# voxdouble_client\n"
MOCK = """
# voxdouble_mock

`clock` of a `MockAppliance` is a `MockClock`; `requests` is a `SeenRequests` of `LoggedRequest`; `namespace(...)`
and the fixture `appliance` return an object with its `url`, `clock`, `scenario`, `fault`, `options`, `requests` and
`reset`.
"""
RETURNED = (MockClock, SeenRequests, LoggedRequest)
"""Classes whose objects users get, and do not make."""
BASE = voxdouble_client.ApplianceError
NOT_FOR_USERS = ("attach_handle", "numbered")
"""Public methods that only other modules of the project call."""
FIXTURES = "\n# Fixtures of pytest\n\n"
INTERNAL = ("appliance_server", "appliance_servers", "contract_targets")
"""Fixtures that the others and the contract suite use, not the tests of users."""


def page() -> str:
    """Return the text of docs/names.md."""
    client = [getattr(voxdouble_client, name) for name in voxdouble_client.__all__]
    mock = [getattr(voxdouble_mock, name) for name in voxdouble_mock.__all__]
    parts = [HEAD, CLIENT, *map(section, client), MOCK]
    return "".join([*parts, *map(section, [*mock, *RETURNED]), FIXTURES, *of_fixtures()])


def section(thing: Any) -> str:
    """Return the section of a class or a function: its parameters, its docstring, and the table of its members."""
    made_by_users = thing not in RETURNED and not fields_of(thing) and not issubclass_of(thing, BaseException)
    parameters = signature(thing) if made_by_users else ""
    text = f"\n## {thing.__name__}\n\n`{thing.__name__}{parameters}`\n\n{described(thing)}\n"
    if fields_of(thing):
        text += f"\nAttributes: {', '.join(f'`{name}`' for name in fields_of(thing))}.\n"
    if issubclass_of(thing, BASE):
        text += f"\nAttributes: {', '.join(attributes_of(thing))}.\n"
    members = [*members_of(thing)]
    if members:
        text += "\n" + row("member", "meaning") + row("---", "---") + "".join(row(*member) for member in members)
    return text


def issubclass_of(thing: object, base: type) -> bool:
    """Return whether a thing is this class or a subclass of it."""
    return inspect.isclass(thing) and issubclass(thing, base)


def fields_of(thing: object) -> tuple[str, ...]:
    """Return the names of the fields of a record; empty for other things."""
    return tuple(getattr(thing, "__struct_fields__", ()))


def attributes_of(error: type) -> Iterable[str]:
    """Yield the attributes of an error; the last entry stands for those of its base, `ApplianceError`."""
    common = assigned_in(BASE)
    if error is not BASE:
        below = error.__mro__[: error.__mro__.index(BASE)]
        names = dict.fromkeys(name for one in below for name in assigned_in(one) if name not in common)
        yield from (f"`{name}`" for name in names)
        yield "and those of `ApplianceError`"
    else:
        yield from (f"`{name}`" for name in common)


def assigned_in(error: type) -> list[str]:
    """Return the names of the public attributes that a class annotates, or assigns at its creation."""
    source = inspect.getsource(vars(error)["__init__"]) if "__init__" in vars(error) else ""
    return [*inspect.get_annotations(error), *re.findall(r"self\.([a-z]\w*) = ", source)]


def members_of(thing: Any) -> Iterable[tuple[str, str]]:
    """Yield the methods and properties of a class, each with its docstring."""
    for name, member in inspect.getmembers(thing):
        if name.startswith("_") or name in (*NOT_FOR_USERS, *fields_of(thing)) or name in vars(BaseException):
            continue
        if isinstance(member, property):
            yield f"`{name}`", described(member)
        elif inspect.isfunction(member) and member.__module__.startswith("voxdouble"):
            yield f"`{name}{signature(member)}`", described(member)


def signature(function: Callable[..., object]) -> str:
    """Return the parameters of a function with their defaults, without types, and without self."""
    parameters = [
        one.replace(annotation=inspect.Parameter.empty)
        for one in inspect.signature(function).parameters.values()
        if one.name != "self"
    ]
    return re.sub(r"<built-in function (\w+)>", r"\1", str(inspect.Signature(parameters)))


def described(thing: object) -> str:
    """Return a docstring with its paragraphs in one line."""
    return " ".join((inspect.getdoc(thing) or "").split())


def of_fixtures() -> Iterable[str]:
    """Yield the table of the fixtures that the plugin defines."""
    yield row("fixture", "scope", "meaning")
    yield row("---", "---", "---")
    for name, fixture in vars(pytest_plugin).items():
        marker = getattr(fixture, "_fixture_function_marker", None)
        if marker is not None and name not in INTERNAL:
            yield row(f"`{name}`", str(marker.scope), described(fixture))
    yield f"\nFor the fixtures above and for the contract suite only: {', '.join(f'`{name}`' for name in INTERNAL)}.\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
