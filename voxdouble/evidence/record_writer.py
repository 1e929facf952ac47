"""Writes the record of a run of `voxdouble verify`, from the log of its exchanges."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voxdouble.capture.sources import probe
from voxdouble.evidence.record import RecordError, check_record_folder, write_record
from voxdouble.evidence.redaction import Redaction
from voxdouble.target_checks import CannotRun, open_session

if TYPE_CHECKING:
    import pytest

    from voxdouble_contract.judging.conformance import Conformance


def kind_of(url: str, ca: Path | None, chosen: str | None) -> str:
    """Return the kind of a record: the chosen kind, by default the target's. An empty URL stands for a mock.

    Raises UsageError if a mock would be called an appliance.
    """
    with open_session(os.environ.get("APPLIANCE_TOKEN"), ca) as session:
        is_mock = not url or probe(session, url).mock
    if is_mock and chosen == "appliance":
        raise click.UsageError("TARGET is a mock, and its responses must not be called real: leave out --kind.")
    return chosen or ("mock" if is_mock else "appliance")


def register_log(config: "pytest.Config", file: Path) -> None:
    """Make a run of the suite log its exchanges into a file, redacted."""
    from voxdouble_contract.reports.exchange_log import PLUGIN, ExchangeLog

    log = ExchangeLog(file, redaction_for(config.option.appliance_url).redacted)
    config.pluginmanager.register(log, PLUGIN)


def redaction_for(url: str) -> Redaction:
    """Return the redaction of the exchanges with an appliance and the token of the environment."""
    return Redaction(url, os.environ.get("APPLIANCE_TOKEN", ""))


class RecordWriter:
    """Writes the record of one run into a folder. Raises CannotRun if the folder cannot be used.

    Its temporary files are removed at the end of the command.
    """

    def __init__(self, folder: Path, kind: str, url: str) -> None:
        self._folder = folder
        self._url = url
        self._kind = kind
        try:
            check_record_folder(folder)
        except (RecordError, OSError) as error:
            raise CannotRun(f"The record cannot be written: {error}") from error
        temporary = tempfile.TemporaryDirectory(prefix="voxdouble-record-")
        self._log = Path(click.get_current_context().with_resource(temporary)) / "exchanges.jsonl"

    @property
    def options(self) -> list[str]:
        """The options of the suite that make it log its exchanges."""
        return [f"--contract-exchanges={self._log}"]

    def keep(self, conformance: "Conformance") -> None:
        """Write the record of a finished run, and say so on stderr. Raises CannotRun if it cannot be written."""
        from voxdouble_contract.reports.exchange_log import read_log

        try:
            count = write_record(self._folder, conformance, self._kind, read_log(self._log), redaction_for(self._url))
        except (RecordError, OSError) as error:
            raise CannotRun(f"The record cannot be written: {error}") from error
        click.echo(f"{self._folder}: {count} statements with their exchanges, kind {self._kind}.", err=True)
