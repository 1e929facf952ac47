"""The options of the contract suite in a run of pytest."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def add_suite_options(group: "pytest.OptionGroup") -> None:
    """Add the options to the group of the plugin."""
    group.addoption("--contract-report", metavar="DIR", type=Path, help="write the contract suite's reports there")
    group.addoption("--contract-strict", action="store_true", help="count a statement that differs as failed")
    group.addoption("--contract-expect", choices=["mock", "appliance"], default="", help="fail on the other kind")
    group.addoption(
        "--contract-generation",
        choices=["auto", "e1", "e2", "e3", "e4"],
        default="auto",
        help="generation of the appliance's interface; auto determines it from the responses",
    )
    group.addoption("--contract-profile", metavar="FILE", type=Path, help="TOML file with the appliance's known limits")
    group.addoption("--contract-uploads", metavar="N", type=int, default=250, help="maximum of uploads")
    group.addoption("--contract-audio", metavar="SECONDS", type=float, default=1000.0, help="maximum of uploaded audio")
    group.addoption("--contract-tasks", metavar="N", type=int, default=500, help="maximum of started tasks")
    group.addoption("--contract-only", metavar="ID", action="append", help="check only this statement; may be repeated")
    group.addoption("--contract-ca", metavar="FILE", type=Path, help="certificates to trust instead of the usual ones")
    group.addoption("--contract-journal", metavar="FILE", type=Path, help=argparse.SUPPRESS)
    group.addoption("--contract-exchanges", metavar="FILE", type=Path, help=argparse.SUPPRESS)
    group.addoption("--contract-seconds", metavar="SECONDS", type=float, default=170.0, help="maximum time of the run")
