"""Access to the mock: the bearer token, and the Host and Origin headers on its own routes (P4, P5)."""

from collections.abc import Iterator

import pytest

from tests.http.wire import EXTRACTION, assert_refused, convert, get, post
from voxdouble_mock import MockAppliance

CONTROL = ["/_mock/", "/_mock/openapi.json", "/_mock/tasks", "/_mock/clock", "/_ns/a/_mock/clock", "/_mock"]


@pytest.fixture(scope="module")
def mock_with_token() -> Iterator[MockAppliance]:
    """Start a mock that requires a token."""
    with MockAppliance(token="secret") as mock:
        yield mock


@pytest.fixture(scope="module")
def mock_with_names() -> Iterator[MockAppliance]:
    """Start a mock that has a control host and a public URL."""
    with MockAppliance(control_hosts=("mock.internal",), public_url="http://voices.example:80") as mock:
        yield mock


@pytest.mark.parametrize("path", CONTROL)
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8000"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost@evil"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Host": "localhost", "Origin": "http://localhost:81"},
        {"Host": "[::1].evil"},
        {"Host": ""},
    ],
)
def test_control_routes_refuse_unknown_hosts_and_origins(
    mock: MockAppliance, path: str, headers: dict[str, str]
) -> None:
    """Another Host (DNS rebinding) or Origin is refused, without a CORS header (P4)."""
    response = get(mock.url + path, headers=headers)
    assert response.status_code in {400, 403}
    assert not [name for name in response.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "localhost"},
        {"Host": "127.0.0.1:1"},
        {"Host": "[::1]:9"},
        {"Host": "LOCALHOST:8000"},
        {"Host": "mock.internal"},
        {"Host": "voices.example"},
        {"Host": "localhost:5", "Origin": "http://localhost:5"},
    ],
)
def test_control_routes_accept_configured_hosts(mock_with_names: MockAppliance, headers: dict[str, str]) -> None:
    """Loopback names with any port, the public URL's host and the control hosts are accepted."""
    assert get(mock_with_names.url + "/_mock/clock", headers=headers).status_code == 200


def test_a_request_of_another_origin_cannot_reset(mock: MockAppliance) -> None:
    """A cross-origin POST of a browser carries its Origin; it is refused and changes nothing."""
    convert(mock.url, ["AAAA"])
    assert_refused(post(mock.url + "/_mock/reset", headers={"Origin": "http://evil.example"}), 403, "request.forbidden")
    assert get(mock.url + "/_mock/tasks").json()["total"] == 1


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_requests_of_other_sites_are_refused_by_sec_fetch_site(mock: MockAppliance, site: str) -> None:
    """An image or a form of another site sends no Origin, but browsers send Sec-Fetch-Site (P4)."""
    assert_refused(get(mock.url + "/_mock/tasks", headers={"Sec-Fetch-Site": site}), 403, "request.forbidden")
    for own in ("same-origin", "none"):
        assert get(mock.url + "/_mock/tasks", headers={"Sec-Fetch-Site": own}).status_code == 200


def test_a_forwarded_host_does_not_open_control_routes() -> None:
    """A page that is served under a host name of its own can send X-Forwarded-Host, so the original Host counts too."""
    with MockAppliance(trusted_proxies=("127.0.0.1",)) as mock:
        headers = {"Host": "evil.example", "X-Forwarded-Host": "127.0.0.1"}
        assert_refused(get(mock.url + "/_mock/tasks", headers=headers), 403, "request.forbidden")


