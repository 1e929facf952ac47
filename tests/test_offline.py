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
RESOLVE = "import socket\nsocket.getaddrinfo('appliance.example', 80)\n"
CONNECT = "import socket\nsocket.create_connection(('192.0.2.1', 80), 0.01)\n"
MAIN_JOB = """
import voxdouble_fixtures
from voxdouble.cli import main
from voxdouble_client import ApplianceClient
from voxdouble_mock import MockAppliance

main(["demo"], standalone_mode=False)
main(["fixtures", "recordings"], standalone_mode=False)
with MockAppliance(pending=0, running=0) as mock, ApplianceClient(mock.url) as appliance:
    channel = appliance.extract_voiceprint(voxdouble_fixtures.path("john_doe.mp3")).channels[0]
    assert appliance.convert_voiceprints([channel.voiceprint]).vector_voiceprints[0]
print("finished")
"""


def watched(code: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run Python code that ends with exit status 99 as soon as it looks up or contacts another machine."""
    command = [sys.executable, "-c", WATCHED + code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def test_the_main_job_contacts_no_other_machine(tmp_path: Path) -> None:
    """Demo, recordings, mock and client neither resolve another host's name nor connect to its address; P15."""
    done = watched(MAIN_JOB, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("finished\n")


@pytest.mark.parametrize("code", [RESOLVE, CONNECT])
def test_other_machines_are_noticed(tmp_path: Path, code: str) -> None:
    """The watch ends a process that resolves the name of another host or connects to its address."""
    assert watched(code, tmp_path).returncode == 99
