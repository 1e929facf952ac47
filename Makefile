# One word a job. `make demo` and `make test` need nothing but Python 3.11 or later and make: each sets up .venv first.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check lint types layers wheel wheel-test image-test voices oldest-numpy fidelity options lock clean

demo: .venv/ready            ## the main job, end to end, on a mock of its own
	$(BIN)/voxdouble demo

test: .venv/ready            ## the whole test suite
	OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n auto

check: lint types layers test wheel-test    ## all that a commit must pass

lint: .venv/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/zizmor --quiet --offline --no-progress .github examples/github-actions.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml examples/github-actions.yml

types: .venv/ready
	$(BIN)/mypy

layers: .venv/ready
	$(BIN)/lint-imports

wheel: .venv/ready           ## dist/voxdouble-...-py3-none-any.whl
	$(BIN)/python -m hatchling build --target wheel

wheel-test: .venv/ready      ## build the wheel, look into it, install it in a fresh environment, run it
	$(BIN)/pytest tests/packaging/wheel_checks.py

image-test: .venv/ready      ## build the images, run them with this machine's Docker engine, try the examples
	$(BIN)/pytest tests/packaging/image_checks.py tests/packaging/example_checks.py

voices: .venv/ready          ## train the transform anew and print its figures; needs the packages that training/README.md lists
	$(BIN)/uv pip install --quiet --python .venv --group training
	$(BIN)/python -m training.collect
	$(BIN)/python -m training.fit
	$(BIN)/python tests/voice/golden.py --write

oldest-numpy: .venv/ready    ## the same voiceprints under the oldest numpy that is allowed, in an environment of its own
	sh tests/voice/oldest_numpy.sh $(BIN)/python

fidelity: .venv/ready        ## what is imitated and how sure we are, from the statements into docs/fidelity.md
	$(BIN)/python -m tools.fidelity

options: .venv/ready         ## the tables of options, from the dataclasses of the settings into docs/options.md
	$(BIN)/python -m tools.options

lock: .venv/ready            ## pin the newest versions of everything, with their hashes
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --all-extras --group dev --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --upgrade --output-file requirements.lock

clean:
	rm -rf .venv build dist out

.venv/ready: requirements.lock pyproject.toml tools/make_venv.sh
	sh tools/make_venv.sh "$(PYTHON)"
