"""A wheel of the tree as it is, and an environment that holds it and what it needs, out of the repository's reach."""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
UV = Path(sys.executable).parent / "uv"
SECONDS = 120


@dataclass(frozen=True)
class Installed:
    """An environment, the folder that its programs run in, and the version that was installed."""

    environment: Path
    folder: Path
    version: str

    def start(self, program: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a program of the environment, without this process's own Python settings."""
        surroundings = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VOXDOUBLE"))
        }
        command = [str(self.environment / "bin" / program), *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.folder, env=surroundings, text=True, stdout=pipe, stderr=pipe)

    def run(self, program: str, *arguments: str) -> str:
        """Run a program of the environment to its end, which must be a good one, and give its standard output."""
        process = self.start(program, *arguments)
        output, errors = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, f"{program} {' '.join(arguments)} ended with {process.returncode}:\n{errors}"
        return output


def build_wheel(folder: Path) -> Path:
    """Build with the locked backend of this environment, so that nothing unpinned is fetched."""
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder))
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, folder: Path, extra: str = "") -> Installed:
    """Install a wheel and what it needs into a new environment below a folder, all held against the lock's hashes."""
    environment = folder / "environment"
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    run(str(UV), "venv", "--quiet", "--python", sys.executable, str(environment))
    run(str(UV), "pip", "install", "--quiet", "--python", str(environment), "--require-hashes",
        "--constraint", str(LOCK), f"voxdouble{extra} @ {wheel.as_uri()}#sha256={digest}")  # fmt: skip
    run(str(UV), "pip", "check", "--quiet", "--python", str(environment))
    return Installed(environment, folder, version=wheel.name.split("-")[1])


def run(*command: str) -> None:
    """Run a command at the repository's root; what it said is shown where it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"
