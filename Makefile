# Everything a newcomer needs: `make run` and `make test`. Each sets up what it uses.
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
.PHONY: setup run test lint types tests bench readme validation evidence experiments pathologies clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(if $(strip $(PYTHON)),,$(error Python 3.11, 3.12 or 3.13 with its venv module is needed, and none was found on PATH))
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) (once; a few minutes on a slow line)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP_INSTALL) setuptools
	@$(PIP_INSTALL) --no-build-isolation --editable ".[dev]"
	@touch $(READY)

run: setup
	@$(BIN)/sim run scenarios/h_broadband.yaml

test: lint types tests

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup
	@$(BIN)/mypy

tests: setup
	@$(BIN)/python -m pytest --quiet -n $(TEST_WORKERS) --dist loadfile

bench: setup
	@$(BIN)/python -m benchmarks

readme: setup
	@$(BIN)/python -m tests.golden.readme_block

validation: setup
	@$(BIN)/python -m tests.golden.validation_page

experiments: setup
	@$(BIN)/python -m tests.golden.experiments_page

pathologies: setup
	@$(BIN)/python -m tests.golden.wrong_records_page

evidence: setup
	@$(BIN)/python -m tests.golden.evidence_page

clean:
	rm -rf $(VENV) build
