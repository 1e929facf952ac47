# `make demo` and `make test` need only Python 3.11 or later and make: each target sets up .venv first.
PYTHON ?= python3
BIN := .venv/bin
# For the oldest numpy that is allowed, which has wheels for Python 3.11 and 3.12 only: that of .venv, or another one.
OLD_PYTHON ?= $(firstword $(foreach one,$(BIN)/python python3.12 python3.11,$(shell \
	$(one) -c 'import sys; sys.version_info < (3, 13) and print("$(one)")' 2>/dev/null)))
# Bytecode is cached: without it each of the processes that tests start compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check lint types layers wheel wheel-test image-test openapi-test suite-test generations-test browser-test pictures kill-test promises soak sbom audit voices audio-figures oldest-numpy fidelity formats example-pack \
	options lock clean

demo: .venv/ready            ## the main job, end to end, on a mock
	$(BIN)/voxdouble demo

test: .venv/ready            ## the test suite
	OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n auto

check: lint types layers test nested-test wheel-test    ## the quick checks, before each commit

.PHONY: nested-test
nested-test: .venv/ready     ## test suites that run inside tests: each mutant, each stranger, `verify`, and the pytest plugin
	OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n auto tests/mutants/mutant_checks.py tests/contract/verify_checks.py \
		tests/contract/fairness_checks.py tests/evidence/recording_checks.py \
		tests/plugin/plugin_checks.py tests/plugin/real_appliance_checks.py

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

wheel-test: .venv/ready      ## build the wheel, check its content, install it in a new environment, run it
	$(BIN)/pytest tests/packaging/wheel_checks.py

image-test: .venv/ready      ## build the images, run them with the local Docker engine, lint and run the examples
	$(BIN)/pytest tests/packaging/image_checks.py tests/packaging/replica_image_checks.py tests/packaging/example_checks.py

browser-test: .venv/ready    ## the console in a real browser; needs Debian's chromium
	$(BIN)/uv pip install --quiet --python .venv --group browser
	$(BIN)/pytest tests/browser/*_checks.py

pictures: .venv/ready        ## docs/images/, made by the tests of the console
	$(BIN)/uv pip install --quiet --python .venv --group browser
	VOXDOUBLE_PICTURES=1 $(BIN)/pytest tests/browser/pictures_checks.py

kill-test: .venv/ready       ## kill -9 of a server with a durable store, 20 times under load, and of a batch, 5 times
	$(BIN)/pytest -s tests/store/kill_checks.py tests/client/journal/kill_checks.py

.PHONY: replica-test
replica-test: .venv/ready    ## 10,000 requests to two mocks behind nginx on one store, and what a checker of their history finds
	$(BIN)/pytest -s tests/store/replica_checks.py

promises: .venv/ready        ## attack mock and client for some seconds and count broken promises; docs/promises.md lists all fifteen
	$(BIN)/python -m benchmarks.promises 4

sbom: .venv/ready            ## out/sbom.cdx.json, the bill of materials, and docs/licences.md
	$(BIN)/python -m tools.sbom

audit: .venv/ready           ## look for known vulnerabilities of the locked packages; 3 if the database of PyPI does not answer
	$(BIN)/python -m tools.audit

SOAK_MINUTES ?= 30
soak: .venv/ready            ## the long form of all fifteen promises, 100 kills among it, as a table; SOAK_MINUTES=4 for a short try
	$(BIN)/uv pip install --quiet --python .venv --group browser
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.soak $(SOAK_MINUTES)

.PHONY: documents-test
documents-test: .venv/ready  ## run the code blocks of every page; needs curl, Node.js and a JDK
	$(BIN)/pytest -n 2 tests/documents/page_checks.py

openapi-test: .venv/ready    ## lint the OpenAPI document, generate clients from it and run them; needs Node.js and npm
	$(BIN)/pytest tests/openapi_clients/openapi_checks.py

generations-test: .venv/ready   ## run the contract suite on mocks of the older generations
	for generation in e1 e2 e3; do timeout 300 $(BIN)/voxdouble verify mock --generation $$generation || exit 1; done

.PHONY: stranger-test
stranger-test: .venv/ready   ## judge an appliance that answers slowly, and one behind nginx; needs nginx
	$(BIN)/pytest -n 3 tests/contract/stranger_checks.py

suite-test: .venv/ready      ## run a user's test suite with the plugins that such suites have, in a new environment
	$(BIN)/pytest tests/packaging/suite_checks.py

voices: .venv/ready          ## train the matrices and print their figures; needs the packages in training/README.md
	$(BIN)/python -m training.collect
	$(BIN)/python -m training.fit
	$(BIN)/python tests/voice/golden.py --write

audio-figures: .venv/ready   ## measure the shipped voices and the speech detection; needs what training/README.md lists
	$(BIN)/uv pip install --quiet --python .venv --group voice-activity
	$(BIN)/uv pip install --quiet --python .venv --no-deps "silero-vad==6.2.3"
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m training.audio_figures

.PHONY: floors memory-test
floors: .venv/ready          ## install the oldest allowed versions of all dependencies in a separate environment, and run tests there
	sh tools/floors.sh $(CURDIR)/$(BIN)/uv $(OLD_PYTHON)

memory-test: .venv/ready     ## fill a mock to all of its bounds at one time, and compare its memory with their sum; needs 5 GB
	$(BIN)/python -m benchmarks.mock_memory

oldest-numpy: .venv/ready    ## compare voiceprints under the oldest allowed numpy, in a separate environment
	sh tests/voice/oldest_numpy.sh $(OLD_PYTHON)

.PHONY: bench
bench: .venv/ready           ## measure beside a minimal Flask, and write docs/figures.md; needs wrk and twelve quiet minutes
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.figures

fidelity: .venv/ready        ## generate docs/fidelity.md from the statements
	$(BIN)/python -m tools.fidelity

example-pack: .venv/ready    ## make the bundled example pack again, from a simulated appliance
	$(BIN)/python -m tools.example_pack

formats: .venv/ready         ## generate docs/formats.md from the readers of the containers
	$(BIN)/python -m tools.formats

.PHONY: commands names
commands: .venv/ready        ## docs/commands.md: every command and option, from their definitions
	$(BIN)/python -m tools.commands

names: .venv/ready           ## docs/names.md: every public name in Python, from signatures and docstrings
	$(BIN)/python -m tools.names

options: .venv/ready         ## the tables of options, from the dataclasses of the settings into docs/options.md
	$(BIN)/python -m tools.options

.PHONY: kubernetes-schemas
kubernetes-schemas: .venv/ready   ## the schemas of Kubernetes that tests of the documents use; needs the package index
	$(BIN)/uv run --isolated --no-project --with kubernetes-validate==1.37.0 python -m tools.kubernetes_schemas

lock: .venv/ready            ## pin the newest versions of all dependencies, with hashes
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --all-extras --group dev --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --upgrade --output-file requirements.lock

clean:
	rm -rf .venv build dist out

.venv/ready: requirements.lock pyproject.toml tools/make_venv.sh
	sh tools/make_venv.sh "$(PYTHON)"
