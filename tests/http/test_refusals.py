"""Invalid requests, as tables: status, vendor type and location of the error (C5 to C10, P3)."""

from typing import Any

import pytest
import requests

from tests.http.wire import (
    BOUNDARY,
    CONVERSION,
    EXTRACTION,
    JOHN,
    MULTIPART,
    assert_refused,
    convert,
    extract,
    form,
    get,
    post_head,
    raw,
)
from voxdouble_mock import MockAppliance

INVALID, VALIDATION = "request.invalid", "request.validation-error"
JSON = "application/json"


def post(url: str, path: str, body: bytes, content_type: str | None) -> requests.Response:
    """POST bytes with any content type or none."""
    headers = {"Content-Type": content_type} if content_type else {}
    return requests.post(url + path, data=body, headers=headers, timeout=30)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api",
        "/api/",
        "/static/x",
        "/api/technology",
        "/api/technology/unknown",
        EXTRACTION + "/",
        CONVERSION + "/",
        "/api/technology/speaker-identification-voiceprint-extraction//",
        "/api/system/info/",
        f"{EXTRACTION}/3fa85f64-5717-4562-b3fc-2c963f66afa6/",
        f"{EXTRACTION}/a/b",
        "/%00",
        "/%ff",
        "/_ns/a",
        "/_ns/",
        "/_ns/a%20b/api/system/info",
        "/_ns/" + "a" * 65 + "/api/system/info",
        "/_mock/unknown",
        "/.%2e/api/system/info",
        f"{EXTRACTION}/not-a-uuid",
        f"{EXTRACTION}/3fa85f64-5717-4562-b3fc-2c963f66afa6",
    ],
)
def test_there_is_nothing_at_other_addresses(mock: MockAppliance, path: str) -> None:
    """Unknown paths and ids are 404 in the vendor's form, and nothing redirects (S19, S67, C4, C10)."""
    assert_refused(get(mock.url + path), 404, "resource.not-found")


@pytest.mark.parametrize("target", ["//api/system/info", "/api//system/info", "/api/system%2Finfo/", "/%2e%2e/"])
def test_no_address_is_mended(mock: MockAppliance, target: str) -> None:
    """A path counts as it was sent: no doubled slash is merged, nothing is resolved (C10)."""
    request = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    status, body = raw(mock.url, request)
    assert (status, b"resource.not-found" in body) == (404, True)


def test_a_task_is_not_found_by_another_technology(mock: MockAppliance) -> None:
    """An id belongs to one technology (C4)."""
    task_id = convert(mock.url, ["AAAA"]).json()["task"]["task_id"]
    assert get(f"{mock.url}{CONVERSION}/{task_id}").status_code == 200
    assert_refused(get(f"{mock.url}{EXTRACTION}/{task_id}"), 404, "resource.not-found")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (EXTRACTION, "POST"),
        (CONVERSION, "POST"),
        (f"{EXTRACTION}/x", "GET"),
        ("/api/system/info", "GET"),
        ("/_mock/reset", "POST"),
        ("/_mock/clock", "GET, PUT"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_405_with_allow(mock: MockAppliance, path: str, allowed: str, method: str) -> None:
    """Only a route's own methods are answered, HEAD and OPTIONS not among them (S22, S68, C9)."""
    if method in allowed.split(", "):
        return
    response = requests.request(method, mock.url + path, timeout=30)
    assert (response.status_code, response.headers["Allow"]) == (405, allowed)
    if method != "HEAD":
        assert_refused(response, 405, "method.invalid")


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        (EXTRACTION, None),
        (EXTRACTION, JSON),
        (EXTRACTION, "multipart/mixed; boundary=a"),
        (EXTRACTION, "audio/wav"),
        (CONVERSION, None),
        (CONVERSION, "text/plain"),
        (CONVERSION, MULTIPART),
        (CONVERSION, "application/jsonx"),
    ],
)
def test_other_content_types_are_422(mock: MockAppliance, path: str, content_type: str | None) -> None:
    """The vendor knows no 415 (C6)."""
    assert_refused(post(mock.url, path, b"{}", content_type), 422, VALIDATION, ["header", "content-type"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"voiceprints": ["AAAA"]} x',
        b'{"voiceprints": [NaN]}',
        b'{"voiceprints": [Infinity]}',
        b"\xff",
        b'{"voiceprints": ["AAAA"], "voiceprints": ["AAAA"]}',
        b'{"x": {"a": 1, "a": 2}, "voiceprints": ["AAAA"]}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        "{}".encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b'{"voiceprints": ["A\nA"]}',
    ],
)
def test_json_that_cannot_be_parsed_is_400(mock: MockAppliance, body: bytes) -> None:
    """Broken, too deep, not UTF-8, repeated names, NaN: the client's fault each time (S23, S66, C7)."""
    assert_refused(post(mock.url, CONVERSION, body, JSON), 400, INVALID)


