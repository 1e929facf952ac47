"""The contract suite in a process of its own, which ignores any configuration of pytest, and can be killed."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from voxdouble.target_checks import CannotRun

if TYPE_CHECKING:
    from voxdouble_contract.judging.conformance import Conformance

CONFIGURING = ("PYTEST_", "SCHEMATHESIS_", "HYPOTHESIS_", "PYTHONWARNINGS")
"""Prefixes of environment variables that could change a verdict."""
PLUGINS = ("_hypothesis_pytestplugin", "voxdouble.pytest_plugin")
PLUGIN_FOR_GENERATED = "schemathesis.pytest.plugin"
SETTINGS = "[pytest]\naddopts = --import-mode=importlib\n"
ENDED_BY_ITSELF = frozenset({0, 1, 5})
"""Exit statuses of pytest after a whole run; 5 without any test."""


def run_suite(options: Sequence[str], *, url: str, strict: bool, only: Sequence[str], seconds: float) -> "Conformance":
    """Run the suite and return its result; its progress goes to stderr.

    After `seconds` the process is killed; if `seconds` is not above 0, it is not started. Its findings until
    then count, and all other statements are unproven.
    """
    from voxdouble_contract.judging.conformance import Conformance, crashes_in, judge
    from voxdouble_contract.judging.observed_tasks import observed_tasks
    from voxdouble_contract.judging.statements import need_generated
    from voxdouble_contract.judging.target_info import UNKNOWN, TargetInfo
    from voxdouble_contract.reports import journal
    from voxdouble_contract.target.transport import TIME_IS_UP

    with tempfile.TemporaryDirectory(prefix="voxdouble-verify-") as name:
        folder = Path(name)
        plugins = (*PLUGINS, PLUGIN_FOR_GENERATED) if need_generated(only) else PLUGINS
        ended = run_process(folder, options, plugins, seconds) if seconds > 0 else None
        found = journal.read(folder / journal.FILE)
    if found.ended:
        raise CannotRun(found.ended)
    if ended is not None and (ended not in ENDED_BY_ITSELF or (found.target is None and ended != 5)):
        raise CannotRun(f"The suite could not run: its process ended with status {ended}.")
    late = f"Its check had not ended after {seconds:.0f} s." if seconds > 0 else TIME_IS_UP
    reason = {} if ended is not None else {"without_test": late}
    target = found.target or TargetInfo(url or "mock", UNKNOWN if url else "mock")
    statements, tasks = judge(found.findings, only, **reason), observed_tasks(found.states)
    return Conformance(target, strict, statements, crashes=crashes_in(found.findings), tasks=tasks)


def run_process(folder: Path, options: Sequence[str], plugins: Sequence[str], seconds: float) -> int | None:
    """Run the suite in a folder, where it keeps its journal; return its exit status, or None if it was killed."""
    from voxdouble_contract.reports import journal

    settings = folder / "pytest.ini"
    settings.write_text(SETTINGS, encoding="utf-8")
    command = [sys.executable, "-P", "-m", "pytest", "-c", str(settings), "--rootdir", str(folder)]
    command += ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:warnings"]
    command += [word for plugin in plugins for word in ("-p", plugin)]
    command += ["--pyargs", "voxdouble_contract", f"--contract-journal={folder / journal.FILE}", *options]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(CONFIGURING)}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        return subprocess.run(  # noqa: S603 (our own interpreter and arguments)
            command,
            check=False,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            timeout=seconds,
        ).returncode
    except subprocess.TimeoutExpired:
        return None
