"""A kept connection that a NAT has dropped: no packet arrives, and no answer comes."""

import json
import subprocess
import sys

import pytest

from tests.repository import ROOT

IN_NAMESPACE = """
import ctypes, fcntl, json, socket, struct, sys, time

NEWUSER, NEWNET = 0x10000000, 0x40000000
unshare = ctypes.CDLL(None).unshare
if unshare(NEWNET) and unshare(NEWUSER | NEWNET):
    sys.exit(77)

def set_loopback(flags):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, 0x8914, struct.pack("16sh14x", b"lo", flags))  # SIOCSIFFLAGS

UP, DOWN = 0x49, 0x48
set_loopback(UP)
from tests.client.hostile import DONE, responding, response, serving
from voxdouble_client import TransportError
from voxdouble_client._http import sockets

sockets.DEAD_SECONDS = int(sys.argv[1])
with serving(responding(response(200, DONE)), proxy="") as (server, appliance):
    appliance.extract_voiceprint(b"audio")
    set_loopback(DOWN)
    began = time.monotonic()
    try:
        appliance.extract_voiceprint(b"audio", timeout=6)
    except TransportError as error:
        found = {"seconds": time.monotonic() - began, "timed_out": error.timed_out, "may_have_run": error.may_have_run}
        print(json.dumps(found))
"""


def lost(dead_seconds: int) -> dict[str, float | bool]:
    """Return the end of a POST on a kept connection whose packets are lost, in a network namespace of its own."""
    command = [sys.executable, "-c", IN_NAMESPACE, str(dead_seconds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    if done.returncode == 77:
        pytest.skip("This system allows no network namespace; the options of the socket are tested elsewhere.")
    assert done.returncode == 0, done.stderr
    found: dict[str, float | bool] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux has network namespaces.")
def test_a_post_on_a_dead_connection_ends_long_before_its_deadline() -> None:
    """A POST whose packets are not acknowledged ends when the connection counts as dead, here after 1 s."""
    found = lost(1)
    assert (found["timed_out"], found["may_have_run"]) == (False, True)
    assert found["seconds"] < 6


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux has network namespaces.")
def test_the_time_after_which_a_connection_is_dead_decides() -> None:
    """With 30 s the same POST lasts until its deadline of 6 s, so that short gaps in the network do no harm."""
    found = lost(30)
    assert (found["timed_out"], found["may_have_run"]) == (True, True)
