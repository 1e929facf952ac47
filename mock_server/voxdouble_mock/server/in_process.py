"""A mock appliance inside the caller's process: a real server on a free port, for as long as a `with` block lasts."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from voxdouble_mock.appliance import Appliance
from voxdouble_mock.core.clock import Mode
from voxdouble_mock.core.settings import Settings
from voxdouble_mock.http import create_app
from voxdouble_mock.http.errors import refuse_early
from voxdouble_mock.server.real_time import real_clock
from voxdouble_mock.server.server import HttpServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

DEFAULT = ""  # the namespace of the bare base URL


class MockClock:
    """The clock of a mock's default namespace, in seconds; `now` and `sleep` fit the client's parameters."""

    def __init__(self, appliance: Appliance) -> None:
        self._appliance = appliance

    def now(self) -> float:
        """Tell what the clock shows, in seconds since the epoch."""
        return self._appliance.clock(DEFAULT)[1] / 1000

    def advance(self, seconds: float) -> None:
        """Move the clock ahead at once, in every mode."""
        self._appliance.advance(DEFAULT, seconds)

    def sleep(self, seconds: float) -> None:
        """Let the clock's time pass: a manual clock is moved, any other is waited for."""
        pace, _ = self._appliance.clock(DEFAULT)
        if pace.mode is Mode.MANUAL:
            self.advance(seconds)
        else:
            time.sleep(seconds / pace.rate)


class MockAppliance:
    """A mock appliance on a port of its own; several at once do not meet.

    The options are those of `voxdouble serve`, by the same names (`clock="manual"`, `pending=0`, `max_upload=1000`);
    one that makes no sense is a ValueError, an unknown one a TypeError. `wrap` may put WSGI middleware round the
    application.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        wrap: "Callable[[WSGIApplication], WSGIApplication] | None" = None,
        **options: Any,
    ) -> None:
        self._appliance = Appliance(Settings.of(**options), real_clock())
        app: WSGIApplication = create_app(self._appliance)
        self._server = HttpServer(wrap(app) if wrap else app, host=host, port=port, refuse=refuse_early)
        self.clock = MockClock(self._appliance)

    @property
    def url(self) -> str:
        """The base URL, such as http://127.0.0.1:43210; known once the mock has started."""
        return self._server.url

    def start(self) -> None:
        """Start to serve; returns when requests are answered."""
        self._server.start()

    def stop(self) -> None:
        """Stop to serve and free the port."""
        self._server.stop()
        self._appliance.close()

    def reset(self) -> None:
        """Make the default namespace as new: no task, a fresh clock."""
        self._appliance.reset(DEFAULT)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