@pytest.mark.parametrize(
    ("body", "location"),
    [
        (b"[]", ["body"]),
        (b"null", ["body"]),
        (b'"x"', ["body"]),
        (b"{}", ["body", "voiceprints"]),
        (b'{"voiceprints": null}', ["body", "voiceprints"]),
        (b'{"voiceprints": "AAAA"}', ["body", "voiceprints"]),
        (b'{"voiceprints": []}', ["body", "voiceprints"]),
        (b'{"voiceprints": [1]}', ["body", "voiceprints", 0]),
        (b'{"voiceprints": ["AAAA", null]}', ["body", "voiceprints", 1]),
        (b'{"voiceprints": ["AAAA", "AAAA", "AAA"]}', ["body", "voiceprints", 2]),
        (b'{"voiceprints": ["A A A A"]}', ["body", "voiceprints", 0]),
        (b'{"voiceprints": ["-_-_"]}', ["body", "voiceprints", 0]),
        ('{"voiceprints": ["AAAé"]}'.encode(), ["body", "voiceprints", 0]),
        (b'{"Voiceprints": []}', ["body", "voiceprints"]),
        (b'{"voiceprints": [["AAAA"]]}', ["body", "voiceprints", 0]),
    ],
)
def test_json_that_breaks_the_schema_is_422(mock: MockAppliance, body: bytes, location: list[Any]) -> None:
    """The fault's place is named (S24, S42, S70, C8)."""
    assert_refused(post(mock.url, CONVERSION, body, JSON), 422, VALIDATION, location)


def test_many_faults_are_named_at_once_but_not_without_end(mock: MockAppliance) -> None:
    """One detail a fault, at most twenty (C8)."""
    three = convert(mock.url, ["?", "AAAA", "?", "?"]).json()["detail"]
    assert [detail["location"][2] for detail in three] == [0, 2, 3]
    assert len(convert(mock.url, ["?"] * 1000).json()["detail"]) == 20


def test_lists_have_a_limit(mock: MockAppliance) -> None:
    """50,000 voiceprints are taken, one more is refused (S41, S43)."""
    assert convert(mock.url, ["AAAA"] * 50_000).status_code == 202
    assert_refused(convert(mock.url, ["AAAA"] * 50_001), 422, VALIDATION, ["body", "voiceprints"])


@pytest.mark.parametrize("text", [" AAAA", "AAAA\n", "\r\n\tAAAA \r\n"])
def test_space_around_a_voiceprint_is_passed_over(mock: MockAppliance, text: str) -> None:
    """The vendor's files of voiceprints end in a line break (C18)."""
    assert convert(mock.url, [text]).status_code == 202


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("channel_mode=Mix", "channel_mode"),
        ("channel_mode=", "channel_mode"),
        ("channel_mode=mix&channel_mode=x", "channel_mode"),
        ("channels=0, 1", "channels"),
        ("channels=a", "channels"),
        ("channels=-1", "channels"),
        ("channels=%2B1", "channels"),
        ("channels=0,0", "channels"),
        ("channels=0,", "channels"),
        ("channels=,", "channels"),
        ("channels=01", "channels"),
        ("channels=1234567890", "channels"),
        ("channels=%D9%A1", "channels"),
        ("channels=1.0", "channels"),
        ("include_vector_voiceprint=2", "include_vector_voiceprint"),
        ("include_vector_voiceprint=", "include_vector_voiceprint"),
        ("include_vector_voiceprint=truely", "include_vector_voiceprint"),
    ],
)
def test_bad_query_parameters_are_422(mock: MockAppliance, query: str, name: str) -> None:
    """The parameter is named (S31, C13, C16)."""
    response = requests.post(f"{mock.url}{EXTRACTION}?{query}", files={"file": JOHN}, timeout=30)
    assert_refused(response, 422, VALIDATION, ["query", name])


