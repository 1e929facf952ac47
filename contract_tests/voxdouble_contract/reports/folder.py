"""The folder with all reports of a run."""

from pathlib import Path

from voxdouble_contract.judging.conformance import Conformance
from voxdouble_contract.reports import html, json, junit

FILES = (json.FILE, junit.FILE, html.FILE)
"""The reports."""


def write_reports(conformance: Conformance, folder: Path) -> None:
    """Write conformance.json, junit.xml and report.html; the folder is made if needed, and its other files stay."""
    folder.mkdir(parents=True, exist_ok=True)
    json.write(conformance, folder)
    junit.write(conformance, folder)
    html.write(conformance, folder)
