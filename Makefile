# The few commands of the project; `make` alone lists them.

PYTHON_VENV := .venv/bin/python
# Files of tests run side by side, a file's own one after the other: each worker has its own servers.
PYTEST := $(PYTHON_VENV) -m pytest -n auto --dist loadfile

# Tools are started as modules: a script's first line breaks when the folder is moved.
LINT_IMPORTS := $(PYTHON_VENV) -c 'from importlinter.cli import lint_imports_command as lint; lint()'

.DEFAULT_GOAL := help
.PHONY: help setup setup-test run down check lint fmt openapi test bench fuzz

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: ## Make .venv and install what running needs (done by the other targets)
	@deploy/local/setup.sh run

setup-test:
	@deploy/local/setup.sh test

run: setup ## Start everything here, with a sample province; Ctrl-C stops it
	@exec $(PYTHON_VENV) -m deploy.local run

down: ## Stop what `make run` started, from another terminal
	@[ ! -x $(PYTHON_VENV) ] || exec $(PYTHON_VENV) -m deploy.local down

lint: setup-test
	@$(PYTHON_VENV) -m ruff check .
	@$(PYTHON_VENV) -m ruff format --check .
	@$(PYTHON_VENV) -m mypy
	@$(LINT_IMPORTS)

check: lint ## Lint, types, import rules, and the tests that need no server, on fewer examples
	@EXAMPLES=few $(PYTEST) tests/tidy tests/unit tests/property tests/contract

test: setup-test ## Everything that CI runs: `check` and the tests with servers and a browser
	@failed=0; \
	$(MAKE) --no-print-directory lint || { failed=1; echo "lint FAILED (above); the tests still run"; }; \
	$(PYTEST) tests --ignore=tests/bench || failed=1; \
	exit $$failed

bench: setup-test ## Measure floors and contenders in one run and print the ratios
	@exec $(PYTHON_VENV) -m tests.bench

fuzz: setup-test ## Ask the services at random for long: FUZZ_SECONDS each, FUZZ_EXAMPLES, FUZZ_SEED
	@seed=$${FUZZ_SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}; echo "FUZZ_SEED=$$seed"; \
	FUZZ_SEED=$$seed FUZZ_SECONDS=$${FUZZ_SECONDS:-300} FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-200} \
	$(PYTHON_VENV) -m pytest -s tests/integration/test_documents_kept.py

openapi: setup-test ## Write the interface documents anew, to be looked at before they are kept
	@for service in intake projection; do \
		$(PYTHON_VENV) -m services.$$service --openapi > services/$$service/openapi.json || exit 1; \
	done; \
	for service in intake scoring; do \
		$(PYTHON_VENV) -m services.$$service --asyncapi > services/$$service/asyncapi.json || exit 1; \
	done

fmt: setup-test ## Format the code and mend what ruff can mend
	@$(PYTHON_VENV) -m ruff format .
	@$(PYTHON_VENV) -m ruff check --fix .
