# Everything runs from .venv, which the first `make try` or `make test` sets up.
.DEFAULT_GOAL := help
.PHONY: help try serve test kill conversations nudges attack canary answers weights lint format pins clean

BIN = .venv/bin
ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
PYTHON = $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c '$(ENOUGH)' 2>/dev/null && echo $$python && break; done)

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

try: .venv/.try-stamp ## Try differ in your browser: no Slack, no account
	@$(BIN)/differ try

serve: .venv/.try-stamp ## Run differ for your Slack workspace (settings in .env)
	@$(BIN)/differ serve

test: lint ## Check everything: lint, types, all tests, the method covered in every branch
	$(BIN)/pytest --cov --cov-fail-under=100

kill: .venv/.dev-stamp ## Kill the running product 500 times on each database; about 12 minutes
	$(BIN)/python -m tests.chaos.kill --engine sqlite
	$(BIN)/python -m tests.chaos.kill --engine postgresql

conversations: .venv/.dev-stamp ## Tell a check for each verdict, as it reads today (docs/conversations.md)
	$(BIN)/python -m tests.conversations.aloud

attack: .venv/.dev-stamp ## Try to read a colleague from team summaries; half a minute
	$(BIN)/python -m tests.attack

answers: .venv/.dev-stamp ## Measure the reading of sentences: make answers FILE=path.tsv
	@$(BIN)/python -m tests.answers "$(FILE)"

weights: .venv/.dev-stamp ## Train the reading anew (docs/reading.md)
	$(BIN)/python -m tests.answers.train

nudges: .venv/.dev-stamp ## Nudge 10,000 sellers for 8 weeks on each database, killing all the while
	$(BIN)/python -m tests.chaos.nudges --engine sqlite
	$(BIN)/python -m tests.chaos.nudges --engine postgresql

canary: .venv/.dev-stamp ## Look for one of 10,000 checks' words where it must not be; half an hour
	$(BIN)/python -m tests.chaos.canary --checks 10000

lint: .venv/.dev-stamp ## Check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: .venv/.dev-stamp ## Put the code into shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/.dev-stamp ## Measure differ against the least a bot must do (docs/performance.md)
	$(BIN)/python -m tests.bench

PIN = $(BIN)/uv pip compile --no-config --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command 'make pins' \
	--group build pyproject.toml

pins: .venv/.dev-stamp ## Renew the pinned versions in requirements*.txt
	$(PIN) --output-file requirements.txt
	$(PIN) --output-file requirements-dev.txt --extra dev --constraint requirements.txt

clean: ## Remove what the other targets made (your data and keys stay)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* *.egg-info build
	find bot coaching storage tests -name __pycache__ -prune -exec rm -rf {} +

.venv/.try-stamp: requirements.txt
	$(call set-up,requirements.txt)
	@touch $@

# The dev pins hold all of the run-time pins, hence both stamps.
.venv/.dev-stamp: requirements-dev.txt
	$(call set-up,requirements-dev.txt)
	@touch .venv/.try-stamp $@

define set-up
@test -n "$(PYTHON)" || { echo "differ needs Python 3.11 or newer. Install it with: apt-get install python3 (Debian) or brew install python3 (macOS)" >&2; exit 1; }
@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing. Install it with: apt-get install python3-venv" >&2; exit 1; }
@echo "Setting up (about a minute, once) ..."
@$(BIN)/python -c '$(ENOUGH)' 2>/dev/null && $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
@$(PIP) --require-hashes -r $(1) && $(PIP) --quiet --no-deps --no-build-isolation --no-index -e . || { echo "Setting up failed, the reason stands above. It needs the network, this once." >&2; exit 1; }
endef

PIP = $(BIN)/python -m pip install --disable-pip-version-check --no-input
