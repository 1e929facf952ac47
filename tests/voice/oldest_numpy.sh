#!/bin/sh
# Compare with the golden files under the oldest numpy and soundfile that pyproject.toml allows, in a temporary environment.
# Usage, from the root of the repository: sh tests/voice/oldest_numpy.sh [PYTHON]. PYTHON must be 3.11 or 3.12, as numpy 1.26.0 requires.
set -eu
python=${1:-python3.11}
if ! "$python" -c 'import sys; assert (3, 11) <= sys.version_info < (3, 13)' 2>/dev/null; then
    echo "Python 3.11 or 3.12 is required, since numpy 1.26.0 needs one of them; '$python' is another version or missing. Select another one: make oldest-numpy OLD_PYTHON=/path/to/python3.12" >&2
    exit 1
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check "numpy==1.26.0" "soundfile==0.13.0" "miniaudio==1.61"
"$folder/bin/python" -c "import numpy, soundfile; print('numpy', numpy.__version__, 'soundfile', soundfile.__version__)"
"$folder/bin/python" tests/voice/golden.py
