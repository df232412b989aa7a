# Everything a newcomer needs: `make run` and `make test`. Each target sets up what it uses; `make help` lists them.
# A Python of your own choice: make run PYTHON=/path/to/python3.12

VENV := .venv
READY := $(VENV)/.ready
BIN := $(VENV)/bin

# The first Python on PATH that the pins hold for and that can make a virtual environment. Each candidate is
# started, not only looked up: a name on PATH may be a shim with nothing behind it.
FITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3 python; do \
	if "$$python" -c "$(FITS)" >/dev/null 2>&1; then echo "$$python"; break; fi; done)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
PIP_INSTALL := $(BIN)/python -m pip install -qq --constraint constraints.txt

# CI has two cores; more workers than files with long tests bring nothing.
TEST_WORKERS ?= 2

.DELETE_ON_ERROR:
.PHONY: help setup run test lint types tests bench readme validation evidence experiments interference pathologies reference clean

setup: $(READY)  ## set up .venv with the versions of constraints.txt

help:  ## this list
	@awk -F ':.*  ## ' '/^[a-z]+:.*  ## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(READY): pyproject.toml constraints.txt
	$(if $(strip $(PYTHON)),,$(error Python 3.11, 3.12 or 3.13 with its venv module is needed, and none was found on PATH))
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) (once; a few minutes on a slow line)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP_INSTALL) setuptools
	@$(PIP_INSTALL) --no-build-isolation --editable ".[dev]"
	@touch $(READY)

run: setup  ## run company H, print the answer and where the report is
	@$(BIN)/sim run scenarios/h_broadband.yaml

test: lint types tests  ## all that has to pass: lint, types, tests

lint: setup  ## ruff: rules and layout
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup  ## mypy, strict
	@$(BIN)/mypy

tests: setup  ## pytest, on TEST_WORKERS processes (2)
	@$(BIN)/python -m pytest --quiet -n $(TEST_WORKERS) --dist loadfile

bench: setup  ## measure the engine against a plain SimPy model; writes build/bench.json
	@$(BIN)/python -m benchmarks

readme: setup  ## run the commands of README.md and write their figures anew (minutes)
	@$(BIN)/python -m tests.golden.readme_block

validation: setup  ## write docs/validation.md anew: reported figures beside simulated ones
	@$(BIN)/python -m tests.golden.validation_page

experiments: setup  ## run every experiment and write experiments/README.md anew (minutes)
	@$(BIN)/python -m tests.golden.experiments_page

interference: setup  ## live every trial beside its roll-outs and write docs/interference.md anew (minutes)
	@$(BIN)/python -m tests.golden.interference_page

pathologies: setup  ## run wrong records and write the table of docs/analyse.md anew
	@$(BIN)/python -m tests.golden.wrong_records_page

evidence: setup  ## write the table of docs/evidence.md anew
	@$(BIN)/python -m tests.golden.evidence_page

reference: setup  ## write docs/scenario.md, docs/experiment.md, docs/facts.md and the picture of docs/model.md anew
	@$(BIN)/python -m tests.golden.reference_pages
	@$(BIN)/python -m tests.golden.life_cycle

clean:  ## remove the virtual environment and build/
	rm -rf $(VENV) build
