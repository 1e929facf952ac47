"""`voxdouble serve` with a folder of temporary files that is too small."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import needs
from tests.commands.process import serving
from tests.http.wire import NO_AUDIO, extract


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder on a file system of 1 MiB."""
    mount = needs.program("mount", package="mount")
    command = [mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        needs.lacking("needs the right to mount a file system")
    yield tmp_path
    subprocess.run([shutil.which("umount") or "umount", "--lazy", str(tmp_path)], check=True)


def test_a_small_folder_is_named_at_the_start_and_in_the_refusal(small: Path) -> None:
    """Stderr warns at the start; a large upload is 507 with the reason, which is logged; later uploads are accepted."""
    with serving(env={"TMPDIR": str(small)}) as (url, process):
        for _ in range(2):
            refused = extract(url, bytes(3_000_000))
            assert refused.status_code == 507, refused.text
            expected = "The mock's folder of temporary files cannot hold the upload: No space left on device."
            assert refused.json()["message"] == expected
            assert extract(url, NO_AUDIO).status_code == 202
        process.terminate()
        _, stderr = process.communicate(timeout=60)
    assert f"WARNING The folder of temporary files, {small}, has " in stderr
    assert stderr.count("ERROR An upload cannot be stored in the folder of temporary files: No space left") == 2
    assert "Traceback" not in stderr
