# `make` alone says what there is. Nothing but make, Python 3.11 and Debian's base system is needed.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run install test check lint bench fmt lock

PYTHON_IN_VENV := .venv/bin/python
CACHES := $(or $(ROSTER_DATA_DIR),var)/cache

# Nothing is written beside the sources: pip has compiled what it installed, and ours is small.
export PYTHONDONTWRITEBYTECODE := 1
export MYPY_CACHE_DIR := $(CACHES)/mypy
export RUFF_CACHE_DIR := $(CACHES)/ruff

# Each has a database of its own.
TEST_PROCESSES ?= $(shell n=$$(nproc); echo $$((n < 4 ? n : 4)))

help:
	@echo "make run     start Roster here, with demo data (docs/running.md)"
	@echo "make test    run the tests; ARGS='-k word' chooses some"
	@echo "make check   linters, types, migrations, then the tests"
	@echo "make bench   measure how fast records are taken in and questions answered; BENCH_SCALE=0.02 is quick"
	@echo "make fmt     format the sources"
	@echo "make lock    write the installed versions to constraints.txt"

run:
	@scripts/install.sh run
	@exec setpriv --pdeathsig TERM -- $(PYTHON_IN_VENV) -m config.processes run

install:
	@scripts/install.sh dev

test: install
	@scripts/chromium.sh
ifeq ($(strip $(ARGS)),)
	$(PYTHON_IN_VENV) -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile --ignore=tests/runtime
	@echo "Whole servers are started alone: some of what they must do, they must do in time."
	$(PYTHON_IN_VENV) -m pytest tests/runtime
else
	$(PYTHON_IN_VENV) -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile $(ARGS)
endif

# The consistency of a database's history is no matter of the sources: no database runs here.
lint: install
	$(PYTHON_IN_VENV) -m ruff check .
	$(PYTHON_IN_VENV) -m ruff format --check .
	$(PYTHON_IN_VENV) -m mypy
	.venv/bin/lint-imports --cache-dir $(CACHES)/import-linter
	.venv/bin/djlint templates --lint
	ROSTER_DATA_DIR=var/check $(PYTHON_IN_VENV) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

check: lint test

# Only figures of the full size go into docs/performance.md.
BENCH_SCALE ?= 1
shrunk = $$(awk 'BEGIN { n = $(1) * $(BENCH_SCALE); print int(n < 16000 ? 16000 : n) }')

bench: install
	$(PYTHON_IN_VENV) -m benchmarks.ingest \
		--events $(call shrunk,400000) --updates $(call shrunk,200000) --people $(call shrunk,100000)
	$(PYTHON_IN_VENV) -m benchmarks.queries \
		--scales $(BENCH_SCALE) $(if $(filter-out 1,$(BENCH_SCALE)),--no-write) $(ARGS)

fmt: install
	$(PYTHON_IN_VENV) -m ruff check --fix .
	$(PYTHON_IN_VENV) -m ruff format .

lock: install
	$(PYTHON_IN_VENV) -m pip freeze --exclude-editable --exclude roster | grep -v '^#' > constraints.txt
