"""Proxies: which requests use one, and how messages name it."""

import socket

import pytest

from tests.client.hostile import DONE, START, TASK_PATH, HostileServer, ReceivedRequest, accepted, responding, response
from voxdouble_client import ApiError, ApplianceClient, TransportError
from voxdouble_client._http.proxy import is_bypassed, proxy_for


def forward(request: ReceivedRequest, connection: socket.socket) -> None:
    """Respond in place of any host."""
    connection.sendall(accepted() if request.method == "POST" else response(200, DONE))


BYPASSED = {
    "the host": ("appliance", "http://appliance:8000"),
    "the host and its port": ("appliance:8000", "http://appliance:8000"),
    "a domain": ("example.com", "http://appliance.example.com"),
    "a domain with a dot": (".example.com", "http://appliance.example.com"),
    "one of several, with spaces": ("a, appliance ,b", "http://appliance"),
    "everything": ("*", "http://appliance"),
    "an IPv4 address": ("10.1.2.3", "http://10.1.2.3:8000"),
    "an IPv4 network": ("10.0.0.0/8", "http://10.1.2.3:8000"),
    "an IPv6 address": ("::1", "http://[::1]:8000"),
    "an IPv6 address in brackets": ("[::1]", "http://[::1]:8000"),
    "an IPv6 address with its port": ("[::1]:8000", "http://[::1]:8000"),
    "an IPv6 address in another spelling": ("0:0:0:0:0:0:0:1", "http://[::1]"),
    "an IPv6 address in upper case": ("FD00::AB", "http://[fd00::ab]"),
    "an IPv6 network": ("fd00::/8", "http://[fd12:3456::1]:8000"),
    "an IPv6 network in brackets": ("[fd00::/8]", "http://[fd12:3456::1]:8000"),
    "an IPv6 network with brackets around its address": ("[fd00::]/8", "http://[fd12:3456::1]"),
    "a network of link-local addresses": ("fe80::/10", "http://[fe80::1%25eth0]:8000"),
    "everything, for an IPv6 address": ("*", "http://[::1]:8000"),
}
USED = {
    "another host": ("other", "http://appliance"),
    "another port": ("appliance:9000", "http://appliance:8000"),
    "another IPv4 network": ("10.0.0.0/8", "http://11.1.2.3"),
    "another IPv6 address": ("::2", "http://[::1]"),
    "another port of an IPv6 address": ("[::1]:9000", "http://[::1]:8000"),
    "another IPv6 network": ("fd00::/8", "http://[fe80::1]"),
    "an IPv4 network for an IPv6 address": ("10.0.0.0/8", "http://[::1]"),
    "entries that are not valid": ("[::1, ::1]x, fd00::/200, [], /8, [::1]:, :", "http://[::2]:8000"),
    "an empty list": ("", "http://[::1]"),
}


