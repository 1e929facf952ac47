"""Generator of the bundled example pack, from a simulated appliance of the tests: `make example-pack`.

The times in it are those of this run, so each run changes it. It is made again only if its format changes. The file
of known differences in its folder is written by hand, and stays.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.contract.stranger import serving
from tests.contract.stranger_traits import Traits
from voxdouble.against.known import FILE as DIFFERENCES
from voxdouble_fixtures import path
from voxdouble_mock.packs.facts import INDEX
from voxdouble_mock.packs.library import BUNDLED

FOLDER = BUNDLED["example"]
RECORDINGS = (
    "john_doe.wav",
    "jane_roe_1.flac",
    "maria_lopez_1.flac",
    "conversation.wav",
    "silence.wav",
    "not_audio.wav",
)
ALSO = "voice-activity-detection"


def main() -> None:
    """Capture the recordings, and put the pack into the folder of the example."""
    with TemporaryDirectory() as folder:
        made = Path(folder) / FOLDER.name
        capture(made)
        replace(FOLDER, made)


def capture(pack: Path) -> None:
    """Capture the recordings into the folder of a new pack."""
    traits = Traits(prefix="", seconds=0.4, native=True, extras={}, nulls=False, version="simulated")
    with serving(traits) as url:
        command = [sys.executable, "-m", "voxdouble", "capture", url, *(str(path(name)) for name in RECORDINGS)]
        options = ["-o", str(pack), "--kind", "example", "--with-results", "--with-names", "--also", ALSO]
        subprocess.run([*command, *options], check=True)  # noqa: S603 (a fixed command)
    (pack / INDEX).unlink()  # the index holds the modification times of the facts, which an installation changes


def replace(pack: Path, by: Path) -> None:
    """Replace the files of a pack by those of another, except for the known differences."""
    for entry in pack.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != DIFFERENCES:
            entry.unlink()
    shutil.copytree(by, pack, dirs_exist_ok=True)


if __name__ == "__main__":
    main()
