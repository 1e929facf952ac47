"""The connections of the suite to its target: requests that are sent again, and the origin that gets the token."""

import contextlib
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.mutants.changes import header, on_start
from tests.mutants.middleware import Request, Response, changing_responses
from voxdouble.suite_targets import open_targets
from voxdouble_contract.exchange import Exchange
from voxdouble_contract.samples.bad_requests import ALL
from voxdouble_contract.samples.recordings import SPEECH, bundled
from voxdouble_contract.suite.test_acceptance import test_location_can_be_fetched_as_it_stands as check_location
from voxdouble_contract.target.budget import Budget
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import EXTRACTION
from voxdouble_contract.target.transport import BROKEN_CONNECTION, TIME_IS_UP, Transport, origin
from voxdouble_contract.tasks import StartedTask
from voxdouble_mock import MockAppliance

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class BreakingServer(socketserver.ThreadingTCPServer):
    """A server that sends some responses over each connection, and closes it in place of the next one."""

    daemon_threads = True

    def __init__(self, responses: int) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.responses = responses
        self.connections: list[list[bytes]] = []
        """The requests of each connection."""

    @property
    def address(self) -> str:
        """The host and port."""
        return f"127.0.0.1:{self.server_address[1]}"

    def methods(self) -> list[list[str]]:
        """Return the methods of the requests of each connection."""
        return [[head.split()[0].decode() for head in heads] for heads in self.connections]


class Connection(socketserver.BaseRequestHandler):
    """One connection of a BreakingServer."""

    server: BreakingServer

    def handle(self) -> None:
        """Keep each request, and respond as often as the server does."""
        heads: list[bytes] = []
        self.server.connections.append(heads)
        while len(heads) <= self.server.responses and (head := self.request.recv(65536)):
            heads.append(head)
            if len(heads) <= self.server.responses:
                self.request.sendall(OK)


@contextmanager
def breaking_server(responses: int = 1) -> Iterator[BreakingServer]:
    """Serve so many responses over each connection."""
    with BreakingServer(responses) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)


def sent(transport: Transport, *methods: str) -> list[Exchange]:
    """Return the exchanges of requests that are sent one after another."""
    return [transport.send(method, "/", None, {}) for method in methods]


def test_a_get_is_sent_again_if_a_kept_connection_breaks() -> None:
    """A GET over a connection that the target closes in place of the response gets its response over another one."""
    with breaking_server() as server:
        transport = Transport(f"http://{server.address}")
        assert [exchange.status for exchange in sent(transport, "GET", "GET")] == [200, 200]
        transport.session.close()
    assert server.methods() == [["GET", "GET"], ["GET"]]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_post_has_a_new_connection(method: str) -> None:
    """A request that must not be repeated is not sent over a kept connection, which the target may just have closed."""
    with breaking_server() as server:
        transport = Transport(f"http://{server.address}")
        assert [exchange.status for exchange in sent(transport, "GET", method)] == [200, 200]
        transport.session.close()
    assert server.methods() == [["GET"], [method]]


def test_a_post_whose_connection_breaks_is_not_sent_again() -> None:
    """A POST without a response may have started a task: there is one request, and the exchange has the failure."""
    with breaking_server(responses=0) as server:
        [post] = sent(Transport(f"http://{server.address}"), "POST")
    assert post.failure.startswith(BROKEN_CONNECTION)
    assert server.methods() == [["POST"]]


def always_busy(request: Request, response: Response) -> None:
    """Refuse each request with "later"."""
    response.status, response.headers["Retry-After"] = 503, "0"


def test_each_attempt_of_an_upload_counts_for_the_budget() -> None:
    """An upload that is refused with "later" is sent again only as often as the budget allows."""
    with MockAppliance(wrap=changing_responses(always_busy)) as mock:
        with open_targets(mock.url, budget=Budget(3, 100.0, 10)) as targets, pytest.raises(pytest.skip.Exception):
            targets.main.post_media(EXTRACTION, bundled(SPEECH))
        assert len(mock.requests) == 3


