"""Mocks that all mutants of a process share: starting one takes longer than most tests."""

from collections.abc import Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from tests.mutants.middleware import Wrap
from voxdouble.suite_targets import OwnMocks
from voxdouble_contract.target.targets import SuiteOptions
from voxdouble_mock import MockAppliance

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Switch:
    """WSGI middleware that can be exchanged while the server runs."""

    def __call__(self, app: "WSGIApplication") -> "WSGIApplication":
        """Wrap the application; the middleware is added by `use`."""
        self._app = self._current = app
        return self._respond

    def use(self, wrap: Wrap) -> None:
        """Put this middleware in place of the one before."""
        self._current = wrap(self._app)

    def _respond(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return self._current(environ, start_response)


class MockPool:
    """The running mocks of this process, one for each set of options."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._mocks: dict[str, tuple[MockAppliance, Switch]] = {}

    def get(self, number: int, wrap: Wrap, options: dict[str, Any]) -> MockAppliance:
        """Return a mock with these options and this middleware, without tasks and with a new clock.

        `number` distinguishes mocks with the same options.
        """
        key = f"{number} {sorted(options.items())}"
        if key not in self._mocks:
            switch = Switch()
            self._mocks[key] = self._stack.enter_context(MockAppliance(wrap=switch, **options)), switch
        mock, switch = self._mocks[key]
        switch.use(wrap)
        mock.reset()
        return mock

    def close(self) -> None:
        """Stop all mocks."""
        self._stack.close()


class SharedMocks(OwnMocks):
    """The targets of one run of the suite, with the mocks of a pool."""

    def __init__(self, stack: ExitStack, options: SuiteOptions, pool: MockPool, wrap: Wrap) -> None:
        super().__init__(stack, options)
        self._pool = pool
        self._wrap = wrap

    def open_mock(self, **options: Any) -> MockAppliance:
        """Return a mock of the pool."""
        return self._pool.get(len(self.opened()), self._wrap, options)
