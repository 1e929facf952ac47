"""The appliance under test: where it is, what is known of it, and every exchange with it held against the document."""

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

from voxdouble_contract.document import Breach, breaches
from voxdouble_contract.exchange import Exchange, printable
from voxdouble_contract.profile import Budget, Profile
from voxdouble_contract.raw import send_raw
from voxdouble_contract.samples import Media
from voxdouble_contract.statements import GENERATIONS
from voxdouble_contract.verdicts import unproven

EXTRACTION = "speaker-identification-voiceprint-extraction"
CONVERSION = "speaker-identification-voiceprint-conversion"
COMPARISON = "speaker-identification-voiceprint-comparison"
MERGING = "speaker-identification-voiceprint-merging"
GENDER, GENDER_VOICEPRINTS = "gender-identification", "gender-identification-voiceprints"
AGE, AGE_VOICEPRINTS = "age-estimation", "age-estimation-voiceprints"
TECHNOLOGIES = (EXTRACTION, CONVERSION)
"""Those by which tasks as such are judged."""
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 30.0
HEALTH, INFO = "/_mock/health", "/api/system/info"
ODD_METHODS = frozenset({"TRACE", "OPTIONS", "HEAD"})
BUSY = frozenset({429, 503})
NO_ANSWER = "the connection broke"
RETRIES = 5
LONGEST_RETRY_SECONDS = 20.0
UNREACHABLE = 2
"""Exit status of a run whose target cannot be reached."""


