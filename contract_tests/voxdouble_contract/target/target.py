"""The appliance under test: sends the requests of the tests, checks the responses, and notes both."""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Self

import orjson

from voxdouble_contract.exchange import Exchange, printable
from voxdouble_contract.judging.breaches import Breach, breaches
from voxdouble_contract.judging.expectations import unproven
from voxdouble_contract.judging.observed_tasks import STATES, ObservedState
from voxdouble_contract.judging.target_info import UNKNOWN, TargetInfo
from voxdouble_contract.target.budget import Budget
from voxdouble_contract.target.clock import Clock
from voxdouble_contract.target.media import Media
from voxdouble_contract.target.profile import Profile
from voxdouble_contract.target.transport import Transport
from voxdouble_fixtures.generations import GENERATIONS, serves

HEALTH, INFO = "/_mock/health", "/api/system/info"
MAX_ATTEMPTS = 5
MAX_RETRY_SECONDS = 20.0


class Target:
    """One appliance.

    `own` if the suite itself started it, as a mock with known options and a manual clock. `deadline` is an instant of
    `time.monotonic` after which no request is sent.
    """

    def __init__(
        self,
        url: str,
        *,
        profile: Profile | None = None,
        budget: Budget | None = None,
        token: str = "",
        own: bool = False,
        deadline: float = math.inf,
        ca: Path | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.profile = profile or Profile()
        self.budget = budget
        self.own = own
        self.generations = frozenset(GENERATIONS)
        """The generations that it may be of; fewer once it has responded."""
        self.kind, self.version = UNKNOWN, ""
        self._breaches: list[tuple[Breach, Exchange]] = []
        self._states: list[ObservedState] = []
        self._exchanges: list[Exchange] = []
        self.transport = Transport(self.url, token=token, ca=ca, deadline=deadline)
        self.session = self.transport.session
        self.clock = Clock(self.session, self.url, own=own)

    def at(self, url: str) -> Self:
        """Return a target at another base URL of the same server.

        Profile, budget, token, deadline and trusted certificates stay the same.
        """
        access = self.transport
        return type(self)(
            url, profile=self.profile, budget=self.budget, token=access.token, deadline=access.deadline, ca=access.ca
        )

    @property
    def token(self) -> str:
        """The token that is sent with each request; empty for none."""
        return self.transport.token

    @property
    def info(self) -> TargetInfo:
        """The target as reports show it."""
        return TargetInfo(self.url, self.kind, self.version, tuple(sorted(self.generations)))

    @property
    def generation(self) -> str:
        """The newest generation that it may be of, by whose document its responses are judged."""
        return max(self.generations)

    def may_serve(self, technology: str) -> bool:
        """Return whether a generation that it may be of serves a technology (C37)."""
        return any(serves(generation, technology) for generation in self.generations)

    def path(self, technology: str, task_id: str = "") -> str:
        """Return the path of a technology, or of one of its tasks, below the base URL.

        Unproven if no generation that the target may be of serves the technology (C37).
        """
        if not self.may_serve(technology):
            unproven(f"Generation {'/'.join(sorted(self.generations))} does not serve {technology}.")
        return f"/api/technology/{technology}" + (f"/{task_id}" if task_id else "")

    def send(
        self,
        method: str,
        path: str,
        *,
        sent: object = None,
        audio: float | None = None,
        retry: bool = True,
        check: bool = True,
        **options: Any,
    ) -> Exchange:
        """Send a request to a path below the base URL.

        `audio` is the seconds of audio in an upload, None for any other request. With `retry` a busy response that has
        `Retry-After` is waited out. With `check` the response is checked against the document.
        """

        def send() -> Exchange:
            exchange = self.transport.send(method, path, sent, options)
            if check:
                return self.noted(path, exchange)
            self.note([exchange])
            return exchange

        return self._attempts(send, method, audio, retry=retry)

    def _attempts(
        self, send: Callable[[], Exchange], method: str, audio: float | None, *, retry: bool = True
    ) -> Exchange:
        """Send a request, with `retry` again as long as the response is busy and has `Retry-After`.

        Each attempt of a POST is subtracted from the budget; the test ends unproven if too little is left.
        """
        for attempt in range(1, MAX_ATTEMPTS + 1):
            if self.budget is not None and method == "POST":
                self.budget.spend(tasks=1, uploads=int(audio is not None), audio_seconds=audio or 0.0)
            exchange = replace(send(), elapsed=self.clock.elapsed)
            wait = exchange.retry_after
            if wait is None or not retry:
                return exchange
            if attempt < MAX_ATTEMPTS:
                time.sleep(min(wait, MAX_RETRY_SECONDS))
        return unproven(f"The target was still busy after {MAX_ATTEMPTS} attempts: {exchange}.")

    def check_time(self) -> None:
        """End the test unproven if the time for the run is up."""
        self.transport.check_time()

    def fetch(self, url: str) -> Exchange:
        """GET a URL that the target gave out; credentials are sent to the target's own origin only."""
        exchange = self.transport.fetch(url)
        self.note([exchange])
        return exchange

    def raw(
        self, method: str, path: str, headers: Mapping[str, str], *, audio: float | None = None, **options: Any
    ) -> Exchange:
        """Send a request as no library would; see `send_raw`, and `send` for `audio`."""
        send = partial(self.transport.send_raw, method, path, headers, **options)
        return self._attempts(lambda: self.noted(path, send()), method, audio)

    def noted(self, path: str, exchange: Exchange) -> Exchange:
        """Return the exchange; note it, and the statements that its response breaks.

        `path` is below the base URL, and may have a query.
        """
        self.note([exchange])
        if exchange.status:
            without_query = path.partition("?")[0]
            self._breaches += [(breach, exchange) for breach in breaches(without_query, exchange, self.generation)]
        return exchange

    def take_breaches(self) -> list[tuple[Breach, Exchange]]:
        """Return the breaches noted since the last call."""
        noted, self._breaches = self._breaches, []
        return noted

    def observe(self, technology: str, task_id: str, sample: str, exchange: Exchange) -> None:
        """Note the state of a task in a response, for the report, if it is one of the five."""
        state = exchange.get("task", "state")
        if isinstance(state, str) and state in STATES:
            self._states.append(ObservedState(technology, printable(task_id), sample, exchange.elapsed, state))

    def take_states(self) -> list[ObservedState]:
        """Return the states noted since the last call."""
        noted, self._states = self._states, []
        return noted

    def note(self, exchanges: Iterable[Exchange]) -> None:
        """Note that the current test used these exchanges, whether it sent them or an earlier test did."""
        self._exchanges += exchanges

    @contextmanager
    def without_notes(self) -> Iterator[None]:
        """Keep exchanges out of the current test's notes: they are sent ahead, for tests that will use them."""
        noted = self._exchanges
        self._exchanges = []
        try:
            yield
        finally:
            self._exchanges = noted

    def take_exchanges(self) -> list[Exchange]:
        """Return the exchanges noted since the last call."""
        noted, self._exchanges = self._exchanges, []
        return noted

    def post_media(
        self, technology: str, media: Media, query: str = "", *, part: str = "file", **options: Any
    ) -> Exchange:
        """Upload a recording in the multipart part `part`."""
        path, files = self.path(technology) + query, {part: (media.name, media.data)}
        return self.send("POST", path, sent={part: media.data}, audio=media.seconds, files=files, **options)

    def post_json(self, technology: str, body: object, **options: Any) -> Exchange:
        """Start a task with a JSON body; bytes are sent as they are."""
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        headers = {"Content-Type": "application/json", **options.pop("headers", {})}
        return self.send("POST", self.path(technology), sent=body, data=data, headers=headers, **options)

    def get_task(self, technology: str, task_id: str) -> Exchange:
        """Poll a task."""
        return self.send("GET", self.path(technology, task_id))

    def identify(self) -> None:
        """Read kind and version; a target that cannot be reached ends the run."""
        health = self.get_object(HEALTH)
        if health.get("service") == "voxdouble":
            self.kind, self.version = "mock", printable(str(health.get("version", "")))
            self.clock.read_mode()
            return
        info = self.send("GET", INFO)
        if not info.status and not self.send("GET", HEALTH).status:
            self.transport.end_run(f"no HTTP response ({info.failure})")
        self.kind = "appliance" if info.status else UNKNOWN
        self.version = printable(str(info.get("version") or ""))

    def get_object(self, path: str) -> dict[str, Any]:
        """Return the JSON object at a path; an empty one if it is missing."""
        found = self.send("GET", path)
        return found.json if found.status == 200 and isinstance(found.json, dict) else {}

    def close(self) -> None:
        """Close the connections."""
        self.session.close()
