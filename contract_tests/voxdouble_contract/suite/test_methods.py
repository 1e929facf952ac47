"""Unknown paths and methods."""

import uuid
from urllib.parse import urlsplit

import pytest

from voxdouble_contract.judging.expectations import expect, expect_status, unproven
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import EXTRACTION
from voxdouble_contract.tasks import Tasks
from voxdouble_fixtures.other_technologies import messages

START = f"/api/technology/{EXTRACTION}"
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


@statement("S22", "C40")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_a_start_path_accepts_only_post(target: Target, method: str) -> None:
    """Another method on a path that starts tasks gets a 405."""
    expect_status(target.send(method, START), 405)


@statement("S22", "C40")
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_task_path_accepts_only_get(target: Target, tasks: Tasks, method: str) -> None:
    """Another method on a task's path gets a 405."""
    path = target.path(EXTRACTION, tasks.upload("speech").accepted().task_id)
    expect_status(target.send(method, path), 405)


@statement("C9")
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "TRACE"])
@pytest.mark.parametrize(
    ("path", "allowed"),
    [(START, "POST"), (f"{START}/{uuid.UUID(int=7)}", "GET"), *((path, "GET") for path in SYSTEM)],
)
def test_every_other_method_is_405_with_allow(target: Target, path: str, allowed: str, method: str) -> None:
    """HEAD and OPTIONS too get a 405, and `Allow` names the methods of the path."""
    response = target.send(method, path)
    expect_status(response, 405)
    expect(response.headers.get("Allow") == allowed, f"`Allow` must be {allowed}.", response)


@statement("C10")
@pytest.mark.parametrize("path", UNKNOWN)
def test_an_unknown_path_is_404(target: Target, path: str) -> None:
    """An unknown path gets a 404, without a redirect to a known one."""
    response = target.send("GET", path)
    expect_status(response, 404)
    expect(response.get("type") == "resource.not-found", "`type` must be resource.not-found.", response)


@statement("C5")
@pytest.mark.parametrize("path", UNKNOWN)
def test_the_path_is_checked_before_the_method(target: Target, path: str) -> None:
    """A wrong method on an unknown path gets a 404."""
    expect_status(target.send("PATCH", urlsplit(path).path), 404)


@statement("C42")
@pytest.mark.parametrize("path", messages())
def test_a_technology_that_is_not_computed_is_404(target: Target, path: str) -> None:
    """A start and a poll of another technology of the vendor's are refused by name."""
    if target.kind != "mock":
        unproven("The target may offer the technology.")
    if path in target.get_object("/_mock/openapi.json").get("paths", {}):
        unproven("The target's scenario or pack has a result of it.")
    for method, place in (("POST", path), ("GET", f"{path}/{uuid.UUID(int=7)}")):
        response = target.send(method, place)
        expect_status(response, 404)
        expect(response.get("type") == "resource.not-found", "`type` must be resource.not-found.", response)
        expect(response.get("message") == messages()[path], f"`message` must be {messages()[path]!r}.", response)
