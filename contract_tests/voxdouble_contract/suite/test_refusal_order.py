"""The order in which a request that is wrong in several ways is checked (C5, C26)."""

import pytest

from voxdouble_contract.judging.expectations import expect, expect_status
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.bad_requests import CUT, SECONDS, json_technology
from voxdouble_contract.samples.recordings import tone
from voxdouble_contract.target.profile import FILLING
from voxdouble_contract.target.raw import MULTIPART
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import CONVERSION, EXTRACTION

TASK_ID = "123e4567-e89b-12d3-a456-426614174000"
EXTRACT = f"/api/technology/{EXTRACTION}"
HUGE = "9000000000"


@statement("C5")
@pytest.mark.parametrize(
    ("method", "technology", "status"),
    [
        pytest.param("PUT", EXTRACTION, 405, id="method before size"),
        pytest.param("POST", EXTRACTION, 413, id="size before type"),
        pytest.param("POST", CONVERSION, 413, id="size before type, for JSON"),
    ],
)
def test_method_size_and_type_are_checked_in_this_order(
    target: Target, method: str, technology: str, status: int
) -> None:
    """Method, declared size and content type are checked in this order, before any byte of the body arrives."""
    headers = {"Content-Length": HUGE, "Content-Type": "text/plain"}
    expect_status(target.raw(method, target.path(technology), headers), status)


@statement("C5")
@pytest.mark.parametrize(
    ("content_type", "location"),
    [
        pytest.param("text/plain", ["header", "content-type"], id="type before query"),
        pytest.param(MULTIPART, ["query", "channel_mode"], id="query before parsing"),
    ],
)
def test_type_and_query_are_checked_before_the_body(target: Target, content_type: str, location: list[str]) -> None:
    """The content type is checked before the query, and the query before a body that is cut."""
    headers = {"Content-Type": content_type, "Content-Length": str(len(CUT))}
    response = target.raw("POST", f"{EXTRACT}?channel_mode=none", headers, audio=SECONDS, body=[CUT])
    expect_status(response, 422)
    found = [detail.get("location") for detail in response.details()]
    expect(found == [location], f"The only location must be {location}, got {found}.", response)


@statement("C5")
def test_parsing_comes_before_the_schema(target: Target) -> None:
    """JSON that is cut gets a 400, even if the part before the cut breaks the schema."""
    expect_status(target.post_json(json_technology(target), b'{"voiceprints": 7, '), 400)


@statement("C5")
def test_the_schema_comes_before_the_storage(limited: Target) -> None:
    """An upload without `file` gets a 422, even if it does not fit into the storage."""
    upload = tone(((limited.profile.fillable_storage or 0) + FILLING // 2) / 16_000)
    expect_status(limited.post_media(EXTRACTION, upload, part="media"), 422)


@statement("C5", "C26")
@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        pytest.param("GET", "/api/nothing", {}, 404, id="path before token"),
        pytest.param("PUT", EXTRACT, {}, 405, id="method before token"),
        pytest.param("POST", EXTRACT, {"Content-Length": HUGE}, 403, id="token before size"),
    ],
)
def test_the_token_is_checked_after_path_and_method(
    with_token: Target, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    """Without the token, only path and method are checked."""
    expect_status(with_token.raw(method, path, {**headers, "Authorization": "Bearer wrong"}), status)


@statement("C26")
@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Basic Y29udHJhY3Q6c3VpdGU=", ""])
@pytest.mark.parametrize("path", [f"{EXTRACT}/{TASK_ID}", "/api/system/info", "/api/system/status"])
def test_a_wrong_or_missing_token_is_403(with_token: Target, path: str, authorization: str | None) -> None:
    """A wrong or missing token gets a 403 request.forbidden."""
    response = with_token.send("GET", path, headers={"Authorization": authorization})
    expect_status(response, 403)
    expect(response.get("type") == "request.forbidden", "`type` must be request.forbidden.", response)


@statement("C26")
def test_the_right_token_is_accepted(with_token: Target) -> None:
    """A request with the right token gets its response."""
    expect_status(with_token.send("GET", "/api/system/info"), 200)
