"""A mock appliance inside the caller's process: a real server on a free port, for as long as a `with` block lasts."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, get_args

import msgspec
from msgspec import UNSET, UnsetType

from voxdouble_mock import voice
from voxdouble_mock.assembly import Assembly, assemble, settings_of
from voxdouble_mock.core.clock import Mode, parse_pace, to_seconds
from voxdouble_mock.core.errors import ValidationFailed
from voxdouble_mock.core.fault import Fault, FaultSpec
from voxdouble_mock.core.namespace_names import check_name
from voxdouble_mock.core.namespace_options import OptionChanges
from voxdouble_mock.core.plain_data import convert, storable
from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.hosts import is_loopback
from voxdouble_mock.http.errors import malformed_request_text, overloaded_text
from voxdouble_mock.in_process.request_assertions import SeenRequests
from voxdouble_mock.options import unknown_name
from voxdouble_mock.real_time import host_time, real_now
from voxdouble_mock.scenarios.bundled import load_scenario
from voxdouble_mock.scenarios.values import to_scenario
from voxdouble_mock.settings import PORT
from voxdouble_mock.store import DEFAULT_NAMESPACE
from voxdouble_mock.wsgi.server import HttpServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from voxdouble_mock.core.transitions import Transition

voice.load()  # now, since a test can replace the file system later
FAULTS = {kind.__struct_config__.tag: kind.__struct_fields__ for kind in get_args(Fault)}
"""The kinds of faults, each with its members."""
CACHE_BYTES = 8_000_000
"""The default of the option `cache` in process, where many mocks may run at one time."""


class MockClock:
    """The clock of one namespace, in seconds. `now` and `sleep` can be given to the client under the same names."""

    def __init__(self, parts: Assembly, namespace: str) -> None:
        self._parts = parts
        self._namespace = namespace

    def now(self) -> float:
        """Return the time that the clock shows, in seconds since the epoch."""
        return to_seconds(self._parts.appliance.clock(self._namespace)[1])

    def advance(self, seconds: float) -> "list[Transition]":
        """Advance the clock at once, in every mode; return the transitions of tasks in this time, in their order.

        Raises ValueError unless `seconds` is a number from 0 to 10,000,000,000, and for an advance beyond the instant
        10**12 (30,000 years from now).
        """
        with _as_value_error():
            return self._parts.appliance.advance(self._namespace, seconds)

    def advance_to_next_event(self) -> "list[Transition]":
        """Move the clock to the next change of any task's state, if one is to come; return the transitions passed.

        After a task's end its next change is its expiry, an hour later by default, to the state `expired`.
        """
        return self._parts.appliance.advance_to_next(self._namespace)

    def set(self, clock: str) -> None:
        """Change the pace: "real", "manual" or "scale:60"; the clock continues from the time that it shows.

        With "real" it first catches up with real time.
        """
        self._parts.appliance.change_pace(self._namespace, parse_pace(clock))

    def __repr__(self) -> str:
        pace, now = self._parts.appliance.clock(self._namespace)
        rate = f":{pace.rate:g}" if pace.mode is Mode.SCALE else ""
        return f"<MockClock {pace.mode}{rate} at {to_seconds(now):.3f}>"

    def sleep(self, seconds: float) -> None:
        """Advance the clock, in every mode, and return at once."""
        self.advance(seconds)


class MockNamespace:
    """One private appliance below a mock's base URL: its own tasks, clock, scenario, faults and log."""

    def __init__(self, parts: Assembly, namespace: str, base_url: Callable[[], str]) -> None:
        self._parts = parts
        self._namespace = namespace
        self._base_url = base_url
        self.clock = MockClock(parts, namespace)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url}>"

    @property
    def url(self) -> str:
        """The base URL, such as http://127.0.0.1:43210; known once the mock has started."""
        return self._base_url() + (f"/_ns/{self._namespace}" if self._namespace else "")

    @property
    def requests(self) -> SeenRequests:
        """The requests to the vendor's paths so far, oldest first, at most the last thousand."""
        kept, total = self._parts.control.requests(self._namespace)
        return SeenRequests(kept, dropped=total - len(kept))

    def scenario(self, scenario: str | Path | Mapping[str, Any] | None) -> None:
        """Set the scenario: the name of a bundled one, a file's path, or the rules themselves; None removes it.

        Raises ValueError for an invalid scenario; the message says where the error is.
        """
        rules = read_scenario(scenario)
        with _as_value_error():
            self._parts.control.set_scenario(self._namespace, rules)

    def fault(
        self,
        kind: str,
        *,
        technology: str | None = None,
        method: str | None = None,
        task_id: str | None = None,
        nth: int = 1,
        count: int | UnsetType | None = UNSET,
        life: float | None = None,
        **members: Any,
    ) -> None:
        """Arm a fault: `fault("status", status=503, nth=2)`. docs/scenarios.md lists the kinds and their members.

        `technology`, `method` and `task_id` are the address of the fault. The fault applies to the `nth` call at this
        address and to later calls, to `count` in all, within `life` seconds of the clock. `count=None` means without
        end; the default is 1, but without end for `lost-task` and `never-ending`. Raises ValueError for an invalid
        fault.
        """
        calls = {"technology": technology, "method": method, "task_id": task_id, "nth": nth, "life": life}
        if kind not in FAULTS:
            raise ValueError(unknown_name("fault", kind, FAULTS))
        for name in members:
            if name not in FAULTS[kind]:
                raise ValueError(unknown_name("fault member", name, [*FAULTS[kind], *calls, "count"]))
        spec = {"fault": {"kind": kind, **members}, **calls, **({} if count is UNSET else {"count": count})}
        with _as_value_error():
            self._parts.control.arm(self._namespace, convert(storable(spec), FaultSpec))

    def options(self, **changes: Any) -> dict[str, str]:
        """Change options, `options(generation="e1", members="null")`; return all that apply.

        Options that are not given stay as they are. A reset returns to the options with which the server was started.
        `pack` may also be the folder of a pack. Raises ValueError for an unknown option or value, and if a result of
        the scenario does not fit the new options.
        """
        if changes:
            if changes.get("pack"):
                changes["pack"] = self._parts.appliance.packs.add(changes["pack"])
            with _as_value_error():
                self._parts.control.change_options(self._namespace, convert(storable(changes), OptionChanges))
        return msgspec.structs.asdict(self._parts.control.options(self._namespace))

    def reset(self) -> None:
        """Reset the namespace: no task, no fault, empty log, fresh clock, the server's own scenario and options."""
        self._parts.appliance.reset(self._namespace)