@pytest.mark.parametrize(("entries", "url"), BYPASSED.values(), ids=BYPASSED)
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_no_proxy_is_used_for_hosts_in_no_proxy(
    name: str, entries: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NO_PROXY may name hosts, domains, and IPv4 and IPv6 addresses and networks."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv(name, entries)
    assert is_bypassed(url)
    assert proxy_for(url, None) is None


@pytest.mark.parametrize(("entries", "url"), USED.values(), ids=USED)
def test_the_proxy_is_used_for_other_hosts(entries: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts that NO_PROXY does not name are reached through the proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", entries)
    proxy = proxy_for(url, None)
    assert proxy is not None
    assert str(proxy) == "the proxy http://127.0.0.1:1 from HTTP_PROXY in the environment"


def test_a_request_to_an_ipv6_host_in_no_proxy_is_sent_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decision is that of the check: nothing is sent to the proxy for an address that NO_PROXY covers."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "[::1]")
    with ApplianceClient("http://[::1]:1", sleep=lambda _: None) as appliance, pytest.raises(TransportError) as caught:
        appliance.extract_voiceprint(b"audio")
    assert "proxy" not in str(caught.value)


def test_one_decision_is_made_when_the_client_is_created(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of the environment afterwards affects neither the check nor the requests."""
    with HostileServer(forward) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with ApplianceClient("http://appliance.invalid") as appliance:
            monkeypatch.setenv("HTTP_PROXY", "socks5://127.0.0.1:1")
            monkeypatch.setenv("NO_PROXY", "*")
            appliance.extract_voiceprint(b"audio")
        assert len(proxy.received) == 2
    monkeypatch.setenv("NO_PROXY", "")
    with pytest.raises(ValueError, match="HTTP_PROXY in the environment is not"):
        ApplianceClient("http://appliance.invalid")


SOURCES = {
    "HTTP_PROXY": ("HTTP_PROXY", "http"),
    "http_proxy": ("http_proxy", "http"),
    "HTTPS_PROXY": ("HTTPS_PROXY", "https"),
    "ALL_PROXY": ("ALL_PROXY", "http"),
    "all_proxy": ("all_proxy", "https"),
}


@pytest.mark.parametrize(("name", "scheme"), SOURCES.values(), ids=SOURCES)
def test_an_unreachable_proxy_is_named_with_its_variable(
    name: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says that the proxy was not reached, and which variable named it, without its password."""
    monkeypatch.setenv(name, "http://me:s3cr3t@127.0.0.1:1")
    expected = pytest.raises(
        TransportError,
        match=rf"failed: the proxy http://127\.0\.0\.1:1 from {name} in the environment was not reached: ",
    )
    with ApplianceClient(f"{scheme}://appliance", sleep=lambda _: None) as appliance, expected as caught:
        appliance.extract_voiceprint(b"audio")
    assert "s3cr3t" not in str(caught.value)
    assert (caught.value.reached, caught.value.may_have_run, caught.value.transient) == (False, False, True)


def test_an_unreachable_proxy_that_was_given_is_named_with_the_parameter() -> None:
    """The error names `proxy` if the caller gave it."""
    expected = pytest.raises(TransportError, match=r"the proxy http://127\.0\.0\.1:1 from `proxy` was not reached")
    with ApplianceClient("http://appliance", proxy="http://127.0.0.1:1", sleep=lambda _: None) as appliance, expected:
        appliance.extract_voiceprint(b"audio")


def test_a_refusal_through_a_proxy_names_it() -> None:
    """A response without the vendor's error, which may be the proxy's own, says through which proxy it came."""
    with (
        HostileServer(responding(response(407))) as proxy,
        ApplianceClient("http://appliance", proxy=proxy.url, sleep=lambda _: None) as appliance,
        pytest.raises(ApiError, match=rf"status 407 through the proxy {proxy.url} from `proxy`"),
    ):
        appliance.task(TASK_PATH).state()


def test_a_broken_connection_through_a_proxy_names_it() -> None:
    """A failure behind the proxy does not read like one of the appliance alone."""
    with (
        HostileServer(lambda _, connection: connection.shutdown(socket.SHUT_RDWR)) as proxy,
        ApplianceClient("http://appliance", proxy=proxy.url, sleep=lambda _: None) as appliance,
        pytest.raises(TransportError, match=rf"without a response \(through the proxy {proxy.url} from `proxy`\)"),
    ):
        appliance.extract_voiceprint(b"audio")


@pytest.mark.parametrize("url", ["socks5://127.0.0.1:1", "https://127.0.0.1:1"])
def test_an_unusable_proxy_is_refused_with_its_variable(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only http:// proxies are accepted from the environment; the message names the variable."""
    monkeypatch.setenv("HTTP_PROXY", url)
    with pytest.raises(ValueError, match="HTTP_PROXY in the environment is not"):
        ApplianceClient("http://appliance")


def test_the_proxys_password_is_sent_to_the_proxy_only() -> None:
    """User and password of the proxy's URL are in the header for the proxy; P11."""
    with HostileServer(forward) as proxy:
        url = proxy.url.replace("http://", "http://me:s3cr3t@")
        with ApplianceClient("http://appliance", proxy=url) as appliance:
            appliance.extract_voiceprint(b"audio")
    assert {request.headers["proxy-authorization"] for request in proxy.received} == {"Basic bWU6czNjcjN0"}
    assert not any("authorization" in request.headers for request in proxy.received)


def test_the_given_proxy_is_used() -> None:
    """With `proxy` the requests go to it, with their whole URL."""
    with HostileServer(forward) as server, ApplianceClient("http://appliance:8000", proxy=server.url) as appliance:
        appliance.extract_voiceprint(b"audio")
    assert [request.target for request in server.received] == [
        "http://appliance:8000" + START,
        "http://appliance:8000" + TASK_PATH,
    ]


def test_the_environments_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy that HTTP_PROXY names is used."""
    with HostileServer(forward) as server:
        monkeypatch.setenv("HTTP_PROXY", server.url)
        with ApplianceClient("http://appliance") as appliance:
            appliance.extract_voiceprint(b"audio")
    assert server.received[0].target.startswith("http://appliance/")


@pytest.mark.parametrize("url", ["socks5://127.0.0.1:1", "https://127.0.0.1:1", "127.0.0.1:1"])
def test_a_proxy_with_another_scheme_is_refused(url: str) -> None:
    """Only http:// proxies are accepted, as deadlines hold only through them; P10."""
    with pytest.raises(ValueError, match="http:// URL"):
        ApplianceClient("http://appliance", proxy=url)