def test_there_is_no_pause_after_the_last_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that stays refused with "later" is sent five times, with a pause between two attempts only."""
    pauses: list[float] = []
    monkeypatch.setattr("voxdouble_contract.target.target.time.sleep", pauses.append)
    with MockAppliance(wrap=changing_responses(always_busy)) as mock, open_targets(mock.url) as targets:
        before = len(mock.requests)
        with pytest.raises(pytest.skip.Exception, match="still busy after 5 attempts"):
            targets.main.get_task(EXTRACTION, "x")
        assert (len(mock.requests) - before, pauses[-4:], len(pauses)) == (5, [0.0] * 4, 4)


@pytest.mark.parametrize("name", ALL)
def test_no_bad_request_that_may_start_a_task_is_sent_without_a_budget(name: str) -> None:
    """Without a budget for tasks, a POST that a target would have to refuse is not sent either."""
    with MockAppliance() as mock:
        with open_targets(mock.url, budget=Budget(0, 0.0, 0)) as targets, contextlib.suppress(pytest.skip.Exception):
            ALL[name].send(targets.main)
        assert [seen for seen in mock.requests if seen.method == "POST"] == []


@pytest.mark.parametrize(
    ("url", "other", "same"),
    [
        ("http://a:80/x", "http://a/y", True),
        ("https://a/x", "https://a:443/y", True),
        ("https://A/x", "https://a/y", True),
        ("https://a/x", "http://a/x", False),
        ("https://a:8443/x", "http://a:8443/x", False),
        ("http://a/x", "http://a:8000/x", False),
        ("http://a/x", "http://b/x", False),
        ("http://a/x", "http://a:0/x", False),
        ("http://a/x", "http://a:port/x", False),
        ("http://a/x", "http://[a/x", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, other: str, same: bool) -> None:
    """Two URLs have one origin if scheme, host and port are the same, the default port written or not."""
    assert (origin(url) == origin(other)) == same


def test_the_token_is_not_sent_to_the_same_host_over_another_scheme() -> None:
    """A `Location` with the host and port of an HTTPS target, but the scheme http, is fetched without the token."""
    with breaking_server() as server:
        transport = Transport(f"https://{server.address}", token="secret")
        assert transport.fetch(f"http://{server.address}/x").status == 200
        transport.session.close()
    [[head]] = server.connections
    assert b"authorization" not in head.lower()


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("http://127.0.0.1:1/x", "no connection"),
        ("http://127.0.0.1:x/", "the URL could not be fetched"),
        ("http://a..b/x", "the URL could not be fetched"),
        (f"http://{'a' * 64}/x", "the URL could not be fetched"),
    ],
)
def test_a_url_that_cannot_be_fetched_is_a_failure(url: str, failure: str) -> None:
    """A `Location` with an unreachable or invalid host, or an invalid port, ends in an exchange that says so."""
    found = Transport("http://127.0.0.1:1").fetch(url)
    assert found.failure.startswith(failure)
    assert found.status == 0


@pytest.mark.parametrize("url", ["http://a..b", f"http://{'a' * 64}"])
def test_a_base_url_with_an_invalid_host_has_no_response(url: str) -> None:
    """A request to an invalid host ends in an exchange without a status, like one over a broken connection."""
    [exchange] = sent(Transport(url), "GET")
    assert "LocationParseError" in exchange.failure


def test_a_location_without_a_response_in_time_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fetch that ends by its timeout is not called a broken connection; at the deadline of the run it is unproven."""
    monkeypatch.setattr(Transport, "response_seconds", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert Transport(url).fetch(url).failure.startswith("no response within")
        with pytest.raises(pytest.skip.Exception, match=TIME_IS_UP):
            Transport(url, deadline=time.monotonic() + 0.02).fetch(url)


@pytest.mark.parametrize(("host", "is_fetched"), [("127.0.0.1", True), ("localhost", False)])
def test_a_location_of_another_origin_that_requires_the_token_proves_nothing(host: str, is_fetched: bool) -> None:
    """S8 is unproven if the task can only be fetched with a token, which another origin does not get."""

    def at_host(location: str) -> str:
        return location.replace("127.0.0.1", host)

    with MockAppliance(token="secret", wrap=on_start(header("Location", at_host))) as mock:
        target = Target(mock.url, token="secret")
        task = StartedTask(target, EXTRACTION, target.post_media(EXTRACTION, bundled(SPEECH)))
        if is_fetched:
            check_location(task, target)
        else:
            with pytest.raises(pytest.skip.Exception, match="another origin"):
                check_location(task, target)
        target.close()
