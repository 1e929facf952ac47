"""Which of several reasons to refuse a request is told (contract, C5)."""

import pytest

from voxdouble_contract.raw import MULTIPART, multipart_head
from voxdouble_contract.samples import hum
from voxdouble_contract.statements import statement
from voxdouble_contract.target import CONVERSION, EXTRACTION, Target
from voxdouble_contract.verdicts import expect, expect_status

TASK = "123e4567-e89b-12d3-a456-426614174000"
EXTRACT, CONVERT = f"/api/technology/{EXTRACTION}", f"/api/technology/{CONVERSION}"
HUGE = "9000000000"
CUT = multipart_head() + hum(0.2).data


@statement("C5")
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("PUT", EXTRACT, 405, id="method before size"),
        pytest.param("POST", EXTRACT, 413, id="size before type"),
        pytest.param("POST", CONVERT, 413, id="size before type, for JSON"),
    ],
)
def test_what_the_headers_say_comes_first(target: Target, method: str, path: str, status: int) -> None:
    """Method, size and type are judged in this order, before a byte of the body is there."""
    expect_status(target.raw(method, path, {"Content-Length": HUGE, "Content-Type": "text/plain"}), status)


@statement("C5")
@pytest.mark.parametrize(
    ("content_type", "location"),
    [
        pytest.param("text/plain", ["header", "content-type"], id="type before query"),
        pytest.param(MULTIPART, ["query", "channel_mode"], id="query before parsing"),
    ],
)
def test_type_and_query_come_before_the_body(target: Target, content_type: str, location: list[str]) -> None:
    """The type is judged before the query, and that before a body that is cut."""
    headers = {"Content-Type": content_type, "Content-Length": str(len(CUT))}
    answer = target.raw("POST", f"{EXTRACT}?channel_mode=none", headers, body=[CUT])
    expect_status(answer, 422)
    found = [detail.get("location") for detail in answer.details()]
    expect(found == [location], f"The one location should be {location}.", answer)


@statement("C5")
def test_parsing_comes_before_the_schema(target: Target) -> None:
    """JSON that breaks off is answered 400, also where what there is of it is not valid."""
    expect_status(target.post_json(CONVERSION, b'{"voiceprints": 7, '), 400)


@statement("C5")
def test_the_schema_comes_before_the_storage(limited: Target) -> None:
    """An upload without `file` is answered 422, also where it would not fit into the storage."""
    storage = limited.profile.input_storage or 0
    expect_status(limited.post_media(EXTRACTION, hum(storage / 16_000 + 1), part="media"), 422)


@statement("C5", "C26")
@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        pytest.param("GET", "/api/nothing", {}, 404, id="path before token"),
        pytest.param("PUT", EXTRACT, {}, 405, id="method before token"),
        pytest.param("POST", EXTRACT, {"Content-Length": HUGE}, 403, id="token before size"),
    ],
)
def test_the_token_comes_after_path_and_method(
    guarded: Target, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    """Without the token path and method are judged, and nothing else is."""
    expect_status(guarded.raw(method, path, {**headers, "Authorization": "Bearer wrong"}), status)


@statement("C26")
@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Basic Y29udHJhY3Q6c3VpdGU=", ""])
@pytest.mark.parametrize("path", [f"{EXTRACT}/{TASK}", "/api/system/info", "/api/system/status"])
def test_without_the_token_it_is_403(guarded: Target, path: str, authorization: str | None) -> None:
    """A wrong or missing token is answered 403 request.forbidden."""
    answer = guarded.send("GET", path, headers={"Authorization": authorization})
    expect_status(answer, 403)
    expect(answer.get("type") == "request.forbidden", "`type` should be request.forbidden.", answer)


@statement("C26")
def test_with_the_token_it_is_answered(guarded: Target) -> None:
    """The right token opens the way."""
    expect_status(guarded.send("GET", "/api/system/info"), 200)
