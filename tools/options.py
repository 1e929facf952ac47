"""Generator of docs/options.md: the options of the mock, as the dataclasses of the settings define them.

`make options` runs it; a test compares the file with the result.
"""

from collections.abc import Iterable
from pathlib import Path

from tools.fidelity import row
from voxdouble_mock.control import MAX_FAULTS
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.request_log import MAX_ENTRIES, MAX_ENTRY_BYTES
from voxdouble_mock.http.vendor.multipart_parser import MAX_HEAD
from voxdouble_mock.http.vendor.upload import MAX_PARTS
from voxdouble_mock.options import Option, options_of
from voxdouble_mock.settings import ServeSettings, Settings
from voxdouble_mock.technologies import discover

PAGE = Path(__file__).parent.parent / "docs" / "options.md"
HEAD = """# Options

Made by `make options` from the dataclasses `ServeSettings`, `Settings` and `Limits` in
`mock_server/voxdouble_mock`.

Each option of `voxdouble serve` can be given by environment too: `--task-lifetime 60` as `VOXDOUBLE_TASK_LIFETIME=60`.
In Python the options of the second table are keyword arguments of `MockAppliance`, of the fixture `make_appliance` and
of the mapping that the fixture `appliance_options` returns, with underscores: `MockAppliance(task_lifetime=60)`. An
option that may be repeated is a list there: {lists}.
In the environment its values are separated by spaces.

SECONDS may have decimals; 0 is allowed. The last column names the statements of the contract behind an option
([fidelity.md](fidelity.md)).
"""
SERVE = """
## Where the command listens and what it loads

`MockAppliance` has `host`, `port` (default 0), `scenario` and `no_token` too.

"""
BEHAVIOUR = """
## Behaviour and limits

"""
TIMES = """
### Times by technology

Seconds that a task is pending and running, unless `--pending`, `--running` or a scenario sets another time.

"""
PYTHON = f"""
## Limits that can be set in Python only

They are keyword arguments of `MockAppliance`. The log of a namespace keeps the last {MAX_ENTRIES:,} requests, each in
at most {MAX_ENTRY_BYTES:,} bytes; a namespace holds at most {MAX_FAULTS:,} armed faults. An upload has at most
{MAX_PARTS} parts, each with at most {MAX_HEAD:,} bytes of headers. Live data is never evicted to make room.

"""


def page() -> str:
    """Return the text of docs/options.md."""
    known = options_of(Settings, Limits)
    lists = ", ".join(f"`{one.flag}` is `{one.name}`" for one in known if one.multiple)
    return "".join(
        [
            HEAD.format(lists=lists),
            SERVE,
            *command_table(options_of(ServeSettings)),
            BEHAVIOUR,
            *command_table(one for one in known if one.in_command),
            TIMES,
            *times_table(),
            PYTHON,
            *python_table(one for one in known if not one.in_command),
        ]
    )


def command_table(options: Iterable[Option]) -> Iterable[str]:
    """Yield the rows of a table of options of the command."""
    yield row("option", "environment", "default", "meaning", "statements")
    yield row("---", "---", "---", "---", "---")
    for one in options:
        flag = f"`{one.flag} {one.kind.metavar}`" if one.kind.metavar else f"`{one.flag}`"
        yield row(flag, f"`{one.environment}`", one.default_text, one.help, one.statements)


def times_table() -> Iterable[str]:
    """Yield the rows of the table of default times."""
    yield row("technology", "pending", "running")
    yield row("---", "---:", "---:")
    for name, technology in sorted(discover().items()):
        yield row(f"`{name}`", f"{technology.pending:g}", f"{technology.running:g}")


def python_table(options: Iterable[Option]) -> Iterable[str]:
    """Yield the rows of the table of options that the command does not have."""
    yield row("argument", "default", "meaning")
    yield row("---", "---", "---")
    for one in options:
        yield row(f"`{one.name}`", one.default_text, one.help)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
