"""The wheel of the working tree, and an environment outside the repository in which it is installed."""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.repository import ROOT

LOCK = ROOT / "requirements.lock"
UV = Path(sys.executable).parent / "uv"
SECONDS = 300
"""Time for one program; `voxdouble verify` alone may take four minutes on a busy machine."""


@dataclass(frozen=True)
class Installed:
    """An environment, the folder in which its programs run, and the installed version."""

    environment: Path
    folder: Path
    version: str

    def start(self, program: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a program of the environment, without the Python settings of this process."""
        variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VOXDOUBLE"))}
        command = [str(self.environment / "bin" / program), *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.folder, env=variables, text=True, stdout=pipe, stderr=pipe)

    def run(self, program: str, *arguments: str) -> str:
        """Run a program of the environment, which must exit with 0, and return its stdout."""
        with self.start(program, *arguments) as process:
            try:
                output, errors = process.communicate(timeout=SECONDS)
            finally:
                process.kill()
        command = f"{program} {' '.join(arguments)}"
        assert process.returncode == 0, f"{command} ended with {process.returncode}:\n{output}{errors}"
        return output


def build_wheel(folder: Path) -> Path:
    """Return a new wheel, built with the locked backend of this environment, so that nothing unpinned is fetched."""
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder))
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, folder: Path, extra: str = "") -> Installed:
    """Install a wheel and its dependencies into a new environment below a folder, checked by the hashes of the lock."""
    environment = folder / "environment"
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    run(str(UV), "venv", "--quiet", "--python", sys.executable, str(environment))
    run(str(UV), "pip", "install", "--quiet", "--python", str(environment), "--require-hashes",
        "--constraint", str(LOCK), f"voxdouble{extra} @ {wheel.as_uri()}#sha256={digest}")  # fmt: skip
    run(str(UV), "pip", "check", "--quiet", "--python", str(environment))
    return Installed(environment, folder, version=wheel.name.split("-")[1])


def run(*command: str) -> None:
    """Run a command at the root of the repository, which must exit with 0; its output is shown if it does not."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"
