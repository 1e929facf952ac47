"""`voxdouble serve`, as a process and as far as its options in this process."""

import signal
import socket

import pytest
import requests

from tests.commands.process import invoke, run, serving
from tests.http.wire import extract, get
from voxdouble_mock.settings import STORE


def test_serve_responds_once_it_prints_its_url_and_ends_on_sigterm() -> None:
    """The ready line is all that stdout gets, the main job works, and SIGTERM ends the command with exit status 0."""
    with serving("--pending", "0", "--running", "0", "--location", "path") as (url, process):
        started = extract(url, include_vector_voiceprint=True)
        assert started.headers["Location"].startswith("/api/technology/")
        assert get(url + started.headers["Location"]).json()["task"]["state"] == "done"
        process.send_signal(signal.SIGTERM)
        stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 0, stderr
    assert stdout == ""
    assert f"The console, for a browser: {url}/_mock/\n" in stderr
    assert "Traceback" not in stderr


def test_environment_variables_set_the_options_and_sigint_ends_serve() -> None:
    """Numbers, words and lists are read from VOXDOUBLE_ variables; Ctrl-C ends the command with exit status 0."""
    env = {
        "VOXDOUBLE_CLOCK": "manual",
        "VOXDOUBLE_PENDING": "2.5",
        "VOXDOUBLE_TASK_LIFETIME": "10",
        "VOXDOUBLE_TOKEN": "secret",
        "VOXDOUBLE_CONTROL_HOST": "one.example two.example",
        "VOXDOUBLE_MAX_LIST": "2",
    }
    headers = {"Authorization": "Bearer secret"}
    with serving(env=env) as (url, process):
        assert get(url + "/_mock/clock").status_code == 403
        for host in ("one.example", "two.example:8000"):
            assert get(url + "/_mock/clock", headers={**headers, "Host": host}).json()["mode"] == "manual"
        conversion = url + "/api/technology/speaker-identification-voiceprint-conversion"
        for voiceprints, status in ((["AAAA"] * 3, 422), (["AAAA"], 202)):
            body = {"voiceprints": voiceprints}
            response = requests.post(conversion, json=body, headers=headers, timeout=30)
            assert response.status_code == status, response.text
        [task] = get(url + "/_mock/tasks", headers=headers).json()["tasks"]
        assert round(task["ends"] - task["submitted"], 3) == 2.5
        assert round(task["expires"] - task["ends"], 3) == 10
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


NEEDS_TOKEN = "add --token TOKEN, or --no-token"
REFUSED = {
    "all addresses": (["--host", "0.0.0.0"], NEEDS_TOKEN),
    "all IPv6 addresses": (["--host", "::"], NEEDS_TOKEN),
    "foreign host": (["--host", "example.com"], NEEDS_TOKEN),
    "token and no token": (["--token", "x", "--no-token"], "exclude one another"),
    "empty token": (["--token", ""], "--token must be one or more printable ASCII characters without spaces."),
    "token with a space": (["--token", "a b"], "--token must be one or more printable ASCII characters"),
    "URL as host": (["--control-host", "http://m:80"], "--control-host must be a host name such as mock or [::1], "),
    "no network": (["--trusted-proxy", "x"], "--trusted-proxy must be an IP address or network such as 10.0.0.0/8, "),
    "nan": (
        ["--namespace-idle", "nan"],
        "--namespace-idle must be a number of seconds from 0 to 1000000000, ",
    ),
    "unknown store": (
        ["--store", "foo"],
        f"--store must be {STORE.requirement}, got 'foo'.",
    ),
    "seed with a file": (["--store", "sqlite:x.db", "--seed", "1"], "`seed` needs the store memory:"),
    "unknown clock": (
        ["--clock", "fast"],
        "--clock must be real, manual or scale:N with N above 0 and at most ",
    ),
    "scale 0": (["--clock", "scale:0"], "--clock must be real, manual or scale:N"),
    "negative": (["--pending", "-1"], "--pending must be a number of seconds from 0 to 1000000000, got '-1'."),
    "infinite": (["--running", "1e400"], "--running must be a number of seconds"),
    "no number": (["--task-lifetime", "soon"], "--task-lifetime must be a number of seconds"),
    "unknown location": (["--location", "relative"], "--location must be one of absolute, path, got 'relative'."),
    "URL without scheme": (["--public-url", "appliance:8000"], "--public-url must be a base URL such as http://app"),
    "port": (["--port", "65536"], "--port must be a whole number from 0 to 65535, got '65536'."),
    "zero": (["--max-upload", "0"], "--max-upload must be a whole number of at least 1, got '0'."),
    "decimal": (["--max-list", "1.5"], "--max-list must be a whole number of at least 1, got '1.5'."),
    "unknown scenario": (["--scenario", "nonsense"], "nonsense"),
    "unknown option": (["--nonsense"], "--nonsense"),
}


@pytest.mark.parametrize(("arguments", "message"), REFUSED.values(), ids=REFUSED)
def test_invalid_options_are_refused_by_name(arguments: list[str], message: str) -> None:
    """The exit status is 2, stdout is empty, and stderr says what must hold and what was found."""
    refused = invoke("serve", *arguments)
    assert refused.exit_code == 2, refused.output
    assert refused.stdout == ""
    assert message in " ".join(refused.stderr.split())


def test_an_invalid_environment_variable_is_refused_by_its_name() -> None:
    """The message names the variable, since the user typed no option."""
    for name, value, requirement in [
        ("VOXDOUBLE_MAX_UPLOAD", "many", "a whole number of at least 1"),
        ("VOXDOUBLE_MEMBERS", "all", "one of absent, null"),
    ]:
        refused = invoke("serve", env={name: value})
        assert refused.exit_code == 2, refused.output
        assert f"{name} must be {requirement}, got '{value}'." in " ".join(refused.stderr.split())


def test_a_kubernetes_service_link_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """VOXDOUBLE_PORT=tcp://... is passed over with a warning; another wrong value is refused."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # `serve` sets it where it is missing
    link = "tcp://10.96.0.12:8000"
    refused = invoke("serve", "--scenario", "never-endin", env={"VOXDOUBLE_PORT": link})
    assert f"Warning: VOXDOUBLE_PORT={link} is a Kubernetes service link and is not used." in refused.stderr
    assert "Unknown scenario 'never-endin', did you mean 'never-ending'?" in refused.stderr
    wrong = invoke("serve", env={"VOXDOUBLE_PORT": "10.96.0.12:8000"})
    assert wrong.exit_code == 2, wrong.output
    assert "VOXDOUBLE_PORT must be a whole number from 0 to 65535" in wrong.stderr


def test_a_refusal_as_users_see_it() -> None:
    """A process that refuses an option ends without a traceback and with empty stdout."""
    refused = run("serve", "--store", "foo")
    assert refused.returncode == 2, refused.stderr
    assert refused.stdout == ""
    assert f"--store must be {STORE.requirement}, got 'foo'." in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_port_in_use_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit status is 1 and the message names the port."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # `serve` sets it where it is missing
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = invoke("serve", "--port", str(port))
    assert refused.exit_code == 1, refused.output
    assert f"Cannot listen on 127.0.0.1:{port}: another program uses this port already" in refused.stderr
