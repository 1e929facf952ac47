"""Make the bundled example pack from a simulated appliance of the tests, with `make example-pack`.

The times in it are those of this run, so that it changes with each one; it is made again only if its format changes.
"""

import shutil
import subprocess
import sys

from tests.contract.stranger import serving
from tests.contract.stranger_traits import Traits
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
    """Capture the recordings into the folder of the example."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    traits = Traits(prefix="", seconds=0.4, native=True, extras={}, nulls=False, version="simulated")
    with serving(traits) as url:
        command = [sys.executable, "-m", "voxdouble", "capture", url, *(str(path(name)) for name in RECORDINGS)]
        options = ["-o", str(FOLDER), "--kind", "example", "--with-results", "--with-names", "--also", ALSO]
        subprocess.run([*command, *options], check=True)  # noqa: S603 (a fixed command)
    (FOLDER / INDEX).unlink()  # it holds the times of these files, which are others where the package is installed


if __name__ == "__main__":
    main()