@pytest.mark.parametrize("path", ["/api/system/info", f"{EXTRACTION}/x", "/_ns/a/api/system/info"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8000"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost.evil.example"},
        {"Host": "evil.internal.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1"},
    ],
)
def test_the_vendors_routes_refuse_foreign_pages(mock: MockAppliance, path: str, headers: dict[str, str]) -> None:
    """Without a token, a Host that a page could own and a request of another origin are refused, without CORS (C60)."""
    response = get(mock.url + path, headers=headers)
    assert_refused(response, 403, "request.forbidden")
    assert not [name for name in response.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    "host",
    ["10.1.2.3:8000", "[fe80::1]:8000", "mock", "mock:8000", "a.localhost", "host.docker.internal", "LOCALHOST."],
)
def test_the_vendors_routes_accept_private_hosts(mock: MockAppliance, host: str) -> None:
    """IP addresses, names without a dot and names below private domains are accepted (C60)."""
    assert get(mock.url + "/api/system/info", headers={"Host": host}).status_code == 200


def test_the_vendors_routes_accept_configured_hosts(mock_with_names: MockAppliance) -> None:
    """The public URL's host is accepted; so is every Host where a token protects the routes (C60)."""
    assert get(mock_with_names.url + "/api/system/info", headers={"Host": "voices.example"}).status_code == 200
    with MockAppliance(token="secret") as mock:
        headers = {"Authorization": "Bearer secret", "Host": "voices.example"}
        assert get(mock.url + "/api/system/info", headers=headers).status_code == 200


def test_sec_fetch_site_alone_decides(mock: MockAppliance) -> None:
    """A request that a browser marks as same-origin is accepted even if its Origin looks foreign (C60)."""
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": "http://proxy.example"}
    assert get(mock.url + "/api/system/info", headers=headers).status_code == 200


def test_a_foreign_host_behind_a_trusted_proxy_is_refused() -> None:
    """Both the forwarded Host and the original one must be accepted (C60)."""
    with MockAppliance(trusted_proxies=("127.0.0.1",)) as mock:
        for own, forwarded in (("evil.example", "mock"), ("mock", "evil.example")):
            headers = {"Host": own, "X-Forwarded-Host": forwarded}
            assert_refused(get(mock.url + "/api/system/info", headers=headers), 403, "request.forbidden")


def test_a_link_to_the_console_works_from_anywhere(mock: MockAppliance) -> None:
    """A top-level navigation to /_mock/ is answered, a frame and any other route are not."""
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert get(mock.url + "/_mock/", headers=link).status_code == 200
    assert_refused(get(mock.url + "/_mock/", headers={**link, "Sec-Fetch-Dest": "iframe"}), 403, "request.forbidden")
    assert_refused(get(mock.url + "/_mock/tasks", headers=link), 403, "request.forbidden")


@pytest.mark.parametrize("path", ["/api/system/info", "/_mock/", "/_mock/health", "/nothing"])
def test_every_response_keeps_browsers_from_sharing_it(mock: MockAppliance, path: str) -> None:
    """Responses and refusals have X-Content-Type-Options and Cross-Origin-Resource-Policy (P4)."""
    headers = get(mock.url + path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("path", [f"{EXTRACTION}/x", "/api/system/info", "/_mock/tasks", "/_ns/a/api/system/info"])
@pytest.mark.parametrize(
    "authorization", [None, "Bearer wrong", "secret", "Basic secret", "Bearer secretx", "Bearer é"]
)
def test_a_missing_or_wrong_token_is_403(mock_with_token: MockAppliance, path: str, authorization: str | None) -> None:
    """Every route but health requires the exact token (C26)."""
    headers = {"Authorization": authorization.encode()} if authorization else {}
    assert_refused(get(mock_with_token.url + path, headers=headers), 403, "request.forbidden")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_the_token_is_accepted(mock_with_token: MockAppliance, scheme: str) -> None:
    """With the token, routes are answered; the scheme's name may have any case (C26)."""
    headers = {"Authorization": f"{scheme} secret"}
    assert get(mock_with_token.url + "/api/system/info", headers=headers).status_code == 200
    assert get(mock_with_token.url + "/_mock/tasks", headers=headers).status_code == 200
    assert get(f"{mock_with_token.url}{EXTRACTION}/x", headers=headers).status_code == 404


def test_health_needs_no_token(mock_with_token: MockAppliance) -> None:
    """The health check of a container has no token."""
    assert get(mock_with_token.url + "/_mock/health").status_code == 200
