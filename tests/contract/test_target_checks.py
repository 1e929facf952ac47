"""The checks of a target by a few requests, before the suite runs."""

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.contract import stranger
from tests.contract.stranger_traits import Traits
from tests.contract.web_server import OTHERS, PAGE, WebServer
from tests.mutants.middleware import Request, Response, changing_responses
from voxdouble import verify as verify_module
from voxdouble.target_checks import CannotRun, check_target
from voxdouble_contract.judging.expectations import Broken
from voxdouble_contract.samples.bad_requests import UNPARSABLE
from voxdouble_contract.samples.generated_requests import load, send
from voxdouble_contract.target.target import Target
from voxdouble_mock import MockAppliance

CERTIFICATES = Path(__file__).parents[1] / "client" / "http" / "tls"


@pytest.mark.parametrize("name", OTHERS)
def test_another_web_server_is_reported(name: str, tmp_path: Path) -> None:
    """After three requests the command ends with 2, names the responses, and writes no report."""
    server = WebServer(*OTHERS[name])
    with server.serving() as port:
        arguments = [f"http://127.0.0.1:{port}", "--report", str(tmp_path / "report")]
        ended = CliRunner().invoke(verify_module.verify, arguments)
    assert ended.exit_code == 2, ended.output
    assert "is not an appliance of this kind" in ended.output
    assert "nothing else was sent" in ended.output
    assert f"GET /api/system/info: {OTHERS[name][0]}" in ended.output
    assert server.requests == 3
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize("generation", ["e1", "e4"])
@pytest.mark.parametrize("path", ["/api", "/api/technology", "/another"])
def test_another_path_of_an_appliance_is_reported(path: str, generation: Any) -> None:
    """Three 404s show that the base URL is another one, whatever is in their bodies; the one that is meant is named."""
    with MockAppliance(generation=generation) as mock, pytest.raises(CannotRun, match="without /api") as raised:
        check_target(mock.url + path, None, 60)
    assert (f"try {mock.url}." in str(raised.value)) == path.startswith("/api")


def test_an_appliance_without_a_version_and_licence_is_judged() -> None:
    """A refusal in the form of the vendor, other than a 404, shows an appliance."""

    def refused(request: Request, response: Response) -> None:
        response.status = 403 if request.method == "POST" else 404

    with MockAppliance(wrap=changing_responses(refused)) as mock:
        check_target(mock.url, None, 60)


def test_an_appliance_that_is_down_behind_its_proxy_is_reported() -> None:
    """Pages with 503 mean that the appliance is not available."""
    with WebServer(503, *PAGE).serving() as port, pytest.raises(CannotRun, match="is not available"):
        check_target(f"http://127.0.0.1:{port}", None, 60)


@pytest.mark.parametrize("generation", ["e1", "e4"])
def test_a_mock_of_each_kind_is_an_appliance(generation: str) -> None:
    """The mock of the oldest and of the newest generation is timed over ten answers."""
    with MockAppliance(generation=generation) as mock:
        assert 0 < check_target(mock.url, None, 60) < 5
        assert len(mock.requests) == 10


@pytest.mark.parametrize("traits", [Traits(), Traits(generation=1, conversion=404, family=404)])
def test_a_stranger_is_an_appliance(traits: Traits) -> None:
    """An appliance that differs from the mock in everything but the contract is recognised."""
    with stranger.serving(traits) as url:
        check_target(url, None, 60)


@pytest.mark.parametrize(
    ("answer", "seconds"), [(0.0, 240), (0.1, 240), (0.15, 360), (0.25, 600), (0.5, 600), (9, 600)]
)
def test_a_slow_target_gets_more_time(answer: float, seconds: float, capsys: pytest.CaptureFixture[str]) -> None:
    """From 0.1 s for a response the time grows in proportion, up to 600 s, which is said on stderr."""
    assert verify_module.time_for(answer) == pytest.approx(seconds)
    assert (f"{seconds:.0f} s instead of 240" in capsys.readouterr().err) == (seconds > 240)


@pytest.fixture
def secure() -> Iterator[str]:
    """Serve an appliance's info over TLS, with a certificate that only the tests' authority vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "localhost.pem")
    with WebServer(200, json.dumps({"version": "5"}), "application/json").serving(context) as port:
        yield f"https://localhost:{port}"


def test_an_unknown_authority_is_an_error_that_names_the_option(secure: str) -> None:
    """Without --ca the certificate cannot be verified."""
    with pytest.raises(CannotRun, match=r"cannot be verified: unable to get .*--ca FILE"):
        check_target(secure, None, 60)


def test_a_target_that_does_not_speak_tls_is_named_as_such() -> None:
    """An https:// URL of a port with plain HTTP is an error that names the URL to try, and no certificate."""
    with MockAppliance() as mock, pytest.raises(CannotRun, match=f"does not speak TLS: try {mock.url}.$"):
        check_target(mock.url.replace("http", "https"), None, 60)


def test_certificates_of_an_authority_can_be_trusted(secure: str) -> None:
    """With --ca the target is reached, by the requests of the suite and by its raw ones."""
    ca = CERTIFICATES / "ca.pem"
    check_target(secure, ca, 60)
    target = Target(secure, ca=ca)
    assert target.send("GET", "/api/system/info", check=False).status == 200
    assert target.raw("GET", "/api/system/info", {}).status == 200
    target.close()


def test_a_body_that_ends_early_proves_nothing_over_tls(secure: str) -> None:
    """Over TLS our side alone cannot be closed, so a request that needs this is not sent."""
    target = Target(secure, ca=CERTIFICATES / "ca.pem")
    with pytest.raises(pytest.skip.Exception, match="Over TLS"):
        UNPARSABLE["body shorter than announced"].send(target)
    target.close()


def test_a_generated_request_is_sent_as_the_target_sends(secure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It trusts the target's authority, has its token, and uses neither proxy nor certificates of the environment."""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATES / "client.pem"))
    target = Target(secure, ca=CERTIFICATES / "ca.pem", token="geheim")
    case = load("positive", 1, coverage=False)["/api/system/info"]["GET"].Case()
    response = send(case, target)
    assert (response.status_code, response.request.headers["Authorization"]) == (200, "Bearer geheim")
    target.close()


def test_a_generated_request_without_a_response_breaks_its_statement() -> None:
    """A server that closes each connection has not kept the contract; no check of the suite crashes on it."""
    case = load("positive", 1, coverage=False)["/api/system/info"]["GET"].Case()
    with MockAppliance() as mock:
        mock.fault("close", count=9)
        target = Target(mock.url)
        with pytest.raises(Broken, match="must get a response"):
            send(case, target)
        target.close()


def test_a_file_without_certificates_is_an_error(tmp_path: Path) -> None:
    """A --ca without a certificate ends the command with 2 before any request."""
    (tmp_path / "ca.pem").write_text("no certificate")
    ended = CliRunner().invoke(verify_module.verify, ["https://localhost:1", "--ca", str(tmp_path / "ca.pem")])
    assert ended.exit_code == 2
    assert "file of certificates in PEM format" in ended.output
