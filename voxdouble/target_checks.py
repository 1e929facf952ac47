"""Checks of a target by a few requests, before the contract suite sends hundreds."""

import os
import socket
import ssl
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import requests

from voxdouble_client._http.causes import is_without_tls, tls_error

MOCK = "mock"
CANNOT_RUN = 2
"""Exit status if the suite could not run, or a check of it crashed."""
CONNECT_SECONDS, RESPONSE_SECONDS = 5.0, 30.0
INFO = "/api/system/info"
EXTRACTION = "/api/technology/speaker-identification-voiceprint-extraction"
TIMED_REQUESTS = 10
IDENTIFYING_REQUESTS = 3
NOT_FOUND = 404
BUSY = frozenset({429, 502, 503, 504})


class CannotRun(click.ClickException):
    """The suite could not run, so there is no verdict on the target."""

    exit_code = CANNOT_RUN


def base_url(target: str) -> str:
    """Return the base URL in TARGET; an empty text for the mock."""
    if target == MOCK:
        return ""
    try:
        parts = urlsplit(target)
        wrong = parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0
    except ValueError:  # an invalid port
        wrong = True
    if wrong or parts.query or parts.fragment:
        raise CannotRun(f"TARGET must be `mock` or a base URL such as http://appliance:8000, got {target!r}.")
    return target.rstrip("/")


def check_target(url: str, ca: Path | None, seconds: float) -> float:
    """Return the mean time of the target's first responses in seconds: of ten, or of as many as there is time for.

    `seconds` is the time for the whole run; the first responses get a third of it. Raises CannotRun if the target
    cannot be reached, requires another token, or is plainly not an appliance.
    """
    check_certificates(ca)
    check_reachable(url)
    with open_session(os.environ.get("APPLIANCE_TOKEN"), ca) as session:
        began = time.monotonic()
        wait = min(RESPONSE_SECONDS, seconds / TIMED_REQUESTS)
        check_is_appliance(session, url, wait)
        count = IDENTIFYING_REQUESTS
        while count < TIMED_REQUESTS and time.monotonic() - began < seconds / 3:
            response_of(session, url, "GET", INFO, wait)
            count += 1
        return (time.monotonic() - began) / count


def open_session(
    token: str | None, ca: Path | str | None, proxies: Mapping[str, str] | None = None
) -> requests.Session:
    """Return a session with a token, certificates to trust and proxies; the environment changes none of them."""
    session = requests.Session()
    session.trust_env = False
    session.verify = str(ca) if ca else True
    session.proxies.update(proxies or {})
    if token:
        session.headers["Authorization"] = f"Bearer {token}"
    return session


def check_certificates(ca: Path | None) -> None:
    """Raise CannotRun if the file of certificates to trust has none."""
    try:
        ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise CannotRun(f"--ca must name a file of certificates in PEM format; got {ca}: {error}.") from error


def check_reachable(url: str) -> None:
    """Raise CannotRun if no connection to the target can be made: that is an error, not a reason to skip tests."""
    parts = urlsplit(url)
    port = (443 if parts.scheme == "https" else 80) if parts.port is None else parts.port
    try:
        socket.create_connection((parts.hostname or "", port), CONNECT_SECONDS).close()
    except UnicodeError as error:  # a label that is empty or too long, of which the name lookup complains in this way
        raise CannotRun(f"TARGET must have a valid host name, got {parts.hostname!r}: {error}.") from error
    except OSError as error:
        raise CannotRun(f"Nothing answers at {parts.hostname}:{port}: {error.strerror or error}.") from error


def response_of(session: requests.Session, url: str, method: str, path: str, wait: float) -> requests.Response:
    """Return the response to one request. Raises CannotRun without a response within `wait` seconds."""
    try:
        return session.request(method, url + path, timeout=(CONNECT_SECONDS, wait), allow_redirects=False)
    except requests.exceptions.SSLError as error:
        raise CannotRun(tls_problem(error, url)) from error
    except requests.RequestException as error:
        raise CannotRun(f"{method} {url}{path} got no HTTP response: {type(error).__name__}.") from error


def tls_problem(error: requests.exceptions.SSLError, url: str) -> str:
    """Return why no TLS connection to a URL could be made."""
    cause = tls_error(error)
    if is_without_tls(cause):
        return f"{urlsplit(url).netloc} does not speak TLS: try http{url.removeprefix('https')}."
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"The certificate of {url} cannot be verified: {cause.verify_message}. `--ca FILE` names the certificates"
            " to trust."
        )
    return f"No TLS connection to {url} could be made: {cause or error}."


def check_is_appliance(session: requests.Session, url: str, wait: float = RESPONSE_SECONDS) -> None:
    """Raise CannotRun if the target requires another token, or three requests show that it is not an appliance.

    The three requests start no task. A 404 shows nothing, even with the vendor's error body: an appliance sends it for
    every path below a wrong base URL. Any other response counts if its body is a JSON object with `version`, `type` or
    `task`.
    """
    responses = [response_of(session, url, "GET", INFO, wait)]
    check_token(responses[0], url)
    responses.append(response_of(session, url, "GET", f"{EXTRACTION}/{uuid.uuid4()}", wait))
    responses.append(response_of(session, url, "POST", EXTRACTION, wait))
    found = [json_object(response) for response in responses if response.status_code != NOT_FOUND]
    if any({"version", "type", "task"} & one.keys() for one in found):
        return
    seen = "; ".join(
        f"{response.request.method} {urlsplit(str(response.request.url)).path}: {response.status_code} "
        f"{response.headers.get('Content-Type', 'without a content type')}"
        for response in responses
    )
    if all(response.status_code in BUSY for response in responses):
        raise CannotRun(f"The appliance at {url} is not available; nothing else was sent. {seen}.")
    raise CannotRun(
        f"{url} is not an appliance of this kind, or its base URL is another one; nothing else was sent. "
        f"{hint(url)} No response is that of an appliance: {seen}."
    )


def check_token(info: requests.Response, url: str) -> None:
    """Raise CannotRun if the target requires a token, and none or another one was sent."""
    if info.status_code in {401, 403}:
        given = "another token than the given one" if "Authorization" in info.request.headers else "a token"
        raise CannotRun(f"The target at {url} requires {given}: set APPLIANCE_TOKEN.")


def hint(url: str) -> str:
    """Return a sentence on base URLs; if the path of `url` has `/api`, it suggests the part in front of it."""
    before, found, _ = f"{url.rstrip('/')}/".partition("/api/")
    meant = f": try {before}" if found else ", such as http://appliance:8000"
    return f"A base URL is the address in front of /api/system/info, without /api{meant}."


def json_object(response: requests.Response) -> dict[str, Any]:
    """Return the JSON object in a response; an empty one if the response has another body."""
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
