#!/bin/sh
# Install the oldest versions that pyproject.toml allows of all direct dependencies, in a temporary environment, and run tests with them.
# Usage, from the root of the repository: sh tools/floors.sh UV [PYTHON]. PYTHON must be 3.11 or 3.12, as numpy 1.26.0 requires.
set -eu
uv=$1 python=${2:-python3.11}
if ! "$python" -c 'import sys; assert (3, 11) <= sys.version_info < (3, 13)' 2>/dev/null; then
    echo "Python 3.11 or 3.12 is required, since numpy 1.26.0 needs one of them; '$python' is another version or missing. Select another one: make floors OLD_PYTHON=/path/to/python3.12" >&2
    exit 1
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export UV_SYSTEM_CERTS=1 OPENBLAS_NUM_THREADS=1
"$uv" pip compile --quiet pyproject.toml --resolution lowest-direct --extra all --python "$python" --output-file "$folder/floors.txt"
"$uv" venv --quiet --python "$python" "$folder/venv"
# For the tests: what builds this project, and a parser of what the client sends.
"$uv" pip install --quiet --python "$folder/venv" --requirement "$folder/floors.txt" hatchling editables "multipart>=2,<3"
"$uv" pip install --quiet --python "$folder/venv" --no-deps --no-build-isolation --editable .
"$folder/venv/bin/python" -m pytest -q -p no:cacheprovider \
    tests/http/test_tasks.py tests/http/test_uploads.py tests/http/test_json_bodies.py tests/http/test_json_bounds.py \
    tests/http/test_scenarios.py tests/http/test_given_results.py tests/http/test_console.py \
    tests/client/test_with_mock.py tests/client/http/test_cut_responses.py tests/client/http/test_uploads.py \
    tests/client/http/test_files.py tests/wsgi/test_responses.py tests/wsgi/test_early_responses.py \
    tests/commands/test_options.py tests/contract/test_conformance.py tests/packs/test_replay.py \
    tests/store/test_redis.py tests/store/test_redis_script.py
