# make up    the system with its demo world, at the address it prints
# make test  every test; ARGS= goes to pytest, as in: make test ARGS="tests/metering -x"
# make check lint, types, import rules, migrations
# Each does its own set-up on a machine that has python3, python3-venv, make and git.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
WORKERS ?= auto

MADE := $(VENV)/.made
INSTALLED := $(VENV)/.runtime-installed
DEVELOPMENT := $(VENV)/.development-installed
TRANSLATED := $(VENV)/.translated
PEER := $(VENV)/.peer-installed
FUZZER := $(VENV)/.fuzzer-installed
CATALOGUES := $(wildcard src/wanhao/*/locale/*/LC_MESSAGES/*.po)
PEER_LOCK := src/wanhao/channels/sms/peer/package-lock.json
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input

.PHONY: up test check format menu-matrix prove fuzz bench bench-quick bench-kernel bench-rating bench-import bench-bills bench-release bench-sms bench-promises bench-month bench-reading bench-standby bench-archive bench-duplicates bench-restoring bench-credit bench-network bench-hall bench-pages clean
.DEFAULT_GOAL := up

up: $(INSTALLED) $(TRANSLATED) $(PEER)
	@exec $(BIN)/wanhao up $(ARGS)

test: $(DEVELOPMENT) $(TRANSLATED) $(PEER)
	@tests/system-packages
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

# Reading the settings must neither make a data folder nor need a database.
check: export WANHAO_SECRET_KEY := only-for-checks
check: $(DEVELOPMENT)
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports
	DATABASE_URL=postgresql://nowhere.invalid/none $(BIN)/python -W ignore::RuntimeWarning \
		-m django makemigrations --check --dry-run --settings wanhao.project.settings

format: $(DEVELOPMENT)
	$(BIN)/ruff check --fix src tests bench
	$(BIN)/ruff format src tests bench

# Every item of the menu at every door, held against the plan.
menu-matrix: $(DEVELOPMENT)
	@$(BIN)/wanhao menu matrix $(ARGS)

# Hundreds of runs in which something breaks; PROVE_KILLS, PROVE_OTHERS and PROVE_SEED change how many and which.
prove: $(DEVELOPMENT) $(TRANSLATED)
	@tests/system-packages
	@$(BIN)/python -m tests.proof $(ARGS)

# FUZZ_MINUTES says for how long.
fuzz: $(DEVELOPMENT) $(FUZZER)
	@$(BIN)/python -m tests.fuzzing $(ARGS)

bench: $(DEVELOPMENT)
	@$(BIN)/python -m bench --province

bench-quick: $(DEVELOPMENT)
	@$(BIN)/python -m bench --quick

bench-kernel: $(DEVELOPMENT)
	@$(BIN)/python -m bench --kernel

bench-rating: $(DEVELOPMENT)
	@$(BIN)/python -m bench --rating

bench-bills: $(DEVELOPMENT)
	@$(BIN)/python -m bench --bills

bench-promises: $(DEVELOPMENT)
	@$(BIN)/python -m bench --promises

bench-network: $(DEVELOPMENT)
	@$(BIN)/python -m bench --network

bench-month: $(DEVELOPMENT) $(PEER)
	@$(BIN)/python -m bench --month

# BENCH_ACCOUNTS says for how many.
bench-credit: $(DEVELOPMENT)
	@$(BIN)/python -m bench --credit

bench-reading: $(DEVELOPMENT)
	@$(BIN)/python -m bench --reading

bench-standby: $(DEVELOPMENT)
	@$(BIN)/python -m bench --standby

bench-archive: $(DEVELOPMENT)
	@$(BIN)/python -m bench --archive

bench-duplicates: $(DEVELOPMENT)
	@$(BIN)/python -m bench --duplicates

bench-restoring: $(DEVELOPMENT)
	@$(BIN)/python -m bench --restoring

bench-import: $(DEVELOPMENT)
	@$(BIN)/python -m bench --import

bench-release: $(DEVELOPMENT)
	@$(BIN)/python -m bench --release

bench-sms: $(DEVELOPMENT) $(PEER)
	@$(BIN)/python -m bench --sms

bench-hall: $(DEVELOPMENT) $(PEER)
	@$(BIN)/python -m bench --hall

bench-pages: $(DEVELOPMENT) $(TRANSLATED)
	@tests/system-packages
	@$(BIN)/python -m bench --pages

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis bench/out tests/out
	rm -rf src/wanhao/channels/sms/peer/node_modules tests/pages/axe/node_modules src/*.egg-info
	find src tests -name __pycache__ -prune -exec rm -rf {} +
	find src -name '*.mo' -delete

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; choose one with: make PYTHON=python3.11"; exit 1; }
	@echo "Making the virtual environment ($(VENV))"
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "Install the Debian package python3-venv, then try again."; rm -rf $(VENV); exit 1; }
	@touch $@

$(INSTALLED): requirements/runtime.txt pyproject.toml | $(MADE)
	@echo "Installing Python packages (about 310 MB, only this once) ..."
	@$(PIP) install --require-hashes -r requirements/runtime.txt
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(DEVELOPMENT): requirements/development.txt $(INSTALLED)
	@echo "Installing the tools for tests and checks ..."
	@$(PIP) install --require-hashes -r requirements/development.txt
	@touch $@

$(FUZZER): requirements/fuzzing.txt $(DEVELOPMENT)
	@echo "Installing the fuzzer ..."
	@$(PIP) install --require-hashes -r requirements/fuzzing.txt
	@touch $@

$(TRANSLATED): $(CATALOGUES) $(INSTALLED)
	@$(BIN)/python -m wanhao.project.translations
	@touch $@

$(PEER): $(PEER_LOCK) $(INSTALLED)
	@echo "Installing the local SMSC's packages ..."
	@$(BIN)/python -c 'from wanhao.channels.sms.peer import install; install()'
	@touch $@
