"""A mock appliance inside the caller's process: a real server on a free port, for as long as a `with` block lasts."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgspec
from msgspec import UNSET, UnsetType

from voxdouble_mock.assembly import Assembly, assemble, check_scenario
from voxdouble_mock.core.errors import ValidationFailed
from voxdouble_mock.core.fault import FaultSpec
from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.hosts import MAX_PORT
from voxdouble_mock.http.errors import malformed_request_text
from voxdouble_mock.in_process.request_assertions import SeenRequests
from voxdouble_mock.real_time import real_clock
from voxdouble_mock.scenarios.bundled import load_scenario
from voxdouble_mock.settings import Settings
from voxdouble_mock.wsgi.server import HttpServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from voxdouble_mock.appliance import Transition

DEFAULT = ""  # the namespace of the bare base URL


class MockClock:
    """The clock of one namespace, in seconds; `now` and `sleep` fit the client's parameters of those names."""

    def __init__(self, parts: Assembly, namespace: str) -> None:
        self._parts = parts
        self._namespace = namespace

    def now(self) -> float:
        """Tell what the clock shows, in seconds since the epoch."""
        return self._parts.appliance.clock(self._namespace)[1] / 1000

    def advance(self, seconds: float) -> "list[Transition]":
        """Move the clock ahead at once, in every mode; gives the transitions passed, in order of time."""
        return self._parts.appliance.advance(self._namespace, seconds)

    def advance_to_next_event(self) -> "list[Transition]":
        """Move the clock to the next change of any task's state; it stays where none is to come."""
        return self._parts.appliance.advance_to_next(self._namespace)

    def sleep(self, seconds: float) -> None:
        """Let that much of the clock's time pass at once: whoever sleeps on it, in any mode, waits for nobody."""
        self.advance(seconds)


class MockNamespace:
    """One private appliance below a mock's base URL: its own tasks, clock, scenario, faults and log."""

    def __init__(self, parts: Assembly, namespace: str, base_url: Callable[[], str]) -> None:
        self._parts = parts
        self._namespace = namespace
        self._base_url = base_url
        self.clock = MockClock(parts, namespace)

    @property
    def url(self) -> str:
        """The base URL, such as http://127.0.0.1:43210; known once the mock has started."""
        return self._base_url() + (f"/_ns/{self._namespace}" if self._namespace else "")

    @property
    def requests(self) -> SeenRequests:
        """The requests to the vendor's paths so far, oldest first, at most the last thousand."""
        return SeenRequests(self._parts.control.requests(self._namespace)[0])

    def scenario(self, scenario: str | Path | Mapping[str, Any] | None) -> None:
        """Set a scenario: a bundled one's name, a file's path, or the rules themselves; None sets none.

        A scenario that makes no sense is a ValueError that says where.
        """
        rules = read_scenario(scenario)
        check_scenario(rules)
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
        **fault: Any,
    ) -> None:
        """Arm a fault: `fault("status", status=503, nth=2)`. The kinds and their members stand in docs/scenarios.md.

        It strikes the calls that its address fits, from the `nth` on, `count` times (None: without end; by itself once,
        but `lost-task` and `never-ending` without end), for `life` seconds of the clock. One that makes no sense is a
        ValueError.
        """
        address = {"technology": technology, "method": method, "task_id": task_id, "nth": nth, "life": life}
        order = {"fault": {"kind": kind, **fault}, **address, **({} if count is UNSET else {"count": count})}
        try:
            self._parts.control.arm(self._namespace, msgspec.convert(order, FaultSpec))
        except ValidationFailed as error:
            raise ValueError(error.message) from error

    def reset(self) -> None:
        """Make the namespace as new: no task, a fresh clock, no fault, an empty log."""
        self._parts.appliance.reset(self._namespace)


class MockAppliance(MockNamespace):
    """A mock appliance on a port of its own; several at once do not meet. Itself it is its default namespace.

    The options are those of `voxdouble serve`, by the same names (`clock="manual"`, `pending=0`, `max_upload=1000`);
    one that makes no sense is a ValueError, an unknown one a TypeError. `wrap` may put WSGI middleware round the
    application.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        scenario: str | Path | Mapping[str, Any] | None = None,
        wrap: "Callable[[WSGIApplication], WSGIApplication] | None" = None,
        **options: Any,
    ) -> None:
        if not 0 <= port <= MAX_PORT:
            raise ValueError(f"A port is a number from 0, which takes any free one, to {MAX_PORT}, not {port}.")
        parts = assemble(Settings.of(**options), read_scenario(scenario), real_clock())
        app = wrap(parts.app) if wrap else parts.app
        self._server = HttpServer(app, host=host, port=port, refuse=malformed_request_text)
        super().__init__(parts, DEFAULT, lambda: self._server.url)

    @property
    def token(self) -> str | None:
        """The token that it asks for, if any."""
        return self._parts.appliance.settings.token

    def namespace(self, name: str) -> MockNamespace:
        """Give the private appliance of that name, 1 to 64 of A-Z, a-z, 0-9, dot, underscore and hyphen."""
        private = MockNamespace(self._parts, name, lambda: self._server.url)
        private.clock.now()  # brings it to life, so that its log and its clock begin here
        return private

    def start(self) -> None:
        """Start to serve; returns when requests are answered."""
        self._server.start()

    def stop(self) -> None:
        """Stop to serve and free the port."""
        self._server.stop()
        self._parts.store.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


def read_scenario(scenario: str | Path | Mapping[str, Any] | None) -> Scenario | None:
    """Take a scenario in any of the forms in which Python code gives one."""
    if scenario is None:
        return None
    if isinstance(scenario, Mapping):
        return msgspec.convert(scenario, Scenario, strict=False)
    return load_scenario(scenario)
