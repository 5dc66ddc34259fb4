# Everything runs in a .venv of this folder; only python3 (>= 3.11, with venv) and make are assumed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test lint types docs bench e2e lock clean

help:  ## show what can be made
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(VENV)/.core: requirements/core.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sinteza needs Python 3.11 or newer: make PYTHON=python3.x")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/core.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: $(VENV)/.core requirements/dev.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	touch $@

demo: $(VENV)/.core  ## the main job: the review of drug-resistant epilepsy, offline, into build/dre
	$(BIN)/sinteza run dre --out build/dre

test: $(VENV)/.dev  ## unit, golden, property, contract and documentation tests
	$(BIN)/python -m pytest -n auto -m "not e2e"

lint: $(VENV)/.dev  ## ruff and the floors of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.dev  ## mypy --strict
	$(BIN)/mypy

e2e: $(VENV)/.dev  ## the edition in headless Chromium (installs Debian's chromium when it may)
	sh tests/e2e/chromium.sh
	$(BIN)/python -m pytest -m e2e tests/e2e

docs: $(VENV)/.dev  ## the documentation, into build/docs
	$(BIN)/sphinx-build -q -W -b html docs build/docs

bench: $(VENV)/.dev  ## every benchmark, side by side with its peer, into benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

lock: $(VENV)/.dev  ## pin the dependencies anew, by hash
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml requirements/build.in -o requirements/core.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml requirements/build.in requirements/dev.in -o requirements/dev.txt

clean:  ## remove what was built, keep .venv
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
