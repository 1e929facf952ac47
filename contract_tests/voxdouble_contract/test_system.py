"""The appliance about itself, and what holds for every request (contract 2.4, 5, 6)."""

import uuid

import pytest

from voxdouble_contract.runs import Runs, check_accepted
from voxdouble_contract.samples import hum
from voxdouble_contract.statements import statement
from voxdouble_contract.target import EXTRACTION, TECHNOLOGIES, Target
from voxdouble_contract.verdicts import expect, expect_status, unproven

INFO, STATUS = "/api/system/info", "/api/system/status"
TRACING = {"x-correlation-id": "contract-suite-correlation", "x-request-id": "contract-suite-request"}
CORS = "access-control-"
ANY_TASK = uuid.UUID(int=9)
BURST = 30


@statement("S74")
def test_info_tells_a_version(target: Target) -> None:
    """The info has a string `version`."""
    answer = target.send("GET", INFO)
    expect_status(answer, 200)
    expect(isinstance(answer.get("version"), str), "`version` should be a string.", answer)


@statement("S75")
def test_status_is_200(target: Target) -> None:
    """The status is answered 200."""
    expect_status(target.send("GET", STATUS), 200)


@statement("C31")
def test_the_stand_in_names_itself(target: Target) -> None:
    """The status is an empty object, and the version names this stand-in."""
    status, info = target.send("GET", STATUS), target.send("GET", INFO)
    expect(status.json == {}, "The status should be an empty object.", status)
    expect(str(info.get("version")).startswith("voxdouble "), "`version` should begin with voxdouble.", info)


@statement("S54")
@pytest.mark.parametrize(
    "path", [INFO, STATUS, *(f"/api/technology/{name}/{uuid.UUID(int=9)}" for name in TECHNOLOGIES)]
)
def test_nobody_is_asked_who_he_is(target: Target, path: str) -> None:
    """Without credentials no request is answered 401 or 403."""
    if target.token:
        unproven("A token was given for this target, so that it asks for one.")
    answer = target.send("GET", path)
    if answer.status == 403 and path.startswith("/api/technology/"):
        unproven("The technology may lack its licence.")
    expect(answer.status not in {401, 403}, "No authentication should be needed.", answer)


@statement("S56")
@pytest.mark.parametrize("headers", [TRACING, {}])
def test_tracing_headers_are_optional(target: Target, headers: dict[str, str]) -> None:
    """A task is accepted with the tracing headers and without."""
    check_accepted(target.post_media(EXTRACTION, hum(0.5), headers=headers))


@statement("C29")
def test_tracing_headers_are_not_echoed(target: Target) -> None:
    """The ids of a request do not come back."""
    answer = target.send("GET", INFO, headers=TRACING)
    expect_status(answer, 200)
    echoed = [name for name, value in answer.headers.items() if value in TRACING.values() or name.lower() in TRACING]
    expect(not echoed, f"The answer should not have {', '.join(echoed)}.", answer)


@statement("S58")
def test_many_requests_are_not_limited(target: Target) -> None:
    """A burst of requests is answered without a 429."""
    for _ in range(BURST):
        answer = target.send("GET", INFO, patient=False)
        expect(answer.status != 429, "The answer should not be 429.", answer)


@statement("C33")
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_other_origin_is_let_in(target: Target, runs: Runs, method: str) -> None:
    """No page of another origin is allowed to read an answer."""
    headers = {"Origin": "http://elsewhere.example", "Access-Control-Request-Method": "GET"}
    for path in (INFO, target.path(EXTRACTION, runs.accepted("speech").task_id)):
        answer = target.send(method, path, headers=headers)
        found = [name for name in answer.headers if name.lower().startswith(CORS)]
        expect(not found, f"The answer should not have {', '.join(found)}.", answer)
