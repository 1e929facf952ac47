#!/bin/sh
# Compare with the golden files under the oldest numpy and soundfile that pyproject.toml allows, in an environment of their own.
# Usage: sh tests/voice/oldest_numpy.sh [PYTHON], from the repository's root; PYTHON is 3.11 or 3.12, which that numpy knows.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${1:-python3.11}" -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check "numpy==1.26.0" "soundfile==0.13.0"
"$folder/bin/python" -c "import numpy, soundfile; print('numpy', numpy.__version__, 'soundfile', soundfile.__version__)"
"$folder/bin/python" tests/voice/golden.py
