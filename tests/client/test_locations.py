"""Where a task is said to be: every right form is understood, and nothing is sent to a second origin; P11."""

import gzip
from collections.abc import Iterator

import pytest

from tests.client.hostile import DONE, TASK_ID, TASK_PATH, HostileServer, accepted, against, reply, speaking, state
from voxdouble_client import ApplianceClient, ApplianceError, ContractError

NEWS = state("pending")


@pytest.fixture
def elsewhere() -> Iterator[HostileServer]:
    """Listen on a second origin, which would answer as the appliance does."""
    with HostileServer(speaking(reply(200, DONE))) as server:
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
    "http://localhost:x{path}",
    "ftp://{appliance}{path}",
    "file://{path}",
    "javascript:alert(1)//{path}",
    "data:text/html,{path}",
    "http://{appliance}{path}, http://{elsewhere}{path}",
    "http://\u0101ppliance{path}",
]


@pytest.mark.parametrize("form", FOREIGN)
def test_a_foreign_location_fails_the_call(form: str, elsewhere: HostileServer) -> None:
    """A task on another origin, or in a place that is none, is an error, and no request goes there."""
    with against(lambda *_: None, token="secret") as (server, appliance):
        location = form.format(elsewhere=elsewhere.authority, appliance=server.authority, path=TASK_PATH)
        answer = accepted("{}").replace(b"{}", location.encode())
        server.behave = speaking(reply(404, {}), answer)
        with pytest.raises(ApplianceError):
            appliance.extract_voiceprint(b"audio")
    assert not elsewhere.received


@pytest.mark.parametrize("form", FOREIGN)
def test_a_rebased_location_leads_to_the_appliance_or_nowhere(form: str, elsewhere: HostileServer) -> None:
    """With foreign_location="rebase" the path is asked for at the configured appliance, and no other origin is met."""
    with HostileServer(lambda *_: None) as server:
        location = form.format(elsewhere=elsewhere.authority, appliance=server.authority, path=TASK_PATH)
        server.behave = speaking(reply(200, DONE), accepted("{}").replace(b"{}", location.encode()))
        with ApplianceClient(server.url, token="secret", foreign_location="rebase") as appliance:
            try:
                handle = appliance.start_voiceprint_extraction(b"audio")
            except ContractError:
                pass  # no URL at all
            else:
                assert handle.url.startswith(server.url + "/")
                assert handle.state() == "done"
    assert not elsewhere.received


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_no_redirect_is_followed(method: str, status: int, elsewhere: HostileServer) -> None:
    """A redirect is an error that says where it leads, and neither audio nor token goes there."""
    answers = {"POST": accepted(), "GET": reply(200, DONE)}
    answers[method] = reply(status, b"", location=elsewhere.url + TASK_PATH)
    told = pytest.raises(ContractError, match=f"{status} to 'http://{elsewhere.authority}/.*not followed")
    with against(speaking(answers["GET"], answers["POST"]), token="secret") as (_, appliance), told:
        appliance.extract_voiceprint(b"audio")
    assert not elsewhere.received


def test_the_body_of_a_redirect_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A redirect is not read without bound before it is refused, nor is what it holds unpacked."""
    monkeypatch.setattr("voxdouble_client._http.transport.MAX_RESPONSE_BYTES", 1_000_000)
    bomb = gzip.compress(bytes(100_000_000))
    redirect = reply(302, bomb, location=TASK_PATH, content_encoding="gzip")
    told = pytest.raises(ContractError, match="gzip, which was not requested")
    with against(speaking(redirect)) as (_, appliance), told:
        appliance.extract_voiceprint(b"audio")
    endless = (
        b"HTTP/1.1 302 Found\r\nLocation: /\r\nTransfer-Encoding: chunked\r\n\r\n" + b"8\r\n        \r\n" * 200_000
    )
    told = pytest.raises(ContractError, match="more than 1000000 bytes")
    with against(speaking(endless)) as (_, appliance), told:
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
def test_every_right_form_of_location_is_polled(location: str) -> None:
    """Absolute URL or path, resolved against the request's URL, is where the task is asked for."""
    with against(lambda *_: None) as (server, appliance):
        server.behave = speaking(reply(200, DONE), accepted(location.format(appliance=server.authority)))
        appliance.extract_voiceprint(b"audio")
        expected = location.format(appliance=server.authority).partition("#")[0]
        assert expected.endswith(server.received[-1].target.rpartition("/")[2])
        assert server.received[-1].method == "GET"


def test_x_location_serves_where_there_is_no_location() -> None:
    """The older appliances' `X-Location` alone is enough (E1, E2)."""
    with against(speaking(reply(200, DONE), reply(202, NEWS, x_location=TASK_PATH))) as (server, appliance):
        assert appliance.start_voiceprint_extraction(b"audio").url == server.url + TASK_PATH


def test_location_goes_before_x_location() -> None:
    """Of the two headers the one that is not deprecated counts (S6)."""
    answer = reply(202, NEWS, x_location=f"/old/{TASK_ID}", location=TASK_PATH)
    with against(speaking(reply(200, DONE), answer)) as (server, appliance):
        assert appliance.start_voiceprint_extraction(b"audio").url == server.url + TASK_PATH


def test_a_202_without_a_location_breaks_the_contract() -> None:
    """A task of which nobody says where it is cannot be waited for."""
    told = pytest.raises(ContractError, match="neither a Location nor an X-Location")
    with against(speaking(b"", reply(202, NEWS))) as (_, appliance), told:
        appliance.start_voiceprint_extraction(b"audio")


def test_the_location_of_another_task_breaks_the_contract() -> None:
    """The id in the body and the one in the `Location` have to be the same (S7)."""
    answer = accepted(TASK_PATH[:-1] + "0")
    told = pytest.raises(ContractError, match="the URL of another")
    with against(speaking(b"", answer)) as (_, appliance), told:
        appliance.start_voiceprint_extraction(b"audio")


@pytest.mark.parametrize("handed_out", ["http://inside:8000" + TASK_PATH, "http://inside/_ns/a" + TASK_PATH])
def test_rebasing_keeps_the_prefix_of_the_appliance(handed_out: str) -> None:
    """Behind a proxy that adds a path, a foreign address is taken below that path; one that has it keeps it."""
    behind = against(speaking(reply(200, DONE), accepted(handed_out)), "/_ns/a/", foreign_location="rebase")
    with behind as (server, appliance):
        assert appliance.start_voiceprint_extraction(b"audio").url == f"{server.url}/_ns/a{TASK_PATH}"
    assert server.received[0].target == f"/_ns/a{TASK_PATH.rpartition('/')[0]}"


@pytest.mark.parametrize("form", FOREIGN)
def test_a_foreign_task_url_is_refused(form: str, elsewhere: HostileServer) -> None:
    """A task is taken up again on the configured appliance only."""
    with ApplianceClient("http://127.0.0.1:1", sleep=lambda _: None) as appliance, pytest.raises(ApplianceError):
        appliance.task(form.format(elsewhere=elsewhere.authority, appliance="127.0.0.1:1", path=TASK_PATH)).state()


@pytest.mark.parametrize("url", ["", "x", "/", "/api/technology/", "/api/technology/x", TASK_PATH + "/", "#", "?"])
def test_what_is_no_task_url_is_refused(url: str) -> None:
    """A URL that does not end in technology and task id is told to be none."""
    with (
        ApplianceClient("http://127.0.0.1:1") as appliance,
        pytest.raises(ValueError, match="must end in /api/technology/"),
    ):
        appliance.task(url)
