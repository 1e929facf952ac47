"""One run of `voxdouble verify mock --against PACK`."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from voxdouble.against.judge import MAX_FACTS, Judgement, account
from voxdouble.against.known import FILE, read_known
from voxdouble.capture.headers import HeaderNotes
from voxdouble.target_checks import CannotRun
from voxdouble_client import ApplianceClient, ApplianceError
from voxdouble_contract.judging.conformance import DIFFERS, FAILED, Conformance, judge
from voxdouble_contract.judging.target_info import TargetInfo
from voxdouble_mock import MockAppliance
from voxdouble_mock.packs.facts import PackError
from voxdouble_mock.packs.pack import Pack

WITHOUT_FACT = "The pack has no fact about this statement."


def judged_by_pack(folder: Path) -> Conformance:
    """Return the verdicts on the mock of this installation by the facts of a pack, without a network.

    Known differences that no longer differ are reported on stderr. Raises CannotRun if the pack cannot be used.
    """
    try:
        pack = Pack(folder)
        known = read_known(pack.folder)
        generation, notes = pack.header.generation, HeaderNotes()
        with (
            MockAppliance(generation=generation, pending=0, running=0) as mock,
            ApplianceClient(mock.url, proxy="", on_exchange=notes.note) as client,
        ):
            judgement = Judgement(pack, client, notes)
            judgement.run()
            target = TargetInfo("this installation", "mock", version("voxdouble"), (generation,), pack.folder.name)
    except PackError as error:
        raise CannotRun(str(error)) from error
    except ApplianceError as error:
        raise CannotRun(f"The mock did not answer a request of the pack: {error}") from error
    accounted = account(judgement.findings, known)
    for line in introduction(pack, judgement, accounted.outdated):
        click.echo(line, err=True)
    entries = judge(accounted.findings, without_test=WITHOUT_FACT)
    return Conformance(target, strict=True, statements={key: as_difference(entry) for key, entry in entries.items()})


def as_difference(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the entry of a statement with the verdict *differs* in place of *failed*.

    A pack does not prove that the mock is wrong: its appliance may contradict the documentation.
    """
    return {**entry, "verdict": DIFFERS} if entry["verdict"] == FAILED else entry


def introduction(pack: Pack, judgement: Judgement, outdated: list[str]) -> list[str]:
    """Return lines on the pack, on the facts that were compared, and on known differences that no longer differ."""
    header, known = pack.header, f"version {pack.header.version or 'unknown'}, generation {pack.header.generation}"
    lines = [f"The mock is judged by the pack {pack.folder.name}: kind {header.kind}, {known}."]
    lines.append(f"{judgement.compared} facts were compared.")
    if judgement.left_out:
        why = "the pack does not have their recordings or voiceprints, or mocks do not compute their technology"
        lines.append(f"{judgement.left_out} facts were not: {why}.")
    if len(pack.entries) > MAX_FACTS:
        lines.append(f"The pack has {len(pack.entries)} facts, of which the first {MAX_FACTS} count.")
    return lines + [f"{key} no longer differs: remove its entry from {FILE}." for key in outdated]
