"""Credentials: sent to the appliance as they were given, and never logged."""

import logging
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.client.hostile import DONE, GOOD, TASK_PATH, responding, response, serving


def test_no_cookie_is_kept() -> None:
    """Cookies are not stored, so that no response can make the requests grow."""
    with serving(responding(response(200, DONE, set_cookie="a=b"))) as (server, appliance):
        for _ in range(2):
            appliance.task(TASK_PATH).state()
    assert "cookie" not in server.received[1].headers


def test_the_token_is_sent_as_a_bearer_token() -> None:
    """Every request has the token in its Authorization header."""
    with serving(GOOD, token="secret") as (server, appliance):
        appliance.extract_voiceprint(b"audio")
    assert [request.headers["authorization"] for request in server.received] == ["Bearer secret"] * 2


@pytest.mark.parametrize("token", [None, "secret"])
def test_no_password_of_netrc_is_sent(token: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No password is read from .netrc, with which requests would replace the token; P11."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(GOOD, token=token) as (server, appliance):
        appliance.extract_voiceprint(b"audio")
    assert {request.headers.get("authorization") for request in server.received} == {token and f"Bearer {token}"}


def test_the_user_agent_names_the_client() -> None:
    """The User-Agent has the names and the versions of the client and of requests, as they are installed."""
    with serving(GOOD) as (server, appliance):
        appliance.extract_voiceprint(b"audio")
    sent = server.received[0].headers["user-agent"]
    assert sent == f"voxdouble-client/{version('voxdouble')} python-requests/{version('requests')}"


def test_no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The log at the lowest level shows requests, but neither tokens nor voice data."""
    caplog.set_level(logging.DEBUG)
    with serving(GOOD, token="s3cr3t") as (_, appliance):
        appliance.extract_voiceprint(b"RIFFaudio")
    logged = caplog.text
    assert "202" in logged
    assert not any(secret in logged for secret in ("s3cr3t", "RIFF", "e2kD"))
