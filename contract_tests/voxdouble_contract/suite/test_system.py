"""The system paths, and headers that every request may have."""

import uuid

import pytest

from voxdouble_contract.judging.expectations import expect, expect_status, unproven
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.recordings import tone
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import EXTRACTION, LIFECYCLE_TECHNOLOGIES
from voxdouble_contract.tasks import StartedTask, Tasks

INFO, STATUS = "/api/system/info", "/api/system/status"
TRACING = {"x-correlation-id": "contract-suite-correlation", "x-request-id": "contract-suite-request"}
CORS_PREFIX = "access-control-"
BURST = 30


@statement("S74")
def test_info_has_a_version(target: Target) -> None:
    """The info has a string `version`."""
    response = target.send("GET", INFO)
    expect_status(response, 200)
    expect(isinstance(response.get("version"), str), "`version` must be a string.", response)


@statement("S75")
def test_status_is_200(target: Target) -> None:
    """GET of the status gets a 200."""
    expect_status(target.send("GET", STATUS), 200)


@statement("C31")
def test_the_mock_names_itself(target: Target) -> None:
    """The status is an empty object, and the version names the mock."""
    status, info = target.send("GET", STATUS), target.send("GET", INFO)
    expect(status.json == {}, "The status must be an empty object.", status)
    expect(str(info.get("version")).startswith("voxdouble "), "`version` must begin with `voxdouble `.", info)


@statement("S54")
@pytest.mark.parametrize(
    "path", [INFO, STATUS, *(f"/api/technology/{name}/{uuid.UUID(int=9)}" for name in LIFECYCLE_TECHNOLOGIES)]
)
def test_no_authentication_is_required(target: Target, path: str) -> None:
    """A request without credentials does not get a 401 or 403."""
    if target.token:
        unproven("This target was given with a token, so it requires one.")
    response = target.send("GET", path)
    if response.status == 403 and path.startswith("/api/technology/"):
        unproven("The technology may lack its licence.")
    expect(response.status not in {401, 403}, "No authentication must be required.", response)


@statement("S56")
@pytest.mark.parametrize("headers", [TRACING, {}])
def test_tracing_headers_are_optional(target: Target, headers: dict[str, str]) -> None:
    """A task is accepted with the tracing headers and without."""
    StartedTask(target, EXTRACTION, target.post_media(EXTRACTION, tone(0.5), headers=headers)).accepted()


@statement("C29")
def test_tracing_headers_are_not_echoed(target: Target) -> None:
    """The response does not repeat the tracing headers of the request."""
    response = target.send("GET", INFO, headers=TRACING)
    expect_status(response, 200)
    echoed = [name for name, value in response.headers.items() if value in TRACING.values() or name.lower() in TRACING]
    expect(not echoed, f"The response must not have {', '.join(echoed)}.", response)


@statement("C29")
@pytest.mark.parametrize("name", TRACING)
def test_a_start_with_a_tracing_header_is_accepted(target: Target, name: str) -> None:
    """A task is started with either header, and the 202 does not repeat it."""
    task = StartedTask(
        target, EXTRACTION, target.post_media(EXTRACTION, tone(0.2), headers={name: TRACING[name]})
    ).accepted()
    expect(name not in task.start.headers, f"The response must not have {name}.", task.start)


@statement("S58", "C39")
def test_requests_are_not_limited(target: Target) -> None:
    """A burst of requests gets no 429."""
    for _ in range(BURST):
        response = target.send("GET", INFO, retry=False)
        expect(response.status != 429, "The status must not be 429.", response)


@statement("C33")
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_there_are_no_cors_headers(target: Target, tasks: Tasks, method: str) -> None:
    """No page of another origin may read a response."""
    headers = {"Origin": "http://elsewhere.example", "Access-Control-Request-Method": "GET"}
    for path in (INFO, target.path(EXTRACTION, tasks.upload("speech").accepted().task_id)):
        response = target.send(method, path, headers=headers)
        expect_status(response, 405 if method == "OPTIONS" else 403)
        found = [name for name in response.headers if name.lower().startswith(CORS_PREFIX)]
        expect(not found, f"The response must not have {', '.join(found)}.", response)


@statement("C60")
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "elsewhere.example"},
        {"Host": "127.0.0.1.elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
    ],
    ids=lambda headers: "-".join(*headers.items()),
)
def test_a_request_of_a_foreign_page_is_403(target: Target, headers: dict[str, str]) -> None:
    """A foreign Host (DNS rebinding) and a foreign origin are refused."""
    if target.token and "Host" in headers:
        unproven("The target asks for a token, so every Host may be accepted.")
    for path in (INFO, target.path(EXTRACTION, str(uuid.uuid4()))):
        response = target.send("GET", path, headers=headers)
        expect_status(response, 403)
        expect(response.get("type") == "request.forbidden", "`type` must be request.forbidden.", response)


@statement("C60")
@pytest.mark.parametrize("host", ["192.0.2.1:8000", "appliance", "a.localhost", "mock.internal:80", "[::1]"])
def test_a_private_host_is_accepted(target: Target, host: str) -> None:
    """An IP address, a name without a dot and names below private domains may be the Host."""
    expect_status(target.send("GET", INFO, headers={"Host": host}), 200)
