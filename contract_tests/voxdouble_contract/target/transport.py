"""The connections to one appliance: each call sends one request and returns it with its response."""

import contextlib
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest
import requests
from urllib3.exceptions import HTTPError, NewConnectionError

from voxdouble_contract.exchange import Exchange, split_url
from voxdouble_contract.judging.expectations import unproven
from voxdouble_contract.target.raw import send_raw

CONNECT_SECONDS, RESPONSE_SECONDS, LEAST_SECONDS = 5.0, 30.0, 0.5
PROXY_METHODS = frozenset({"TRACE", "OPTIONS", "HEAD"})
"""Methods to which a proxy in front of the appliance may respond on its own."""
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
"""Methods whose request has the same effect if it is sent twice (RFC 9110, section 9.2.2)."""
DEFAULT_PORTS = {"http": 80, "https": 443}
BROKEN_CONNECTION = "the connection broke"
TIME_IS_UP = "The time for the whole run was up."
UNREACHABLE = 2
"""Exit status of a run whose target cannot be reached, or is of another kind than expected."""


class Transport:
    """The connections to the appliance at a base URL.

    `ca` is a file of certificates to trust instead of the usual ones. After `deadline`, an instant of `time.monotonic`,
    no request is sent, and none is waited for much longer.
    """

    def __init__(self, url: str, *, token: str = "", ca: Path | None = None, deadline: float = math.inf) -> None:
        self.url = url
        self.token = token
        self.ca = ca
        self.deadline = deadline
        self.session = requests.Session()
        """The connections; no proxy of the environment is used, and a token is sent with each request."""
        self.session.trust_env = False
        if ca is not None:
            self.session.verify = str(ca)
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def check_time(self) -> None:
        """End the test unproven if the time for the run is up."""
        if time.monotonic() > self.deadline:
            unproven(TIME_IS_UP)

    @property
    def response_seconds(self) -> float:
        """The timeout of a response in seconds, which is shorter near the deadline of the run."""
        return min(RESPONSE_SECONDS, max(LEAST_SECONDS, self.deadline - time.monotonic()))

    def send(self, method: str, path: str, sent: object, options: Mapping[str, Any]) -> Exchange:
        """Send a request, and send it once more if the connection breaks and the method is one of REPEATABLE.

        The target may close a kept connection at the moment at which a request is sent over it. A POST could start a
        second task if it was sent again: it is sent once, over a new connection.
        """
        self.check_time()
        prepared = self.session.prepare_request(requests.Request(method, self.url + path, **options))
        if method not in REPEATABLE:
            with requests.Session() as session:
                session.trust_env, session.cookies = False, self.session.cookies
                return self._exchange(session, prepared, sent)
        exchange = self._exchange(self.session, prepared, sent)
        is_broken = exchange.failure.startswith(BROKEN_CONNECTION)
        return self._exchange(self.session, prepared, sent) if is_broken else exchange

    def _exchange(self, session: requests.Session, prepared: requests.PreparedRequest, sent: object) -> Exchange:
        method, url, seconds = str(prepared.method), str(prepared.url), self.response_seconds
        try:
            response = session.send(
                prepared, timeout=(CONNECT_SECONDS, seconds), allow_redirects=False, verify=self.session.verify
            )
        except requests.ConnectTimeout:
            self.end_run(f"no connection within {CONNECT_SECONDS:.0f} s")
        except requests.Timeout:
            if time.monotonic() > self.deadline:
                unproven(TIME_IS_UP)
            return Exchange(method, url, sent, failure=f"no response within {seconds:.0f} s")
        # HTTPError: `requests` lets urllib3's error for a host with an empty or too long label through.
        except (requests.RequestException, HTTPError) as error:
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
        headers, seconds = {} if self.is_own(url) else {"Authorization": None}, self.response_seconds
        try:
            response = self.session.get(url, headers=headers, timeout=seconds, allow_redirects=False)
        except requests.Timeout:
            self.check_time()
            return Exchange("GET", url, failure=f"no response within {seconds:.0f} s")
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            why = "no connection" if is_refused(error) else f"{BROKEN_CONNECTION}: {type(error).__name__}"
            return Exchange("GET", url, failure=why)
        except (requests.RequestException, HTTPError) as error:
            return Exchange("GET", url, failure=f"the URL could not be fetched: {type(error).__name__}")
        return Exchange("GET", url, None, response.status_code, response.headers, response.content)

    def is_own(self, url: str) -> bool:
        """Return whether a URL has the scheme, host and port of the base URL."""
        return origin(url) == origin(self.url)

    def send_raw(
        self, method: str, path: str, headers: Mapping[str, str], *, close_early: bool = False, **options: Any
    ) -> Exchange:
        """Send a request as no library would; see `send_raw` of the module `raw`.

        Unproven if it is to close our side early over TLS: there the response could not be read any more.
        """
        self.check_time()
        if close_early and urlsplit(self.url).scheme == "https":
            unproven("Over TLS one side of a connection cannot be closed alone.")
        given = {"Authorization": f"Bearer {self.token}", **headers} if self.token else dict(headers)
        return send_raw(method, self.url + path, list(given.items()), ca=self.ca, close_early=close_early, **options)

    def end_run(self, why: str) -> NoReturn:
        """End the run: a target that cannot be reached proves nothing."""
        parts = urlsplit(self.url)
        pytest.exit(f"Nothing answers at {parts.scheme}://{parts.netloc}: {why}.", UNREACHABLE)


def origin(url: str) -> tuple[str, str | None, int | None] | None:
    """Return scheme, host and port of a URL; None if its port is invalid. The port defaults to the scheme's."""
    parts = split_url(url)
    with contextlib.suppress(ValueError):
        port = DEFAULT_PORTS.get(parts.scheme) if parts.port is None else parts.port
        return parts.scheme, parts.hostname, port
    return None


def is_refused(error: Exception) -> bool:
    """Return whether no connection could be made, as opposed to one that broke."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)
