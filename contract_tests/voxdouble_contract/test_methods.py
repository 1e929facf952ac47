"""Paths and methods that are not there (contract 2.1)."""

import uuid
from urllib.parse import urlsplit

import pytest

from voxdouble_contract.runs import Runs
from voxdouble_contract.statements import statement
from voxdouble_contract.target import EXTRACTION, Target
from voxdouble_contract.verdicts import expect, expect_status

START = f"/api/technology/{EXTRACTION}"
OTHER_METHODS = [(START, method) for method in ("GET", "PUT", "DELETE", "PATCH")]
TASK_METHODS = ("POST", "PUT", "DELETE", "PATCH")
SYSTEM = ("/api/system/info", "/api/system/status")
UNKNOWN = (
    "/api",
    "/api/technology/telepathy",
    "/api/system",
    "/static",
    "/static/app.js",
    f"{START}/",
    "/api/system/info/",
)


@statement("S22")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_a_start_path_takes_post_alone(target: Target, method: str) -> None:
    """Another method on a path that starts tasks is answered 405."""
    expect_status(target.send(method, START), 405)


@statement("S22")
@pytest.mark.parametrize("method", TASK_METHODS)
def test_a_task_takes_get_alone(target: Target, runs: Runs, method: str) -> None:
    """Another method on a task's path is answered 405."""
    path = target.path(EXTRACTION, runs.accepted("speech").task_id)
    expect_status(target.send(method, path), 405)


@statement("C9")
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "TRACE"])
@pytest.mark.parametrize(
    ("path", "allowed"),
    [(START, "POST"), (f"{START}/{uuid.UUID(int=7)}", "GET"), *((path, "GET") for path in SYSTEM)],
)
def test_every_other_method_is_405_with_allow(target: Target, path: str, allowed: str, method: str) -> None:
    """Also HEAD and OPTIONS are answered 405, and `Allow` names what the path knows."""
    answer = target.send(method, path)
    expect_status(answer, 405)
    expect(answer.headers.get("Allow") == allowed, f"`Allow` should be {allowed}.", answer)


@statement("C10")
@pytest.mark.parametrize("path", UNKNOWN)
def test_an_unknown_path_is_404(target: Target, path: str) -> None:
    """What is not there is answered 404, without a redirect to what is."""
    answer = target.send("GET", path)
    expect_status(answer, 404)
    expect(answer.get("type") == "resource.not-found", "`type` should be resource.not-found.", answer)


@statement("C5")
@pytest.mark.parametrize("path", UNKNOWN)
def test_the_path_is_looked_at_before_the_method(target: Target, path: str) -> None:
    """A wrong method on a path that is not there is answered 404."""
    expect_status(target.send("PATCH", urlsplit(path).path), 404)