@pytest.mark.parametrize(
    "text", ["true", "True", "TRUE", "1", "on", "yes", "t", "Y", "false", "False", "0", "off", "no", "f", "n"]
)
def test_booleans_are_read_generously(mock: MockAppliance, text: str) -> None:
    """True, as the vendor's own script sends it, among others (S34, C16)."""
    location = extract(mock.url, include_vector_voiceprint=text).headers["Location"]
    mock.clock.advance(1)
    [channel] = get(location).json()["result"]["channels"]
    assert ("vector_voiceprint" in channel) == (text.lower() in {"true", "1", "on", "yes", "t", "y"})


def test_unknown_parameters_parts_and_members_are_ignored(mock: MockAppliance) -> None:
    """What the contract does not name is passed over (C17)."""
    body = form(("config", b"{}"), ("file", JOHN), ("other", b"x" * 1000))
    assert post(mock.url, EXTRACTION + "?unknown=1", body, MULTIPART).status_code == 202
    assert (
        post(
            mock.url, CONVERSION, b'{"voiceprints": ["AAAA"], "model": NULL}'.replace(b"NULL", b"null"), JSON
        ).status_code
        == 202
    )


def test_numbers_of_any_length_are_json(mock: MockAppliance) -> None:
    """What an unknown member holds is ignored, also where it is five thousand digits long (C17)."""
    body = b'{"x": ' + b"9" * 5000 + b', "voiceprints": ["AAAA"]}'
    assert post(mock.url, CONVERSION, body, JSON).status_code == 202


def test_a_file_part_needs_no_file_name_and_no_content_type(mock: MockAppliance) -> None:
    """Only its name counts (S28, S29, C17)."""
    body = form(("file", JOHN)).replace(b'; filename="a.wav"', b"")
    assert post(mock.url, EXTRACTION, body, MULTIPART).status_code == 202


@pytest.mark.parametrize("parts", [[], [("File", JOHN)], [("config", b"{}")], [("file", JOHN), ("file", JOHN)]])
def test_there_is_one_part_named_file(mock: MockAppliance, parts: list[tuple[str, bytes]]) -> None:
    """None of that name, or two, breaks the schema (S28, C8)."""
    body = form(*parts) if parts else f"--{BOUNDARY}--\r\n".encode()
    assert_refused(post(mock.url, EXTRACTION, body, MULTIPART), 422, VALIDATION, ["body", "file"])


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", form(("file", JOHN))),
        ("multipart/form-data; boundary=", form(("file", JOHN))),
        ("multipart/form-data; boundary=other", form(("file", JOHN))),
        (MULTIPART, b""),
        (MULTIPART, b"x" * 1000),
        (MULTIPART, form(("file", JOHN), closing=False)),
        (MULTIPART, form(("file", JOHN))[:-20]),
        (MULTIPART, form(("file", JOHN))[:100]),
        (MULTIPART, form(("file", JOHN)).replace(b"Content-Disposition", b"Content Disposition")),
        (MULTIPART, form(*[(f"field{n}", b"") for n in range(200)], ("file", JOHN))),
    ],
)
def test_multipart_that_cannot_be_parsed_is_400(mock: MockAppliance, content_type: str, body: bytes) -> None:
    """No boundary, another one, or none at the end: the upload is not whole (C7, P1)."""
    assert_refused(post(mock.url, EXTRACTION, body, content_type), 400, INVALID)


@pytest.mark.parametrize("kept", [0, 1, 60, 150, 5000, -200, -20, -3, -1])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_cut_upload_makes_no_task(mock: MockAppliance, kept: int, chunked: bool) -> None:
    """Wherever the connection ends before the body does, the answer, if one can still be given, is 400 (P1, C7)."""
    body = form(("file", JOHN))
    if chunked:
        whole, framing = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body), "Transfer-Encoding: chunked"
    else:
        whole, framing = body, f"Content-Length: {len(body)}"
    request = post_head(EXTRACTION, MULTIPART, framing) + whole[:kept]
    status, _ = raw(mock.url, request, half_close=True)
    assert status in {0, 400}
    assert get(mock.url + "/_mock/tasks").json()["total"] == 0


def test_a_whole_chunked_upload_makes_a_task(mock: MockAppliance) -> None:
    """A body of undeclared length is as good as any."""
    pieces = (form(("file", JOHN))[at : at + 1000] for at in range(0, len(JOHN) + 1000, 1000))
    response = requests.post(mock.url + EXTRACTION, data=pieces, headers={"Content-Type": MULTIPART}, timeout=30)
    assert response.status_code == 202


