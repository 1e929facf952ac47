"""`voxdouble serve` and `healthcheck` as processes."""

import signal
import socket
import subprocess

import pytest
import requests

from tests.commands.process import COMMAND, run, serving
from tests.http.wire import convert, extract, get


def test_serve_does_the_main_job() -> None:
    """Started with options, it answers from the moment it says so, and SIGTERM ends it with 0."""
    with serving("--pending", "0", "--running", "0", "--location", "path") as (url, process):
        started = extract(url, include_vector_voiceprint=True)
        assert started.headers["Location"].startswith("/api/technology/")
        assert get(url + started.headers["Location"]).json()["task"]["state"] == "done"
    assert process.returncode == 0


def test_every_option_has_a_twin_in_the_environment() -> None:
    """VOXDOUBLE_ and the option's name in capitals, for numbers, words and lists alike."""
    env = {
        "VOXDOUBLE_CLOCK": "manual",
        "VOXDOUBLE_PENDING": "2.5",
        "VOXDOUBLE_TASK_LIFETIME": "10",
        "VOXDOUBLE_TOKEN": "secret",
        "VOXDOUBLE_CONTROL_HOST": "one.example two.example",
        "VOXDOUBLE_MAX_LIST": "2",
    }
    headers = {"Authorization": "Bearer secret"}
    with serving(env=env) as (url, _):
        assert get(url + "/_mock/clock").status_code == 403
        for host in ("one.example", "two.example:8000"):
            assert get(url + "/_mock/clock", headers={**headers, "Host": host}).json()["mode"] == "manual"
        conversion = url + "/api/technology/speaker-identification-voiceprint-conversion"
        assert (
            requests.post(conversion, json={"voiceprints": ["AAAA"] * 3}, headers=headers, timeout=30).status_code
            == 422
        )
        assert requests.post(conversion, json={"voiceprints": ["AAAA"]}, headers=headers, timeout=30).status_code == 202
        [task] = get(url + "/_mock/tasks", headers=headers).json()["tasks"]
        assert round(task["ends"] - task["submitted"], 3) == 2.5
        assert round(task["expires"] - task["ends"], 3) == 10


def test_interrupt_ends_it_with_0() -> None:
    """Ctrl-C is a way to stop, not an error."""
    with serving() as (_, process):
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_nothing_but_the_ready_line_is_on_stdout() -> None:
    """What is on stdout is for scripts, which read one line."""
    with serving() as (url, process):
        convert(url, ["AAAA"])
        process.send_signal(signal.SIGTERM)
        stdout, stderr = process.communicate(timeout=20)
    assert stdout == ""
    assert "Traceback" not in stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--host", "0.0.0.0"], "add --token TOKEN, or --no-token"),
        (["--host", "::"], "add --token TOKEN, or --no-token"),
        (["--host", "example.com"], "add --token TOKEN, or --no-token"),
        (["--token", "x", "--no-token"], "exclude one another"),
        (["--token", ""], "A token has printable ASCII"),
        (["--token", "a b"], "A token has printable ASCII"),
        (["--control-host", "http://mock:8000"], "A control host is a bare name"),
        (["--namespace-idle", "nan"], "namespace_idle"),
        (["--store", "sqlite:x.db"], "not part of this version"),
        (["--store", "redis://localhost:6379/0"], "not part of this version"),
        (["--store", "mongo:"], "is no store"),
        (["--clock", "fast"], "real, manual or scale:N"),
        (["--clock", "scale:0"], "real, manual or scale:N"),
        (["--pending", "-1"], "-1"),
        (["--pending", "nan"], "pending"),
        (["--running", "1e400"], "running"),
        (["--location", "relative"], "relative"),
        (["--public-url", "appliance:8000"], "http://appliance.example:8000"),
        (["--port", "65536"], "65536"),
        (["--max-upload", "0"], "0"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_options_that_make_no_sense_are_refused_by_name(arguments: list[str], sentence: str) -> None:
    """The exit status is not 0, stdout is empty, and stderr says what would be right."""
    refused = run("serve", *arguments)
    assert refused.returncode in {1, 2}
    assert refused.stdout == ""
    assert sentence in " ".join(refused.stderr.split())
    assert "Traceback" not in refused.stderr


def test_a_taken_port_is_said_in_a_sentence() -> None:
    """The port is named."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = run("serve", "--port", str(port))
    assert refused.returncode == 1
    assert str(port) in refused.stderr
    assert "Traceback" not in refused.stderr


def test_healthcheck_tells_by_its_exit_status() -> None:
    """0 where a mock answers, 1 where none does or something else."""
    with serving() as (url, _):
        assert run("healthcheck", "--url", url).returncode == 0
        assert run("healthcheck", "--url", url + "/").returncode == 0
        assert run("healthcheck", "--url", url, env={"http_proxy": "http://127.0.0.1:9"}).returncode == 0
        assert run("healthcheck", env={"VOXDOUBLE_PORT": url.rsplit(":", 1)[1]}).returncode == 0
        assert run("healthcheck", "--url", url + "/api").returncode == 1
    assert run("healthcheck", env={"VOXDOUBLE_PORT": "abc"}).returncode == 1
    refused = run("healthcheck", "--url", url)
    assert "Traceback" not in refused.stderr
    assert refused.returncode == 1
    assert "No mock answers" in refused.stderr


def test_a_killed_server_leaves_its_port() -> None:
    """After kill -9 the next one starts on the same port at once."""
    with serving() as (url, process):
        port = url.rsplit(":", 1)[1]
        with socket.create_connection(("127.0.0.1", int(port))):
            process.kill()
            process.wait(20)
        with subprocess.Popen([*COMMAND, "serve", "--port", port], stdout=subprocess.PIPE, text=True) as second:
            assert second.stdout is not None
            assert second.stdout.readline() == f"voxdouble ready {url}\n"
            second.terminate()
            assert second.wait(20) == 0
