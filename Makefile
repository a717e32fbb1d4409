# Packbench 发货台. `make run` shows it, `make test` proves it; both set up what they need first.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
PY := $(VENV)/bin/python
UV_COMPILE := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header
WORKERS ?= auto
ARGS ?=
# Empty is off: programs that the tests start would compile all of Packbench each time.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help
help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | expand -t 16

.PHONY: setup setup-run
setup: ## Everything needed to work on Packbench, in .venv
	@.ci/setup test
setup-run:
	@.ci/setup run

.PHONY: run
run: setup-run ## The demo: a window with a busy warehouse, or without a screen its papers in demo-out/
	@if [[ -n "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" || "$$(uname -s)" == Darwin ]]; then \
		exec $(PY) main.py demo $(ARGS); \
	else \
		echo "No screen here (DISPLAY and WAYLAND_DISPLAY are empty): the demo runs without a window; see demo-out/."; \
		exec $(PY) main.py demo --headless --out demo-out $(ARGS); \
	fi

.PHONY: test
test: setup lint types imports translations-fresh tests ## Every check, then the tests

.PHONY: lint
lint: ## Style and format
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

.PHONY: types
types: ## mypy --strict
	@$(VENV)/bin/mypy --strict

.PHONY: imports
imports: ## Who may import whom
	@$(VENV)/bin/lint-imports

.PHONY: translations translations-fresh
translations: ## Compile the .po files
	@$(PY) resources/translations/compile.py
translations-fresh:
	@$(PY) resources/translations/compile.py --check

.PHONY: tests
tests: ## The tests alone; ARGS="-k stock" picks some, WORKERS=0 runs in one process
	@QT_QPA_PLATFORM=offscreen $(PY) -m pytest -n $(WORKERS) $(ARGS)

.PHONY: coverage
coverage: ## The tests, and what they do not run; takes half as long again
	@rm -f .coverage .coverage.*
	@export QT_QPA_PLATFORM=offscreen; status=0; \
	$(VENV)/bin/coverage run -m pytest -n $(WORKERS) $(ARGS) || status=$$?; \
	$(VENV)/bin/coverage combine --quiet || true; \
	$(VENV)/bin/coverage report --show-missing || true; \
	exit $$status

.PHONY: format
format: ## Format and sort imports
	@$(VENV)/bin/ruff check --fix --exit-zero --quiet .
	@$(VENV)/bin/ruff format .

.PHONY: lock
lock: ## Renew requirements*.txt from pyproject.toml; ARGS="--upgrade" takes newer versions
	@$(UV_COMPILE) $(ARGS) pyproject.toml -o requirements.txt
	@$(UV_COMPILE) $(ARGS) --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt
	@! grep -nE '://|^-' requirements.txt requirements-dev.txt

.PHONY: bench
bench: setup ## The benchmark programs; their figures stand in bench/README.md
	@for program in bench/bench_*.py; do echo "== $$program"; $(PY) "$$program"; done

.PHONY: clean
clean: ## Remove what was built
	@rm -rf build dist demo-out .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