class MockAppliance(MockNamespace):
    """A mock appliance on a port of its own; the object is its default namespace.

    The options are those of `voxdouble serve`, `verbose` aside (`clock="manual"`, `pending=0`, `max_upload=1000`), and
    the limits that can be set in Python only (`max_json`, `max_tasks`, ...). Raises ValueError for an invalid value and
    TypeError for an unknown option. `wrap` may put WSGI middleware around the application.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        scenario: str | Path | Mapping[str, Any] | None = None,
        no_token: bool = False,
        wrap: "Callable[[WSGIApplication], WSGIApplication] | None" = None,
        **options: Any,
    ) -> None:
        if not PORT.accepts(port):
            raise ValueError(PORT.refusal(port, "`port`"))
        if not is_loopback(host) and options.get("token") is None and not no_token:
            raise ValueError(f"`host` {host!r} can be reached from other machines: give `token`, or `no_token=True`.")
        parts = assemble(settings_of(**{"cache": CACHE_BYTES, **options}), read_scenario(scenario), real_now, host_time)
        app = wrap(parts.app) if wrap else parts.app
        self._server = HttpServer(
            app, host=host, port=port, refuse=malformed_request_text, overloaded=overloaded_text()
        )
        super().__init__(parts, DEFAULT_NAMESPACE, lambda: self._server.url)

    @property
    def token(self) -> str | None:
        """The token that requests must send, if there is one."""
        return self._parts.appliance.settings.token

    def namespace(self, name: str) -> MockNamespace:
        """Return the private appliance with a name.

        A name has 1 to 64 characters of A-Z, a-z, 0-9, dot, underscore and hyphen, and is not . or .. itself. Raises
        ValueError for any other name; `voxdouble_mock.namespace_name(text)` makes a valid one of any text.
        """
        private = MockNamespace(self._parts, check_name(name), lambda: self._server.url)
        self._parts.control.create(name)  # the log and the clock of the namespace begin here
        return private

    def start(self) -> None:
        """Start the server; return when it responds to requests."""
        self._server.start()

    def stop(self) -> None:
        """Stop the server and free the port."""
        self._server.stop()
        self._parts.store.close()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self._parts.store.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


@contextmanager
def _as_value_error() -> Iterator[None]:
    """Raise a ValidationFailed of the block as ValueError; other refusals, such as Unavailable, are not changed."""
    try:
        yield
    except ValidationFailed as error:
        raise ValueError(error.details[0].message) from error


def read_scenario(scenario: str | Path | Mapping[str, Any] | None) -> Scenario | None:
    """Return a scenario from its name, from the path of its file, or from its rules."""
    if scenario is None:
        return None
    if isinstance(scenario, Mapping):
        return to_scenario(scenario)
    return load_scenario(scenario)
