#!/bin/sh
# make_venv.sh PYTHON: creates .venv with the locked dependencies and this project, editable; with uv if it is installed.
set -eu

if ! python=$("$1" -c 'import sys; assert sys.version_info >= (3, 11); print(sys.executable)' 2>/dev/null); then
    echo "Python 3.11 or later is required; '$1' is an earlier version or missing. Select another one: make PYTHON=/path/to/python3 ..." >&2
    exit 1
fi

if uv --version >/dev/null 2>&1; then
    installer="uv: about half a minute"
    export UV_SYSTEM_CERTS=1  # use the certificates of the system, as pip does
    make() { uv venv --quiet --python "$python" .venv; }
    install() { uv pip install --quiet --python .venv "$@"; }
elif "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    installer="pip: some minutes (with uv, half a minute)"
    make() { "$python" -m venv .venv; }
    install() { .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@"; }
else
    echo "Python's venv module is missing. On Debian and Ubuntu: sudo apt install python3-venv. Then try again." >&2
    exit 1
fi

echo "Setting up .venv with $installer, 500 MB, from the package index. This is needed once." >&2
# The mark `ready` is written last, so that an interrupted set-up starts again.
rm -rf .venv
make
# The lock contains the build backend as well, so nothing unpinned is fetched.
install --require-hashes -r requirements.lock
install --no-deps --no-build-isolation --editable .
touch .venv/ready
echo "Set up. Its commands: .venv/bin/voxdouble, or first export PATH=\"\$PWD/.venv/bin:\$PATH\"." >&2
