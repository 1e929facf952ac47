"""Paths and methods without a route, beyond those that the contract suite requests (C9, C10)."""

import pytest

from tests.http.wire import CONVERSION, EXTRACTION, assert_raw_refused, assert_refused, get, head_of_get, raw, send
from voxdouble_mock import MockAppliance

UNKNOWN_ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api/",
        "/api/technology",
        CONVERSION + "/",
        EXTRACTION + "//",
        f"{EXTRACTION}/{UNKNOWN_ID}/",
        f"{EXTRACTION}/a/b",
        "/%00",
        "/%ff",
        "/_ns/a",
        "/_ns/",
        "/_ns/a%20b/api/system/info",
        "/_ns/" + "a" * 65 + "/api/system/info",
        "/_mock/unknown",
        "/.%2e/api/system/info",
    ],
)
def test_an_unknown_path_is_404(mock: MockAppliance, path: str) -> None:
    """A path without a route is answered 404 in the vendor's form, without a redirect (S67, C10)."""
    assert_refused(get(mock.url + path), 404, "resource.not-found")


@pytest.mark.parametrize("target", ["//api/system/info", "/api//system/info", "/api/system%2Finfo/", "/%2e%2e/"])
def test_a_path_is_not_normalised(mock: MockAppliance, target: str) -> None:
    """A path counts as it was sent: double slashes are not merged, and dots are not resolved (C10)."""
    assert_raw_refused(raw(mock.url, head_of_get(target)), 404, "resource.not-found")


@pytest.mark.parametrize(
    ("path", "allowed", "method"),
    [
        (EXTRACTION, "POST", "BREW"),
        (f"{EXTRACTION}/x", "GET", "POST"),
        (CONVERSION, "POST", "GET"),
        ("/api/system/info", "GET", "DELETE"),
        ("/_mock/reset", "POST", "GET"),
        ("/_mock/reset", "POST", "HEAD"),
        ("/_mock/reset", "POST", "OPTIONS"),
        ("/_mock/clock", "GET, PUT", "POST"),
        ("/_mock/clock", "GET, PUT", "HEAD"),
        ("/_mock/clock", "GET, PUT", "OPTIONS"),
        ("/_mock/clock", "GET, PUT", "TRACE"),
    ],
)
def test_other_methods_are_405_with_allow(mock: MockAppliance, path: str, allowed: str, method: str) -> None:
    """A method that a path does not have is answered 405, and `Allow` lists the methods that it has (C9)."""
    response = send(method, mock.url + path)
    assert (response.status_code, response.headers["Allow"]) == (405, allowed)
    if method == "HEAD":
        assert response.content == b""
    else:
        assert_refused(response, 405, "method.invalid")


def test_methods_are_case_sensitive(mock: MockAppliance) -> None:
    """The method `get` is answered 405, because it is not GET (C9)."""
    assert_raw_refused(raw(mock.url, head_of_get("/api/system/info", "get")), 405, "method.invalid")
