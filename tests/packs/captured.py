"""Captures of simulated appliances, and the client script whose results are compared."""

import atexit
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import voxdouble_fixtures
from tests.commands.process import invoke
from tests.contract.stranger import CONVERSION, EXTRACTION, serving
from tests.contract.stranger_traits import Traits
from voxdouble_client import ApiError, ApplianceClient, TaskRejected
from voxdouble_mock import MockAppliance

NEWEST = Traits(prefix="")
OLDER = Traits(prefix="", generation=1, conversion=404)
COMPARISON = "speaker-identification-voiceprint-comparison"
MERGING = "speaker-identification-voiceprint-merging"
STRANGERS = {"newest": NEWEST, "older": OLDER}
FILES = [voxdouble_fixtures.path(name) for name in ("john_doe.wav", "conversation.wav", "maria_lopez_1.flac")]
BAD_FILE = voxdouble_fixtures.path("not_audio.wav")
ONE = FILES[:1]
"""Enough for a test of something else than the facts, and much faster than all."""


def capture(url: str, pack: Path, *options: str, status: int = 0, files: Sequence[Path] = (*FILES, BAD_FILE)) -> str:
    """Run the command on recordings; return its stdout and stderr."""
    result = invoke("capture", url, *map(str, files), "-o", str(pack), *options)
    assert result.exit_code == status, result.output
    return result.output


@cache
def _captured(source: str, *options: str) -> Path:
    """Return the pack of a stranger or of the `mock`, which is captured once in this process."""
    folder = Path(tempfile.mkdtemp(prefix="voxdouble-packs-"))
    atexit.register(shutil.rmtree, folder)
    with ExitStack() as stack:
        if source == "mock":
            url = stack.enter_context(MockAppliance(pending=0, running=0)).url
        else:
            url = stack.enter_context(serving(STRANGERS[source]))
        capture(url, folder / "pack", *options)
    return folder / "pack"


def copied(source: str, folder: Path, *options: str) -> Path:
    """Copy the pack of a source to a new folder, where a test may change it, and return the folder."""
    return Path(shutil.copytree(_captured(source, *options), folder))


def answers(url: str, *, vectors: bool) -> list[Any]:
    """Return the results of a client script: every technology once, on the captured recordings and voiceprints."""
    with ApplianceClient(url) as client:

        def run(technology: str, **request: Any) -> Any:
            try:
                return client.run(technology, **request).result
            except TaskRejected as rejected:
                return rejected.error.raw
            except ApiError as refused:
                return refused.status

        params = {"include_vector_voiceprint": True} if vectors else {}
        found = [run(EXTRACTION, files={"file": file}, params=params) for file in FILES]
        texts = [channel["voiceprint"] for result in found for channel in result["channels"]]
        found += [
            run(technology, files={"file": FILES[1]}) for technology in ("age-estimation", "gender-identification")
        ]
        found += [run(EXTRACTION, files={"file": FILES[1]}, params={"channels": "1", **params})]
        found += [run(EXTRACTION, files={"file": BAD_FILE})]
        found += [run(COMPARISON, json={"voiceprints_a": texts[:2], "voiceprints_b": texts[::-1]})]
        found += [run(MERGING, json={"voiceprints": texts[:3]})]
        for technology in (CONVERSION, "age-estimation-voiceprints", "gender-identification-voiceprints"):
            found += [run(technology, json={"voiceprints": texts[::-1]})]
        return found
