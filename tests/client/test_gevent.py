"""gevent's monkey patching, under which the client cannot keep its deadlines."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("patched", [True, False])
def test_a_patched_process_is_refused_at_construction(patched: bool) -> None:
    """A client is refused with a sentence in a process that gevent has patched, and works beside plain gevent."""
    pytest.importorskip("gevent")
    program = f"""
import gevent, gevent.monkey
if {patched}:
    gevent.monkey.patch_all()
from voxdouble_client import ApplianceClient
try:
    ApplianceClient("http://127.0.0.1:1")
except RuntimeError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ("gevent's monkey patching" in done.stdout) == patched
