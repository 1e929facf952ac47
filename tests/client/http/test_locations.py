"""The URL of a task: every valid form is accepted, and nothing is sent to a second origin; P11."""

import gzip
from collections.abc import Iterator

import pytest

from tests.client.hostile import (
    DONE,
    TASK_ID,
    TASK_PATH,
    HostileServer,
    accepted,
    responding,
    response,
    serving,
    task_body,
)
from voxdouble_client import ApplianceClient, ApplianceError, ContractError

PENDING = task_body("pending")


@pytest.fixture
def other_server() -> Iterator[HostileServer]:
    """Run a server of another origin, which would respond like the appliance."""
    with HostileServer(responding(response(200, DONE))) as server:
        yield server


FOREIGN = [
    "http://{elsewhere}{path}",
    "HTTP://{elsewhere}{path}",
    "https://{elsewhere}{path}",
    "https://{appliance}{path}",
    "//{elsewhere}{path}",
    "///{elsewhere}{path}",
    "////{elsewhere}{path}",
    "/\\{elsewhere}{path}",
    "\\\\{elsewhere}{path}",
    "http:\\\\{elsewhere}{path}",
    "http:/\\{elsewhere}{path}",
    "http:///{elsewhere}{path}",
    "http://{appliance}@{elsewhere}{path}",
    "http://{appliance}:80@{elsewhere}{path}",
    "http://user:secret@{elsewhere}{path}",
    "http://user@{appliance}{path}",
    "http://{elsewhere}\\@{appliance}{path}",
    "http://{elsewhere}#@{appliance}{path}",
    "http://{elsewhere}?@{appliance}{path}",
    "http://{elsewhere}/@{appliance}{path}",
    "http://{appliance}.{elsewhere}{path}",
    "http://{appliance}\t@{elsewhere}{path}",
    "http://{appliance} {elsewhere}{path}",
    "\thttp://{elsewhere}{path}",
    "http://[::1]{path}",
    "http://[::ffff:127.0.0.1]{path}",
    "http://[{path}",
    "http://2130706433{path}",
    "http://0x7f000001{path}",
    "http://localhost:99999{path}",
    "http://localhost:0{path}",
    "http://localhost:x{path}",
    "ftp://{appliance}{path}",
    "file://{path}",
    "javascript:alert(1)//{path}",
    "data:text/html,{path}",
    "http://{appliance}{path}, http://{elsewhere}{path}",
    "http://\u0101ppliance{path}",
]


@pytest.mark.parametrize("form", FOREIGN)
def test_a_foreign_location_fails_the_call(form: str, other_server: HostileServer) -> None:
    """A task URL of another origin, or a malformed one, is an error, and nothing is sent there."""
    with serving(lambda *_: None, token="secret") as (server, appliance):
        location = form.format(elsewhere=other_server.authority, appliance=server.authority, path=TASK_PATH)
        answer = accepted("{}").replace(b"{}", location.encode())
        server.behave = responding(response(404, {}), answer)
        with pytest.raises(ApplianceError):
            appliance.extract_voiceprint(b"audio")
    assert not other_server.received


@pytest.mark.parametrize("form", FOREIGN)
def test_a_rebased_location_stays_on_the_appliance(form: str, other_server: HostileServer) -> None:
    """With foreign_location="rebase" the path is requested from the appliance, and from no other origin."""
    with HostileServer(lambda *_: None) as server:
        location = form.format(elsewhere=other_server.authority, appliance=server.authority, path=TASK_PATH)
        server.behave = responding(response(200, DONE), accepted("{}").replace(b"{}", location.encode()))
        with ApplianceClient(server.url, token="secret", foreign_location="rebase") as appliance:
            try:
                handle = appliance.start_voiceprint_extraction(b"audio")
            except ContractError:
                pass  # not a URL
            else:
                assert handle.url.startswith(server.url + "/")
                assert handle.state() == "done"
    assert not other_server.received


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_no_redirect_is_followed(method: str, status: int, other_server: HostileServer) -> None:
    """A redirect is an error that names its target, and neither audio nor token is sent there."""
    answers = {"POST": accepted(), "GET": response(200, DONE)}
    answers[method] = response(status, b"", location=other_server.url + TASK_PATH)
    expected = pytest.raises(ContractError, match=f"{status} to 'http://{other_server.authority}/.*not followed")
    with serving(responding(answers["GET"], answers["POST"]), token="secret") as (_, appliance), expected:
        appliance.extract_voiceprint(b"audio")
    assert not other_server.received


