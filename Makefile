.DEFAULT_GOAL := help
.PHONY: help setup demo up console schema lock lint types contracts test thorough faults bench bench-scale clean

# A fresh machine may call its Python 3.11 or newer by any of these names.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/pip install --disable-pip-version-check --quiet --require-hashes
COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet
CONSOLE_SOURCES := $(shell find console -path console/node_modules -prune -o -type f -print)
CONSOLE := gateway/console/static/index.html
PEER := bench/peers/apollo/node_modules/.package-lock.json
# The console is built by Vite, which runs on Node 20.19 and from 22.12 on.
NODE_OK := node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)'

help: ## List what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{ printf "  make %-10s %s\n", $$1, $$2 }'

demo: setup ## Start everything with the sample shop; prints the address when it answers
	@exec $(BIN)/customer-graph up --demo

up: setup ## Start everything with an empty graph
	@exec $(BIN)/customer-graph up

setup: .venv/runtime.stamp $(CONSOLE) ## Install what running needs and build the console

test: .venv/workshop.stamp $(CONSOLE) lint types contracts ## Lint, types, import contracts and every test
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(PYTEST)

thorough: .venv/workshop.stamp $(CONSOLE) ## The full counts (20,000 random documents and more), 25 minutes a step
	$(BIN)/python -m tests.thorough

faults: .venv/workshop.stamp $(CONSOLE) ## Ten minutes of random faults while messages are sent
	$(BIN)/python -m tests.faults

bench: .venv/workshop.stamp $(CONSOLE) $(PEER) ## Measure, print a table, write the raw numbers to bench/results/
	$(BIN)/python -m bench

bench-scale: .venv/workshop.stamp $(CONSOLE) ## The profile page among a million profiles, and of one with a million events
	$(BIN)/python -m bench scale

lint: .venv/workshop.stamp ## Style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/workshop.stamp ## Types
	$(BIN)/mypy
	$(BIN)/mypy tests bench

contracts: .venv/workshop.stamp ## Which room may import which
	$(BIN)/lint-imports

console: $(CONSOLE) ## Build the console

schema: .venv/runtime.stamp ## Print schema.graphql from the code
	$(BIN)/customer-graph schema > schema.graphql

lock: .venv/workshop.stamp ## Choose the newest versions again and lock them with their hashes
	$(COMPILE) --upgrade pyproject.toml --extra embedded -o requirements/runtime.txt
	$(COMPILE) --upgrade pyproject.toml -o requirements/container.txt -c requirements/runtime.txt
	$(COMPILE) --upgrade requirements/build.in -o requirements/build.txt
	$(COMPILE) --upgrade pyproject.toml --extra embedded --group workshop -o requirements/workshop.txt \
		-c requirements/runtime.txt -c requirements/build.txt
	$(COMPILE) --upgrade --group node -o requirements/node.txt

clean: ## Remove what was installed and built here; data folders stay
	rm -rf .venv console/node_modules gateway/console/static

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found on PATH."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/runtime.stamp: requirements/runtime.txt requirements/build.txt pyproject.toml | .venv/bin/python
	@echo "installing Python packages"
	@$(PIP) -r requirements/runtime.txt -r requirements/build.txt
	@$(BIN)/pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/workshop.stamp: requirements/workshop.txt .venv/runtime.stamp
	@echo "installing the workshop's Python packages"
	@$(PIP) -r requirements/workshop.txt
	@touch $@

# Node comes from PATH, or else from a wheel.
$(CONSOLE): $(CONSOLE_SOURCES) | .venv/runtime.stamp
	@echo "building the console"
	@$(NODE_OK) 2>/dev/null || $(PIP) -r requirements/node.txt
	@cd console && if $(NODE_OK) 2>/dev/null; then \
		npm ci --no-audit --no-fund --loglevel=error && npm run build --silent; \
	else \
		PATH="$(CURDIR)/.venv/bin:$$PATH" && npm ci --no-audit --no-fund --loglevel=error && npm run build --silent; \
	fi
	@touch $(CONSOLE)

$(PEER): bench/peers/apollo/package-lock.json | .venv/runtime.stamp
	@echo "installing the peer's Node packages"
	@$(NODE_OK) 2>/dev/null || $(PIP) -r requirements/node.txt
	@cd bench/peers/apollo && PATH="$$PATH:$(CURDIR)/.venv/bin" npm ci --no-audit --no-fund --loglevel=error
	@touch $@
