"""The product works without a network; P15."""

import subprocess
import sys
from pathlib import Path

import pytest

WATCHED = """
import os
import sys

LOCAL = {None, "", "127.0.0.1", "::1", "localhost", "0.0.0.0"}


def leave_this_machine(event, arguments):
    host = arguments[0] if event == "socket.getaddrinfo" else None
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    if (host.decode() if isinstance(host, bytes) else host) not in LOCAL:
        os.write(2, f"{event} {host}".encode())
        os._exit(99)


sys.addaudithook(leave_this_machine)
"""
MAIN = "from voxdouble.cli import main\nmain()\n"
RESOLVE = "import socket\nsocket.getaddrinfo('appliance.example', 80)\n"
CONNECT = "import socket\nsocket.create_connection(('192.0.2.1', 80), 0.01)\n"
EXTRACT = """
import voxdouble_fixtures
from voxdouble_client import ApplianceClient
from voxdouble_mock import MockAppliance

with MockAppliance(pending=0, running=0) as mock, ApplianceClient(mock.url) as appliance:
    channel = appliance.extract_voiceprint(voxdouble_fixtures.path("john_doe.mp3")).channels[0]
    assert appliance.convert_voiceprints([channel.voiceprint]).vector_voiceprints[0]
"""


def watched(code: str, *arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run Python code that ends with exit status 99 as soon as it looks up or contacts another machine."""
    command = [sys.executable, "-c", WATCHED + code, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("arguments", ["demo", "fixtures recordings", "healthcheck --url http://127.0.0.1:1"])
def test_commands_contact_no_other_machine(tmp_path: Path, arguments: str) -> None:
    """Demo, recordings and health check neither resolve a foreign name nor connect to a foreign address; P15."""
    done = watched(MAIN, *arguments.split(), folder=tmp_path)
    assert done.returncode == (1 if "healthcheck" in arguments else 0), done.stderr


def test_the_mock_and_the_client_contact_no_other_machine(tmp_path: Path) -> None:
    """An extraction and a conversion in one process stay on the loopback interface; P15."""
    done = watched(EXTRACT, folder=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("code", [RESOLVE, CONNECT])
def test_other_machines_are_noticed(tmp_path: Path, code: str) -> None:
    """The watch ends a process that resolves a foreign name or connects to a foreign address."""
    assert watched(code, folder=tmp_path).returncode == 99