@pytest.mark.parametrize(
    ("path", "content_type", "length"), [(EXTRACTION, MULTIPART, 500_010_000), (CONVERSION, JSON, 512_000_001)]
)
def test_a_declared_size_over_the_limit_is_413_before_the_body(
    mock: MockAppliance, path: str, content_type: str, length: int
) -> None:
    """The answer comes though no byte of the body was sent (S25, S69, C5)."""
    status, body = raw(mock.url, post_head(path, content_type, f"Content-Length: {length}"))
    assert (status, b"request.size-limit-exceeded" in body) == (413, True)


@pytest.mark.parametrize("digits", [18, 19, 100])
def test_no_declared_size_is_too_long_to_be_read(mock: MockAppliance, digits: int) -> None:
    """However many digits it has, it is a size, and too large."""
    assert raw(mock.url, post_head(CONVERSION, JSON, f"Content-Length: {'9' * digits}"))[0] == 413


def test_methods_are_told_apart_by_case(mock: MockAppliance) -> None:
    """`get` is not GET (C9)."""
    request = b"get /api/system/info HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    status, body = raw(mock.url, request)
    assert (status, b"method.invalid" in body) == (405, True)


def test_an_upload_over_the_limit_is_413_wherever_that_shows() -> None:
    """The file counts, not its framing: the limit itself is taken, one byte more is not (S82)."""
    with MockAppliance(clock="manual", max_upload=10_000) as mock:
        assert extract(mock.url, JOHN[:10_000]).status_code == 202
        assert_refused(extract(mock.url, JOHN[:10_001]), 413, "request.size-limit-exceeded")
        assert_refused(extract(mock.url, JOHN), 413, "request.size-limit-exceeded")
        pieces = (form(("file", JOHN))[at : at + 1000] for at in range(0, len(JOHN), 1000))
        chunked = requests.post(mock.url + EXTRACTION, data=pieces, headers={"Content-Type": MULTIPART}, timeout=30)
        assert_refused(chunked, 413, "request.size-limit-exceeded")


def test_a_full_input_storage_is_507() -> None:
    """An upload that does not fit makes no task; afterwards there is room again (S26, S71)."""
    with MockAppliance(clock="manual", input_storage=100_000) as mock:
        assert_refused(extract(mock.url, JOHN), 507, "storage.capacity-exceeded")
        for _ in range(3):
            assert extract(mock.url, JOHN[:90_000]).status_code == 202


def test_a_slow_upload_is_400() -> None:
    """An upload that has not arrived within the limit is refused (S61, C7)."""
    with MockAppliance(clock="manual", max_upload_seconds=0.05) as mock:
        status, body = raw(mock.url, post_head(EXTRACTION, MULTIPART, "Content-Length: 1000") + b"x")
        assert (status, b"request.invalid" in body) == (400, True)


@pytest.mark.parametrize(
    ("method", "path", "content_type", "query", "body", "expected"),
    [
        ("POST", EXTRACTION + "/", "text/plain", "?channels=x", b"", 404),
        ("PUT", EXTRACTION, "text/plain", "?channels=x", b"", 405),
        ("POST", EXTRACTION, "text/plain", "?channels=x", b"", 403),
        ("GET", EXTRACTION + "/unknown", "text/plain", "", b"", 403),
    ],
)
def test_refusals_come_in_order_before_the_token(
    method: str, path: str, content_type: str, query: str, body: bytes, expected: int
) -> None:
    """Path, then method, then token (C5, C26)."""
    with MockAppliance(token="secret") as mock:
        headers = {"Content-Type": content_type}
        response = requests.request(method, mock.url + path + query, data=body, headers=headers, timeout=30)
        assert response.status_code == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (post_head(EXTRACTION + "?channels=x", "text/plain", "Content-Length: 999999999"), 413),
        (post_head(EXTRACTION + "?channels=x", "text/plain", "Content-Length: 0"), 422),
        (post_head(EXTRACTION + "?channels=x", MULTIPART, "Content-Length: 0"), 422),
        (post_head(EXTRACTION, MULTIPART, "Content-Length: 0"), 400),
    ],
)
def test_refusals_come_in_order_after_the_token(mock: MockAppliance, head: bytes, expected: int) -> None:
    """Declared size, then content type, then query, then the body (C5)."""
    assert raw(mock.url, head)[0] == expected


def test_a_bug_is_a_500_in_the_vendors_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody foresaw shows no traceback to the caller, but the vendor's error body."""
    with MockAppliance() as mock:
        monkeypatch.setattr("voxdouble_mock.appliance.Appliance.find", lambda *_: 1 / 0)
        assert_refused(get(f"{mock.url}{EXTRACTION}/x"), 500, "internal")
