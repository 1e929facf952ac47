#!/bin/sh
# make_venv.sh PYTHON: makes .venv with the locked versions and this project in it, editable; with uv where it is there.
set -eu

if ! python=$("$1" -c 'import sys; assert sys.version_info >= (3, 11); print(sys.executable)' 2>/dev/null); then
    echo "This needs Python 3.11 or later, and '$1' is not that. Name another: make PYTHON=/path/to/python3 ..." >&2
    exit 1
fi

if uv --version >/dev/null 2>&1; then
    export UV_SYSTEM_CERTS=1  # like pip, which trusts what the machine trusts
    make() { uv venv --quiet --python "$python" .venv; }
    install() { uv pip install --quiet --python .venv "$@"; }
elif "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    make() { "$python" -m venv .venv; }
    install() { .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@"; }
else
    echo "Python's venv module is missing. On Debian and Ubuntu: sudo apt install python3-venv. Then try again." >&2
    exit 1
fi

# What an interrupted attempt left is no environment; only one that is whole gets the mark.
rm -rf .venv
make
# The build backend is in the lock too, so nothing unpinned is fetched for the build.
install --require-hashes -r requirements.lock
install --no-deps --no-build-isolation --editable .
touch .venv/ready
