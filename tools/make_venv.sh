#!/bin/sh
# make_venv.sh PYTHON: makes .venv with the locked versions and this project in it, editable; with uv where it is there.
set -eu
python=$1

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "This needs Python 3.11 or later, and '$python' is not that. Name another: make PYTHON=/path/to/python3 ..." >&2
    exit 1
fi

if command -v uv >/dev/null 2>&1; then
    uv venv --quiet --clear --python "$python" .venv
    install="uv pip install --quiet --python .venv"
else
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "Python's venv module is missing. On Debian and Ubuntu: sudo apt install python3-venv. Then try again." >&2
        exit 1
    fi
    "$python" -m venv --clear .venv
    install=".venv/bin/python -m pip install --quiet --disable-pip-version-check"
fi

# The build backend is in the lock too, so nothing unpinned is fetched for the build.
$install --require-hashes -r requirements.lock
$install --no-deps --no-build-isolation --editable .
