# Two commands are enough on a fresh machine with Python 3.11 and make: `make demo` and `make test`.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
DEMO ?= demo
CORES ?= 2

.PHONY: demo test check bench picture screenshots setup lock format clean help

help:  ## What can be made here
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(READY)  ## The environment in .venv/, from the hashed lock

$(READY): requirements.lock bootstrap.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] >= (3, 11) else "Python 3.11 or newer is needed; found " + sys.version.split()[0])'
	@echo "Setting up the environment in .venv/ (once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r bootstrap.lock
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements.lock bootstrap.lock
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python -e .
	@touch $(READY)

demo: $(READY)  ## A made-up municipality from its inbox to the morning's worklist
	@$(BIN)/python -m flows.demonstration $(DEMO)

test: $(READY)  ## All tests
	@OMP_NUM_THREADS=1 DO_NOT_TRACK=1 $(BIN)/python -m pytest -n $(CORES) --dist worksteal -q

check: $(READY)  ## Lint, format, types, arrows between rooms, lock: every check runs, failures are counted
	@failed=0; run() { echo "== $$*"; "$$@" || failed=$$((failed + 1)); }; \
	run $(BIN)/ruff check . ; \
	run $(BIN)/ruff format --check . ; \
	run $(BIN)/mypy ; \
	run $(BIN)/lint-imports ; \
	run $(BIN)/uv pip check --python $(BIN)/python ; \
	run $(BIN)/python -c 'import prefect.server.api.server, evidently, splink, skops.io' ; \
	echo "$$failed failed checks"; test $$failed -eq 0

bench: $(READY)  ## What it costs and what it finds, measured; every one runs, those that miss their bar are counted
	@failed=0; run() { echo "== $$1"; $(BIN)/python -m benchmarks.$$1 || failed=$$((failed + 1)); }; \
	run night ; \
	run backtest ; \
	run ranking ; \
	run effect ; \
	run reasons ; \
	run stability ; \
	run feedback ; \
	run page ; \
	run unfairness ; \
	run watch ; \
	echo "$$failed missed"; test $$failed -eq 0

screenshots: $(READY)  ## The main pages of the demo as pictures in docs/screenshots/ (needs Chromium)
	@$(BIN)/python -m tests.worklist.page.screenshots $(DEMO) docs/screenshots

picture: $(READY)  ## The picture of the list in docs/, from the demo's published night
	@$(BIN)/python -m flows.picture $(DEMO) docs/worklist.svg

lock: $(READY)  ## Write requirements.lock anew from pyproject.toml; it names no host
	$(BIN)/uv pip compile --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --group pyproject.toml:dev pyproject.toml -o requirements.lock

format: $(READY)  ## Format the code
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

clean:  ## Remove the environment and what demo and bench made
	rm -rf .venv $(DEMO) bench .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