def test_the_body_of_a_redirect_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The body of a redirect is neither read without bound nor decompressed."""
    monkeypatch.setattr("voxdouble_client._http.transport.MAX_RESPONSE_BYTES", 1_000_000)
    bomb = gzip.compress(bytes(20_000_000))
    redirect = response(302, bomb, location=TASK_PATH, content_encoding="gzip")
    expected = pytest.raises(ContractError, match="gzip, which was not requested")
    with serving(responding(redirect)) as (_, appliance), expected:
        appliance.extract_voiceprint(b"audio")
    endless = (
        b"HTTP/1.1 302 Found\r\nLocation: /\r\nTransfer-Encoding: chunked\r\n\r\n" + b"8\r\n        \r\n" * 200_000
    )
    expected = pytest.raises(ContractError, match="at most 1048576 bytes")
    with serving(responding(endless)) as (_, appliance), expected:
        appliance.extract_voiceprint(b"audio")


GOOD = {
    "path": TASK_PATH,
    "absolute": "http://{appliance}" + TASK_PATH,
    "absolute, upper case scheme": "HTTP://{appliance}" + TASK_PATH,
    "without a scheme": "//{appliance}" + TASK_PATH,
    "relative to the request": f"speaker-identification-voiceprint-extraction/{TASK_ID}",
    "with a query": TASK_PATH + "?shard=3",
    "with a fragment": TASK_PATH + "#result",
    "another technology's path": f"/api/technology/authenticity-verification/{TASK_ID}",
}


@pytest.mark.parametrize("location", GOOD.values(), ids=GOOD)
def test_every_valid_form_of_location_is_polled(location: str) -> None:
    """A URL or a path is resolved against the URL of the request, and polled (S8, S9)."""
    with serving(lambda *_: None) as (server, appliance):
        server.behave = responding(response(200, DONE), accepted(location.format(appliance=server.authority)))
        appliance.extract_voiceprint(b"audio")
        expected = location.format(appliance=server.authority).partition("#")[0]
        assert expected.endswith(server.received[-1].target.rpartition("/")[2])
        assert server.received[-1].method == "GET"


def test_x_location_replaces_a_missing_location() -> None:
    """The `X-Location` of older appliances is enough (E1, E2)."""
    with serving(responding(response(200, DONE), response(202, PENDING, x_location=TASK_PATH))) as (server, appliance):
        assert appliance.start_voiceprint_extraction(b"audio").url == server.url + TASK_PATH


def test_location_has_priority_over_x_location() -> None:
    """If both headers are present, the one that is not deprecated counts (S6)."""
    answer = response(202, PENDING, x_location=f"/old/{TASK_ID}", location=TASK_PATH)
    with serving(responding(response(200, DONE), answer)) as (server, appliance):
        assert appliance.start_voiceprint_extraction(b"audio").url == server.url + TASK_PATH


def test_a_202_without_a_location_breaks_the_contract() -> None:
    """A 202 with neither header is a ContractError, as the task cannot be polled."""
    expected = pytest.raises(ContractError, match="neither a Location nor an X-Location")
    with serving(responding(b"", response(202, PENDING))) as (_, appliance), expected:
        appliance.start_voiceprint_extraction(b"audio")


def test_the_location_of_another_task_breaks_the_contract() -> None:
    """The id in the body and the id in the `Location` must be the same (S7)."""
    answer = accepted(TASK_PATH[:-1] + "0")
    expected = pytest.raises(ContractError, match="which ends in another id")
    with serving(responding(b"", answer)) as (_, appliance), expected:
        appliance.start_voiceprint_extraction(b"audio")


@pytest.mark.parametrize("handed_out", ["http://inside:8000" + TASK_PATH, "http://inside/_ns/a" + TASK_PATH])
def test_rebasing_adds_the_prefix_of_the_appliance(handed_out: str) -> None:
    """A foreign path is put below the appliance's own path, unless it is below it already."""
    behind = serving(responding(response(200, DONE), accepted(handed_out)), "/_ns/a/", foreign_location="rebase")
    with behind as (server, appliance):
        assert appliance.start_voiceprint_extraction(b"audio").url == f"{server.url}/_ns/a{TASK_PATH}"
    assert server.received[0].target == f"/_ns/a{TASK_PATH.rpartition('/')[0]}"


@pytest.mark.parametrize("form", FOREIGN)
def test_a_foreign_task_url_is_refused(form: str, other_server: HostileServer) -> None:
    """`task` accepts only URLs on the configured appliance."""
    with ApplianceClient("http://127.0.0.1:1", sleep=lambda _: None) as appliance, pytest.raises(ApplianceError):
        appliance.task(form.format(elsewhere=other_server.authority, appliance="127.0.0.1:1", path=TASK_PATH)).state()


@pytest.mark.parametrize("url", ["", "x", "/", "/api/technology/", "/api/technology/x", TASK_PATH + "/", "#", "?"])
def test_a_malformed_task_url_is_refused(url: str) -> None:
    """A URL that does not end in technology and task id is a ValueError."""
    with (
        ApplianceClient("http://127.0.0.1:1") as appliance,
        pytest.raises(ValueError, match="must end in /api/technology/"),
    ):
        appliance.task(url)
