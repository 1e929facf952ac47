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


@pytest.mark.parametrize("base", ["", "/_ns/team"])
def test_the_root_names_the_console(mock: MockAppliance, base: str) -> None:
    """The refusal of the root path says where the console of the namespace is; that of another path does not."""
    assert f"its console is at {base}/_mock/." in get(f"{mock.url}{base}/").json()["message"]
    assert "console" not in get(f"{mock.url}{base}/api/").json()["message"]


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
        ("/_mock/reset", "OPTIONS, POST", "GET"),
        ("/_mock/reset", "OPTIONS, POST", "HEAD"),
        ("/_mock/clock", "GET, HEAD, OPTIONS, PUT", "POST"),
        ("/_mock/clock", "GET, HEAD, OPTIONS, PUT", "TRACE"),
        (CONVERSION, "POST", "HEAD"),
        (CONVERSION, "POST", "OPTIONS"),
        ("/api/system/info", "GET", "HEAD"),
        ("/api/system/info", "GET", "OPTIONS"),
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


OWN_PATHS = [
    "/_mock/",
    "/_mock/health",
    "/_mock/openapi.json",
    "/_mock/fidelity",
    "/_mock/tasks",
    "/_mock/clock",
    "/_mock/faults",
    "/_mock/requests",
    "/_mock/namespaces",
]


@pytest.mark.parametrize("path", OWN_PATHS)
def test_head_on_the_mocks_own_paths_is_get_without_the_body(mock: MockAppliance, path: str) -> None:
    """Status and headers are those of GET, and the connection can be used again (RFC 9110 section 9.3.2)."""
    expected, found = get(mock.url + path), send("HEAD", mock.url + path)
    assert (found.status_code, found.content) == (expected.status_code, b"")
    assert set(found.headers) == set(expected.headers)
    assert found.headers["Content-Type"] == expected.headers["Content-Type"]
    status, body = raw(mock.url, head_of_get(path, "HEAD"))
    assert (status, body) == (200, b"")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/_mock/health", "GET, HEAD, OPTIONS"),
        ("/_mock/reset", "OPTIONS, POST"),
        ("/_mock/clock", "GET, HEAD, OPTIONS, PUT"),
        ("/_mock/scenario", "DELETE, GET, HEAD, OPTIONS, PUT"),
    ],
)
def test_options_on_the_mocks_own_paths_lists_the_methods(mock: MockAppliance, path: str, allowed: str) -> None:
    """The response is a 204 with `Allow`, without headers that would let other pages in."""
    for base in (mock.url, f"{mock.url}/_ns/a"):
        response = send("OPTIONS", base + path)
        assert (response.status_code, response.headers["Allow"], response.content) == (204, allowed, b"")
        assert "Content-Type" not in response.headers
        assert not [name for name in response.headers if name.lower().startswith("access-control")]


def test_options_needs_the_token_and_a_known_host() -> None:
    """OPTIONS on the mock's own paths is subject to the access control of the other methods."""
    with MockAppliance(token="secret") as mock:
        assert send("OPTIONS", mock.url + "/_mock/clock").status_code == 403
        assert send("HEAD", mock.url + "/_mock/clock").status_code == 403
        headers = {"Authorization": "Bearer secret"}
        assert send("OPTIONS", mock.url + "/_mock/clock", headers=headers).status_code == 204
        foreign = {**headers, "Host": "elsewhere.example"}
        assert send("OPTIONS", mock.url + "/_mock/clock", headers=foreign).status_code == 403
        assert send("HEAD", mock.url + "/_mock/health").status_code == 200
