"""A mock in a process whose children live on after it has stopped."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import os, signal, socket
import requests
from voxdouble_mock import MockAppliance

mock = MockAppliance()
mock.start()
address = "127.0.0.1", int(mock.url.rpartition(":")[2])
session = requests.Session()
session.trust_env = False
session.get(mock.url + "/_mock/health").raise_for_status()
idle = socket.create_connection(address, 10)
idle.sendall(b"GET /_mock/health HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
assert idle.recv(1 << 16).startswith(b"HTTP/1.1 200")
child = os.fork()
if not child:
    signal.pause()
try:
    closing = socket.create_connection(address, 10)
    closing.sendall(b"GET /_mock/health HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n")
    while closing.recv(1 << 16):
        pass
    mock.stop()
    assert idle.recv(1) == b"", "an idle connection must be closed"
    try:
        socket.create_connection(address, 10)
    except ConnectionRefusedError:
        print("refused")
    with MockAppliance(port=address[1]) as again:
        print(session.get(again.url + "/_mock/health").status_code)
finally:
    os.kill(child, signal.SIGKILL)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs fork")
def test_a_stopped_mock_is_gone_although_a_child_lives() -> None:
    """With a child that holds copies of all sockets, connections end, connecting is refused and the port is free."""
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.stdout.split() == ["refused", "200"], ended.stderr
