"""The steps of a reader of a page: its blocks are saved and run in order, in one folder, beside one mock."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

import voxdouble_fixtures
from tests.documents.blocks import Block
from tests.documents.data_blocks import check_data
from tests.repository import ROOT
from voxdouble_mock import MockAppliance

ADDRESSES = ("http://127.0.0.1:8000", "http://appliance:8000")
"""The addresses of an appliance in the pages; a run replaces them by that of its own mock."""
RECORDINGS = {
    "john_doe.wav": "john_doe.wav",
    "john_doe_2.flac": "john_doe_2.flac",
    "jane_roe_1.flac": "jane_roe_1.flac",
    "calls/monday.wav": "telephone.wav",
    "recordings/jane_roe.wav": "jane_roe_1.flac",
}
"""The recordings that a reader has, each with the name of the bundled one that it is here."""
PACKAGES = (
    "voxdouble",
    "mock_server/voxdouble_mock",
    "client/voxdouble_client",
    "contract_tests/voxdouble_contract",
    "fixtures/voxdouble_fixtures",
)
SHELL = "sh"
PROGRAMS = {"python": "python3", "js": "node", "java": "javac"}
"""Languages of programs, and the command that each needs."""
DATA = ("yaml", "toml", "json")
SECONDS = 120
SERVE_IN_BACKGROUND = """
voxdouble() {
    [ "$1" = serve ] || { command voxdouble "$@"; return; }
    if [ -e "$PAGE_SERVER/pid" ]; then
        earlier=$(cat "$PAGE_SERVER/pid")
        while kill "$earlier" 2>/dev/null; do sleep 0.1; done
    fi
    command voxdouble "$@" >"$PAGE_SERVER/log" 2>&1 &
    echo $! >"$PAGE_SERVER/pid"
    until grep -q '^voxdouble ready' "$PAGE_SERVER/log"; do
        kill -0 $! || { cat "$PAGE_SERVER/log" >&2; return 1; }
        sleep 0.05
    done
}
"""
"""In a shell block `voxdouble serve` goes on in the background; it must become ready, and later blocks use it."""


class PageRun:
    """The run of one page, from its first block to its last."""

    def __init__(self, folder: Path, *, clone: bool = False) -> None:
        """With `clone` the reader's folder is a clone, whose packages the commands of the page use."""
        self._packages = PACKAGES if clone else ()
        self._stack = ExitStack()
        self.folder = folder / "reader"
        self._server = folder / "server"
        self.names: dict[str, object] = {"__name__": "__main__"}
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self.folder.mkdir()
        for package in self._packages:
            shutil.copytree(ROOT / package, self.folder / package)
        self._server.mkdir()
        for name, bundled in RECORDINGS.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_bytes(voxdouble_fixtures.path(bundled).read_bytes())
        self._stack.enter_context(MockAppliance(port=self._port, pending=0.05, running=0.05))
        return self

    def __exit__(self, *_: object) -> None:
        pid = self._server / "pid"
        if pid.exists():
            with suppress(ProcessLookupError):
                os.kill(int(pid.read_text()), signal.SIGTERM)
        self._stack.close()

    def run(self, block: Block) -> str:
        """Save or run a block; return its stdout. AssertionError if it does not do what a reader expects."""
        code = block.code
        for address in ADDRESSES:
            code = code.replace(address, self.url)
        if block.language in DATA:
            check_data(block, self.folder)
        if block.language == SHELL and "voxdouble serve" in code:
            self._stack.close()  # the page starts a mock of its own, at the same address
        if block.file or "def test_" in code:
            file = self.folder / (block.file or f"test_block_{block.line}.py")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(code, encoding="utf-8")
        elif block.language == "python":
            exec(compile(code, str(block), "exec"), self.names)
        elif block.language == SHELL:
            return self._shell(code)
        else:
            assert block.language in DATA, f"{block} needs a mark: a file, or why it is not run."
        return ""

    def finish(self) -> None:
        """Run the tests that the page defines, unless one of its shell blocks did."""
        if [*self.folder.glob("test_*.py")] and not (self.folder / ".pytest_cache").exists():
            assert " passed" in self._shell(f"{sys.executable} -m pytest")

    def _shell(self, code: str) -> str:
        """Run a script; each command must exit with 0, and each response that it shows must have a 2xx status."""
        variables = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PAGE_SERVER": str(self._server),
            "VOXDOUBLE_PORT": str(self._port),
            "APPLIANCE_URL": self.url,
            "PYTHONPATH": os.pathsep.join(str((self.folder / package).parent) for package in self._packages),
            "PYTEST_ADDOPTS": "-p no:schemathesis -p no:hypothesispytest -p no:xdist -W error",
        }
        command = ["sh", "-e", "-c", SERVE_IN_BACKGROUND + code]
        with (self._server / "stdout").open("w+") as output:
            # Files, since a mock that goes on in the background would keep a pipe open.
            done = subprocess.run(
                command, cwd=self.folder, env=variables, stdout=output, stderr=subprocess.STDOUT, timeout=SECONDS,
                check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            output.seek(0)
            shown = output.read()
        assert done.returncode == 0, shown
        assert re.findall(r"^HTTP/1.1 (?!2)\d+", shown, re.MULTILINE) == [], shown
        return shown