class Target:
    """One appliance; all requests of the suite go through it.

    `own` says that the suite itself started it, as a mock with known options whose clock may be moved. `deadline` is an
    instant of `time.monotonic`, after which nothing more is asked of it.
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
        """Those that it may be of; narrowed down once it has answered."""
        self.kind, self.version, self.clock_mode = "appliance", "", ""
        self.breaches: list[tuple[Breach, Exchange]] = []
        """What answers broke since somebody took note."""
        self._session = requests.Session()
        self._session.trust_env = False
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def path(self, technology: str, task_id: str = "") -> str:
        """Give the path below the base URL to start a task, or to ask for one."""
        return f"/api/technology/{technology}" + (f"/{task_id}" if task_id else "")

    def send(
        self, method: str, path: str, *, sent: object = None, patient: bool = True, judge: bool = True, **options: Any
    ) -> Exchange:
        """Send a request to a path below the base URL; a busy target that says when to come again is asked again.

        The answer is held against the document, unless not to `judge`: where the path promises nothing of it.
        """

        def send() -> Exchange:
            exchange = self._send_once(method, path, sent, options)
            return self.judged(path, exchange) if judge else exchange

        return self._patiently(send) if patient else send()

    def _patiently(self, send: Callable[[], Exchange]) -> Exchange:
        """Send a request again as long as the target is busy and says when to come again."""
        for _ in range(RETRIES):
            exchange = send()
            wait = retry_after(exchange)
            if wait is None:
                return exchange
            time.sleep(min(wait, LONGEST_RETRY_SECONDS))
        return unproven(f"The target was still busy after {RETRIES} attempts: {exchange}.")

    def check_time(self) -> None:
        """End the test without a verdict when the time for the run is up."""
        if time.monotonic() > self.deadline:
            unproven("The time for the whole run was up.")

    def _send_once(self, method: str, path: str, sent: object, options: Mapping[str, Any]) -> Exchange:
        self.check_time()
        request = requests.Request(method, self.url + path, **options)
        prepared = self._session.prepare_request(request)
        exchange = self._exchange(prepared, sent)
        if exchange.failure.startswith(NO_ANSWER):
            exchange = self._exchange(prepared, sent)  # a kept connection may have been closed at that very moment
        return exchange

    def _exchange(self, prepared: requests.PreparedRequest, sent: object) -> Exchange:
        method, url = str(prepared.method), str(prepared.url)
        try:
            response = self._session.send(prepared, timeout=(CONNECT_SECONDS, ANSWER_SECONDS), allow_redirects=False)
        except requests.ConnectTimeout:
            self.gone("no connection could be made in time")
        except requests.Timeout:
            return Exchange(method, url, sent, failure=f"no answer within {ANSWER_SECONDS:.0f} s")
        except requests.RequestException as error:
            if is_refused(error):
                self.gone("no connection can be made")
            return Exchange(method, url, sent, failure=f"{NO_ANSWER}: {type(error).__name__}")
        odd = method in ODD_METHODS
        return Exchange(method, url, sent, response.status_code, response.headers, response.content, odd=odd)

    def fetch(self, url: str) -> Exchange:
        """GET a URL that the target gave out, as it stands; credentials go to its own origin only."""
        self.check_time()
        mine, other = urlsplit(self.url), urlsplit(url)
        headers = {} if mine.netloc == other.netloc else {"Authorization": None}
        try:
            response = self._session.get(url, headers=headers, timeout=ANSWER_SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            return Exchange("GET", url, failure=f"{NO_ANSWER}: {type(error).__name__}")
        return Exchange("GET", url, None, response.status_code, response.headers, response.content)

    def raw(self, method: str, path: str, headers: Mapping[str, str], **options: Any) -> Exchange:
        """Send a request as no library would; see `send_raw`."""
        given = {"Authorization": f"Bearer {self.token}", **headers} if self.token else dict(headers)
        send = partial(send_raw, method, self.url + path, list(given.items()), **options)
        self.check_time()
        return self._patiently(lambda: self.judged(path.partition("?")[0], send()))

    def judged(self, path: str, exchange: Exchange) -> Exchange:
        """Hold an answer against the document, and note what it breaks."""
        if exchange.status:
            self.breaches += [(breach, exchange) for breach in breaches(path, exchange)]
        return exchange

    def post_media(
        self,
        technology: str,
        media: Media,
        query: str = "",
        *,
        part: str = "file",
        name: str | None = None,
        **options: Any,
    ) -> Exchange:
        """Upload a recording in the multipart part `part`; `name` is its file name, the recording's own by default."""
        if self.budget is not None:
            self.budget.spend(uploads=1, tasks=1, audio_seconds=media.seconds)
        files = {part: (media.name if name is None else name, media.data)}
        return self.send("POST", self.path(technology) + query, sent={part: media.data}, files=files, **options)

    def post_json(self, technology: str, body: object, **options: Any) -> Exchange:
        """Start a task from JSON; bytes are sent as they are."""
        if self.budget is not None:
            self.budget.spend(tasks=1)
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        headers = {"Content-Type": "application/json", **options.pop("headers", {})}
        return self.send("POST", self.path(technology), sent=body, data=data, headers=headers, **options)

    def get_task(self, technology: str, task_id: str) -> Exchange:
        """Ask how a task stands."""
        return self.send("GET", self.path(technology, task_id))

    @property
    def moves_time(self) -> bool:
        """Whether passing time costs none: our own mock, or one whose clock stands still until it is moved."""
        return self.own or self.clock_mode == "manual"

    def pass_time(self, seconds: float) -> None:
        """Let time pass for the target: its clock is moved where that may be, else it is waited for."""
        if self.moves_time:
            self.advance(seconds)
        else:
            time.sleep(seconds)

    def now(self) -> float:
        """Tell what a mock's clock shows, in seconds."""
        return float(self._ask("/_mock/clock")["now"])

    def advance(self, seconds: float) -> None:
        """Move a mock's clock ahead."""
        answer = self._session.post(
            self.url + "/_mock/clock/advance", json={"seconds": seconds}, timeout=(CONNECT_SECONDS, ANSWER_SECONDS)
        )
        answer.raise_for_status()

    def identify(self) -> None:
        """Ask who is there; a target that cannot be reached ends the run."""
        health = self._ask(HEALTH)
        if health.get("service") == "voxdouble":
            self.kind, self.version = "mock", printable(str(health.get("version", "")))
            self.clock_mode = str(self._ask("/_mock/clock").get("mode", ""))
            return
        info = self.send("GET", INFO)
        if not info.status and not self.send("GET", HEALTH).status:
            self.gone(f"what is there does not speak HTTP ({info.failure})")
        self.version = printable(str(info.get("version") or ""))

    def _ask(self, path: str) -> dict[str, Any]:
        """Read a JSON object; anything else counts as an empty one."""
        exchange = self.send("GET", path)
        body = exchange.json
        return body if exchange.status == 200 and isinstance(body, dict) else {}

    def gone(self, why: str) -> NoReturn:
        """End the run: a target that is not there proves nothing."""
        parts = urlsplit(self.url)
        pytest.exit(f"Nothing answers at {parts.scheme}://{parts.netloc}: {why}.", UNREACHABLE)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


def is_refused(error: Exception) -> bool:
    """Whether no connection could be made at all, as told from one that broke."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def retry_after(exchange: Exchange) -> float | None:
    """Read how many seconds a busy target asks for; None where it does not."""
    value = exchange.headers.get("Retry-After", "")
    return float(value) if exchange.status in BUSY and value.isdigit() else None
