"""The folder for the reports of `voxdouble verify`, checked before the run."""

import os
import tempfile
from pathlib import Path

from voxdouble.target_checks import CannotRun


def check_folder(report: Path) -> None:
    """Make the folder for the reports, before the suite runs; raise CannotRun if it cannot be written."""
    from voxdouble_contract.reports.folder import FILES

    try:
        report.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=report).close()
        for name in FILES:
            if (report / name).exists():
                (report / name).open("a").close()
    except OSError as error:
        reason = f"The folder {report} for the reports cannot be written: {error.strerror or error}."
        raise CannotRun(reason + owners(report)) from error


def owners(folder: Path) -> str:
    """Return a sentence on the owner of a folder and the user of this process, where they differ."""
    if os.name != "posix" or not folder.exists() or folder.stat().st_uid == os.getuid():
        return ""
    owner = folder.stat()
    return (
        f" It belongs to the user {owner.st_uid}, and this process runs as {os.getuid()}; a container runs as that "
        f"user with --user {owner.st_uid}:{owner.st_gid}."
    )
