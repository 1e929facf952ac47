"""Bytes out: JSON answers, and the URLs in them."""

import re

import orjson
from flask import Response, request

from voxdouble_mock.core.errors import InvalidRequest
from voxdouble_mock.http import namespaces
from voxdouble_mock.settings import Settings

HOST = re.compile(
    r"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?)(?::(?P<port>[0-9]{1,5}))?", re.ASCII
)
MAX_PORT = 65_535
TASKS = "/api/technology/"


def answer(body: object, status: int = 200) -> Response:
    """Answer with JSON."""
    return raw_answer(orjson.dumps(body), status)


def raw_answer(body: bytes, status: int = 200) -> Response:
    """Answer with JSON that is text already."""
    return Response(body, status, content_type="application/json")


def seconds(milliseconds: int) -> float:
    """Return milliseconds as the seconds that responses show."""
    return milliseconds / 1000


def task_location(settings: Settings, technology: str, task_id: str) -> str:
    """Name a task's URL as the client can reach it: by the scheme and Host that it used, or as set (S7 to S9)."""
    task = f"{TASKS}{technology}/{task_id}"
    if settings.location == "path":
        return request.root_path + task
    if settings.public_url is not None:  # it stands for all that a proxy in front has added
        return settings.public_url.rstrip("/") + namespaces.prefix(request.environ) + task
    return client_origin() + request.root_path + task


def client_origin() -> str:
    """Give scheme and host as the client named them; the Host header goes into answers only if it is one."""
    host = request.headers.get("Host") or f"{request.environ['SERVER_NAME']}:{request.environ['SERVER_PORT']}"
    match = HOST.fullmatch(host)
    if match is None or int(match["port"] or 0) > MAX_PORT:
        raise InvalidRequest(f"The Host header is a name with or without a port, not {host[:100]!r}.")
    return f"{request.scheme}://{host}"
