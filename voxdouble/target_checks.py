"""Checks of a target by a few requests, before the contract suite sends hundreds."""

import os
import socket
import ssl
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import requests

MOCK = "mock"
CANNOT_RUN = 2
"""Exit status if the suite could not run, or a check of it crashed."""
CONNECT_SECONDS, RESPONSE_SECONDS = 5.0, 30.0
INFO = "/api/system/info"
EXTRACTION = "/api/technology/speaker-identification-voiceprint-extraction"
TIMED_REQUESTS = 10
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
    """Return the mean seconds of the target's first ten answers, or of as many as there is time for.

    Raise CannotRun if it cannot be reached, requires another token, or is plainly not an appliance. `seconds` is the
    time for the whole run, of which the first responses get a third.
    """
    check_certificates(ca)
    check_reachable(url)
    with requests.Session() as session:
        session.trust_env = False  # without a proxy, like the suite
        if ca is not None:
            session.verify = str(ca)
        token = os.environ.get("APPLIANCE_TOKEN")
        if token:
            session.headers["Authorization"] = f"Bearer {token}"
        began = time.monotonic()
        wait = min(RESPONSE_SECONDS, seconds / TIMED_REQUESTS)
        responses = [response_of(session, url, "GET", INFO, wait)]
        check_token(responses[0], url, token)
        responses.append(response_of(session, url, "GET", f"{EXTRACTION}/{uuid.uuid4()}", wait))
        responses.append(response_of(session, url, "POST", EXTRACTION, wait))
        check_is_appliance(responses, url)
        while len(responses) < TIMED_REQUESTS and time.monotonic() - began < seconds / 3:
            responses.append(response_of(session, url, "GET", INFO, wait))
        return (time.monotonic() - began) / len(responses)


def check_certificates(ca: Path | None) -> None:
    """Raise CannotRun if the file of certificates to trust has none."""
    try:
        ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise CannotRun(f"--ca must name a file of certificates in PEM format; got {ca}: {error}.") from error


def check_reachable(url: str) -> None:
    """Raise CannotRun if no connection to the target can be made: it is an error, never a reason to skip tests."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), CONNECT_SECONDS).close()
    except OSError as error:
        raise CannotRun(f"Nothing answers at {parts.hostname}:{port}: {error.strerror or error}.") from error


def response_of(session: requests.Session, url: str, method: str, path: str, wait: float) -> requests.Response:
    """Return the answer to one request within `wait` seconds. Raises CannotRun without an answer."""
    try:
        return session.request(method, url + path, timeout=(CONNECT_SECONDS, wait), allow_redirects=False)
    except requests.exceptions.SSLError as error:
        raise CannotRun(
            f"The certificate of {url} cannot be verified; `--ca FILE` names the certificates to trust. {error}"
        ) from error
    except requests.RequestException as error:
        raise CannotRun(f"{method} {url}{path} got no HTTP response: {type(error).__name__}.") from error


def check_token(info: requests.Response, url: str, token: str | None) -> None:
    """Raise CannotRun if the target requires a token, and APPLIANCE_TOKEN is empty or holds another one."""
    if info.status_code in {401, 403}:
        wrong = "another token than that in APPLIANCE_TOKEN" if token else "a token: set APPLIANCE_TOKEN"
        raise CannotRun(f"The target at {url} requires {wrong}.")


def check_is_appliance(responses: list[requests.Response], url: str) -> None:
    """Raise CannotRun if none of the responses has a member that an appliance's would have."""
    bodies = [json_object(response) for response in responses]
    if any({"version", "type", "task"} & body.keys() for body in bodies):
        return
    seen = "; ".join(
        f"{response.request.method} {urlsplit(str(response.request.url)).path}: {response.status_code} "
        f"{response.headers.get('Content-Type', 'without a content type')}"
        for response in responses
    )
    if all(response.status_code in BUSY for response in responses):
        raise CannotRun(f"The appliance at {url} is not available; nothing was judged. {seen}.")
    raise CannotRun(
        f"{url} is not an appliance of this kind, or its base URL is another one; nothing was judged. "
        f"No answer has the JSON of an appliance. {seen}."
    )


def json_object(answer: requests.Response) -> dict[str, Any]:
    """Return the JSON object in an answer; an empty one if it has none."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
