"""Addresses of Redis servers: passwords, TLS, and what a server's settings can lose (P8)."""

import logging
from pathlib import Path

import pytest

from tests.repository import ROOT
from tests.store.redis_server import RedisServer, free_port, running
from tests.store.steps import RealTime, find, new_record, submit
from voxdouble_mock.core.errors import Unavailable
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.store import Store, open_store
from voxdouble_mock.store.redis_connection import durability

PASSWORD = "pass-word"


@pytest.mark.parametrize(
    ("options", "messages"),
    [
        (
            ["--maxmemory-policy", "allkeys-lru"],
            ["it has appendonly no, so tasks since its last snapshot", "has maxmemory-policy allkeys-lru: when its"],
        ),
        (["--appendonly", "yes"], ["appendfsync everysec, so no task is lost when its process ends"]),
        (["--appendonly", "yes", "--appendfsync", "always"], ["appendfsync always, so no acknowledged task is lost"]),
        (["--rename-command", "CONFIG", ""], ["unknown, since it shows no settings", "is full is unknown"]),
    ],
)
def test_the_log_says_what_can_be_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, options: list[str], messages: list[str]
) -> None:
    """At the start the durability of the server and its policy for full memory are read, and logged plainly."""
    caplog.set_level(logging.INFO, "voxdouble_mock")
    with running(tmp_path, *options) as server:
        open_store(server.url, new_record, Limits(), RealTime()).close()
    assert len(caplog.messages) == len(messages)
    for logged, expected in zip(caplog.messages, messages, strict=True):
        assert expected in logged


def test_an_append_only_file_without_a_schedule_is_described() -> None:
    """With appendfsync no, the operating system decides what a loss of power takes."""
    assert "appendfsync no, so no task is lost when its process ends" in durability("yes", "no")
    assert "recent ones are" in durability("yes", "no")


def test_passwords_work_and_are_never_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A password in the address is used; a wrong one is refused with a message that has none."""
    caplog.set_level(logging.DEBUG)
    with running(tmp_path, "--requirepass", PASSWORD) as server:
        address = server.url.replace("//", f"//:{PASSWORD}@")
        store = open_store(address, new_record, Limits(), RealTime())
        submit(store, "")
        for wrong in (server.url, address.replace(PASSWORD, PASSWORD + "x")):
            with pytest.raises(ValueError, match="cannot be opened: the user name or the password") as refused:
                open_store(wrong, new_record, Limits(), RealTime())
            assert PASSWORD not in str(refused.value)
        server.stop()
        with pytest.raises(Unavailable) as down:
            submit(store, "")
        assert PASSWORD not in str(down.value) + caplog.text


def test_a_connection_by_tls_is_verified(tmp_path: Path) -> None:
    """A rediss:// address works with the authority that signed the server's certificate, and with no other."""
    files = ROOT / "tests" / "client" / "http" / "tls"
    certificate = str(files / "localhost.pem")
    options = ["--tls-cert-file", certificate, "--tls-key-file", certificate, "--tls-auth-clients", "no"]
    with running(tmp_path, *options, tls=True) as server:
        trusted = f"rediss://localhost:{server.tls_port}/0?ssl_ca_certs={files / 'ca.pem'}"
        store: Store = open_store(trusted, new_record, Limits(), RealTime())
        assert find(store, "", submit(store, "")) is not None
        store.close()
        with pytest.raises(ValueError, match="certificate verify failed"):
            open_store(f"rediss://localhost:{server.tls_port}/0", new_record, Limits(), RealTime())


def test_a_server_that_cannot_be_reached_is_named() -> None:
    """The mock does not start, and says which address did not answer."""
    address = f"redis://127.0.0.1:{free_port()}/0"
    with pytest.raises(ValueError, match=f"The store {address} cannot be opened: .*refused"):
        open_store(address, new_record, Limits(), RealTime())


def test_a_user_who_may_not_run_scripts_is_refused_at_the_start(server: RedisServer) -> None:
    """The error is a ValueError with the server's reason, as for an address that cannot be reached."""
    server.client.acl_setuser(
        "plain", enabled=True, passwords=["+word"], keys=["*"], categories=["+@all", "-@scripting"]
    )
    try:
        with pytest.raises(ValueError, match="evalsha"):
            open_store(server.url.replace("//", "//plain:word@"), new_record, Limits(), RealTime())
    finally:
        server.client.acl_deluser("plain")
