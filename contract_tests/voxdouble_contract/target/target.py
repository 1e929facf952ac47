"""The appliance under test: every request of the suite goes through it, and every response is checked."""

import math
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NoReturn
from urllib.parse import urlsplit

import orjson
import pytest
import requests
from urllib3.exceptions import NewConnectionError

from voxdouble_contract.exchange import Exchange, printable
from voxdouble_contract.judging.breaches import Breach, breaches
from voxdouble_contract.judging.target_info import TargetInfo
from voxdouble_contract.judging.verdicts import unproven
from voxdouble_contract.target.budget import Budget
from voxdouble_contract.target.clock import Clock
from voxdouble_contract.target.media import Media
from voxdouble_contract.target.profile import Profile
from voxdouble_contract.target.raw import send_raw
from voxdouble_fixtures.generations import GENERATIONS, serves

CONNECT_SECONDS, RESPONSE_SECONDS = 5.0, 30.0
HEALTH, INFO = "/_mock/health", "/api/system/info"
PROXY_METHODS = frozenset({"TRACE", "OPTIONS", "HEAD"})
"""Methods to which a proxy in front of the appliance may respond on its own."""
BUSY = frozenset({429, 503})
BROKEN_CONNECTION = "the connection broke"
MAX_ATTEMPTS = 5
MAX_RETRY_SECONDS = 20.0
UNREACHABLE = 2
"""Exit status of a run whose target cannot be reached."""


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
    ) -> None:
        self.url = url.rstrip("/")
        self.profile = profile or Profile()
        self.budget = budget
        self.own = own
        self.deadline = deadline
        self.token = token
        self.generations = frozenset(GENERATIONS)
        """The generations that it may be of; fewer once it has responded."""
        self.kind, self.version = "appliance", ""
        self._breaches: list[tuple[Breach, Exchange]] = []
        self.session = requests.Session()
        """The connections; no proxy of the environment is used, and a token is sent with each request."""
        self.session.trust_env = False
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"
        self.clock = Clock(self.session, self.url, own=own)

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
        self, method: str, path: str, *, sent: object = None, retry: bool = True, check: bool = True, **options: Any
    ) -> Exchange:
        """Send a request to a path below the base URL.

        With `retry` a busy response that has `Retry-After` is waited out. With `check` the response is checked against
        the document; a request whose path promises nothing about the response is sent without.
        """

        def send() -> Exchange:
            exchange = self._send_once(method, path, sent, options)
            return self.checked(path, exchange) if check else exchange

        return self._with_retries(send) if retry else send()

    def _with_retries(self, send: Callable[[], Exchange]) -> Exchange:
        """Send a request again as long as the response is busy and has `Retry-After`."""
        for _ in range(MAX_ATTEMPTS):
            exchange = send()
            wait = retry_after(exchange)
            if wait is None:
                return exchange
            time.sleep(min(wait, MAX_RETRY_SECONDS))
        return unproven(f"The target was still busy after {MAX_ATTEMPTS} attempts: {exchange}.")

    def check_time(self) -> None:
        """End the test unproven if the time for the run is up."""
        if time.monotonic() > self.deadline:
            unproven("The time for the whole run was up.")

    def _send_once(self, method: str, path: str, sent: object, options: Mapping[str, Any]) -> Exchange:
        self.check_time()
        request = requests.Request(method, self.url + path, **options)
        prepared = self.session.prepare_request(request)
        exchange = self._exchange(prepared, sent)
        if exchange.failure.startswith(BROKEN_CONNECTION):
            exchange = self._exchange(prepared, sent)  # the target may have closed a kept connection at that moment
        return exchange

    def _exchange(self, prepared: requests.PreparedRequest, sent: object) -> Exchange:
        method, url = str(prepared.method), str(prepared.url)
        try:
            response = self.session.send(prepared, timeout=(CONNECT_SECONDS, RESPONSE_SECONDS), allow_redirects=False)
        except requests.ConnectTimeout:
            self.end_run(f"no connection within {CONNECT_SECONDS:.0f} s")
        except requests.Timeout:
            return Exchange(method, url, sent, failure=f"no response within {RESPONSE_SECONDS:.0f} s")
        except requests.RequestException as error:
            if is_refused(error):
                self.end_run("no connection")
            return Exchange(method, url, sent, failure=f"{BROKEN_CONNECTION}: {type(error).__name__}")
        by_proxy = method in PROXY_METHODS
        return Exchange(
            method, url, sent, response.status_code, response.headers, response.content, proxy_may_respond=by_proxy
        )

    def fetch(self, url: str) -> Exchange:
        """GET a URL that the target gave out; credentials are sent to the target's own origin only."""
        self.check_time()
        mine, other = urlsplit(self.url), urlsplit(url)
        headers = {} if mine.netloc == other.netloc else {"Authorization": None}
        try:
            response = self.session.get(url, headers=headers, timeout=RESPONSE_SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            return Exchange("GET", url, failure=f"{BROKEN_CONNECTION}: {type(error).__name__}")
        return Exchange("GET", url, None, response.status_code, response.headers, response.content)

    def raw(self, method: str, path: str, headers: Mapping[str, str], **options: Any) -> Exchange:
        """Send a request as no library would; see `send_raw`."""
        given = {"Authorization": f"Bearer {self.token}", **headers} if self.token else dict(headers)
        send = partial(send_raw, method, self.url + path, list(given.items()), **options)
        self.check_time()
        return self._with_retries(lambda: self.checked(path.partition("?")[0], send()))

    def checked(self, path: str, exchange: Exchange) -> Exchange:
        """Return the exchange, and note the statements that its response breaks."""
        if exchange.status:
            self._breaches += [(breach, exchange) for breach in breaches(path, exchange, self.generation)]
        return exchange

    def take_breaches(self) -> list[tuple[Breach, Exchange]]:
        """Return the breaches noted since the last call."""
        noted, self._breaches = self._breaches, []
        return noted

    def post_media(
        self,
        technology: str,
        media: Media,
        query: str = "",
        *,
        part: str = "file",
        **options: Any,
    ) -> Exchange:
        """Upload a recording in the multipart part `part`."""
        self.spend_upload(media.seconds)
        files = {part: (media.name, media.data)}
        return self.send("POST", self.path(technology) + query, sent={part: media.data}, files=files, **options)

    def spend_upload(self, seconds: float) -> None:
        """Subtract an upload with that much audio from the budget, or end the test unproven if it is used up."""
        if self.budget is not None:
            self.budget.spend(uploads=1, tasks=1, audio_seconds=seconds)

    def post_json(self, technology: str, body: object, **options: Any) -> Exchange:
        """Start a task with a JSON body; bytes are sent as they are."""
        if self.budget is not None:
            self.budget.spend(tasks=1)
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
            self.end_run(f"no HTTP response ({info.failure})")
        self.version = printable(str(info.get("version") or ""))

    def get_object(self, path: str) -> dict[str, Any]:
        """Return the JSON object at a path; an empty one if it is missing."""
        found = self.send("GET", path)
        return found.json if found.status == 200 and isinstance(found.json, dict) else {}

    def end_run(self, why: str) -> NoReturn:
        """End the run: a target that cannot be reached proves nothing."""
        parts = urlsplit(self.url)
        pytest.exit(f"Nothing answers at {parts.scheme}://{parts.netloc}: {why}.", UNREACHABLE)

    def close(self) -> None:
        """Close the connections."""
        self.session.close()


def is_refused(error: Exception) -> bool:
    """Return whether no connection could be made, as opposed to one that broke."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def retry_after(exchange: Exchange) -> float | None:
    """Return the seconds that a busy response asks to wait; None for any other response."""
    value = exchange.headers.get("Retry-After", "")
    return float(value) if exchange.status in BUSY and value.isdigit() else None
