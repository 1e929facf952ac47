"""The `Location` of a 202: the client's own Host, a public URL, or what a trusted proxy forwards (S7 to S9, P6)."""

import pytest

from tests.http.wire import CONVERSION, convert, get
from voxdouble_mock import MockAppliance

FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "voices.example", "X-Forwarded-Prefix": "/phx"}


@pytest.mark.parametrize("host", ["appliance:8000", "localhost:18000"])
def test_location_has_the_clients_host(mock: MockAppliance, host: str) -> None:
    """`Location` has the scheme and Host that the client used, also its port if another one is mapped to the mock's."""
    response = convert(mock.url, ["AAAA"], headers={"Host": host})
    assert response.headers["Location"].startswith(f"http://{host}{CONVERSION}/")


def test_location_can_be_a_path() -> None:
    """With location=path both headers have the form of the vendor's reference, a path (S9)."""
    with MockAppliance(location="path") as mock:
        started = convert(mock.url + "/_ns/a", ["AAAA"])
        task_id = started.json()["task"]["task_id"]
        assert started.headers["Location"] == started.headers["X-Location"] == f"/_ns/a{CONVERSION}/{task_id}"


def test_location_can_have_a_public_url() -> None:
    """With a public URL, `Location` begins with it instead of the client's Host."""
    with MockAppliance(public_url="https://voices.example/phx/") as mock:
        assert convert(mock.url, ["AAAA"]).headers["Location"].startswith(f"https://voices.example/phx{CONVERSION}/")


def test_a_public_url_is_sent_in_ascii() -> None:
    """A public URL with other characters is sent as a URI (RFC 3987 section 3.1), since a header has only ASCII."""
    with MockAppliance(public_url="https://h\u00e4user.example/st\u00fcck") as mock:
        location = convert(mock.url, ["AAAA"]).headers["Location"]
        assert location.startswith(f"https://xn--huser-gra.example/st%C3%BCck{CONVERSION}/")


@pytest.mark.parametrize(
    ("trusted", "expected"),
    [
        (("127.0.0.1",), "https://voices.example/phx/_ns/a"),
        (("127.0.0.0/8", "::1"), "https://voices.example/phx/_ns/a"),
        (("10.0.0.0/8",), None),
        ((), None),
    ],
)
def test_forwarded_headers_count_from_trusted_proxies_only(trusted: tuple[str, ...], expected: str | None) -> None:
    """X-Forwarded headers change `Location` only if the peer is configured as a trusted proxy."""
    with MockAppliance(trusted_proxies=trusted, control_hosts=("voices.example",)) as mock:
        url = mock.namespace("a").url
        response = convert(url, ["AAAA"], headers=FORWARDED)
        assert response.headers["Location"].startswith(f"{expected or url}{CONVERSION}/")


def test_a_public_url_replaces_forwarded_values() -> None:
    """A forwarded prefix is not added to the public URL, the namespace is."""
    with MockAppliance(trusted_proxies=("127.0.0.1",), public_url="https://voices.example/phx") as mock:
        response = convert(mock.namespace("a").url, ["AAAA"], headers=FORWARDED)
        assert response.headers["Location"].startswith(f"https://voices.example/phx/_ns/a{CONVERSION}/")


def test_malformed_forwarded_values_are_ignored() -> None:
    """Also from a trusted proxy a value counts only if it is a scheme, host, port or path (P6)."""
    cases: list[tuple[dict[str, str], str | None]] = [
        ({"X-Forwarded-Host": "vox.example", "X-Forwarded-Port": "8443"}, "http://vox.example:8443"),
        ({"X-Forwarded-Proto": "ftp"}, None),
        ({"X-Forwarded-Host": "a b"}, None),
        ({"X-Forwarded-Prefix": "//evil.example"}, None),
        ({"X-Forwarded-Prefix": "/a/../b?x#y"}, None),
        ({"X-Forwarded-Prefix": "/a/../b"}, None),
        ({"X-Forwarded-Prefix": "/./b"}, None),
        ({"X-Forwarded-Host": "vox.example:65536"}, None),
        ({"X-Forwarded-Host": "vox.example", "X-Forwarded-Port": "99999"}, "http://vox.example"),
    ]
    with MockAppliance(trusted_proxies=("127.0.0.1",), control_hosts=("vox.example",)) as mock:
        for headers, expected in cases:
            location = convert(mock.url, ["AAAA"], headers=headers).headers["Location"]
            assert location.startswith(f"{expected or mock.url}{CONVERSION}/"), headers


@pytest.mark.parametrize(
    "host",
    [
        'evil"<script>',
        "a b",
        "user@host",
        "host:port",
        "host/path",
        "[::1",
        "a,b",
        "a:65536",
        "[::1]:99999",
        "a..b",
        "x" * 64,
    ],
)
def test_a_malformed_host_is_400(mock: MockAppliance, host: str) -> None:
    """A malformed Host header is refused, creates no task, and never becomes part of a response's headers (P6)."""
    response = convert(mock.url, ["AAAA"], headers={"Host": host})
    assert (response.status_code, response.json()["type"]) == (400, "request.invalid")
    assert "Location" not in response.headers
    assert get(mock.url + "/_mock/tasks").json()["total"] == 0
