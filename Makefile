.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PAGE := src/andon/page_assets
ENGINES := .engines
export ANDON_DATA ?= $(CURDIR)/.andon

help: ## Show these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## Make .venv with the locked packages and the `andon` command

$(VENV)/.ready: requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Andon needs Python 3.11 or newer; " + sys.executable + " is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 setup")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check $$(sed -n 's/^\(uv==[0-9.]*\).*/\1/p' requirements/dev.lock)
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements/dev.lock
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

page: $(PAGE)/index.html ## Build the dashboard into the package

PAGE_SOURCES := $(shell find page/src page/public -type f) page/index.html page/vite.config.ts docs/reference/openapi.json

$(PAGE)/index.html: page/node_modules/.package-lock.json $(PAGE_SOURCES)
	@page/npm run --silent build -- --logLevel warn >/dev/null
	@touch $@

page/node_modules/.package-lock.json: page/package-lock.json page/package.json page/npm $(VENV)/.ready
	@page/npm ci --silent
	@touch $@

demo: setup page ## Start a server with a demo organisation and print where to look
	@$(BIN)/andon up --demo --detach

up: setup page ## Start a server on your own data
	@$(BIN)/andon up

down: setup ## Stop the server that `make demo` left running
	@$(BIN)/andon down

fix: setup page ## Format and repair what tools can repair
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix . && $(BIN)/sqlfluff fix --quiet src/andon/transform
	@page/npm run --silent fix

check: setup page ## Format, lint, types, floors and SQL style
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/sqlfluff lint --processes 0 src/andon/transform
	@page/npm run --silent check

engines: $(ENGINES)/.ready ## Make .engines with what tests the other engines' dialects (1.2 GB)

# An environment of its own: it brings pandas, which pyarrow imports wherever it finds it, a second in every process.
$(ENGINES)/.ready: $(VENV)/.ready requirements/engines.lock
	@test -x $(ENGINES)/bin/python || $(BIN)/uv venv --quiet --python $(BIN)/python $(ENGINES)
	@VIRTUAL_ENV=$(ENGINES) $(BIN)/uv pip sync --quiet --require-hashes requirements/engines.lock
	@touch $@

test: setup page engines ## Every test except the long fault loops
	@$(BIN)/pytest tests/page & page=$$!; $(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder --ignore=tests/page tests; rest=$$?; wait $$page && exit $$rest

e2e: setup ## The end-to-end tests and the laws alone, with hundreds of rounds of each (hours)
	@$(BIN)/pytest -m "not real_agents" tests/e2e && $(BIN)/pytest -m full_rounds --ignore=tests/e2e tests

agents: setup ## The tests with the real agents, from npm (hundreds of megabytes; ANDON_AGENTS names their folder)
	@$(BIN)/pytest -m real_agents tests/e2e/test_connect_agents.py

bench: setup page ## Print the figures the docs quote
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

docs: setup ## Write the generated pages of docs/reference and the table of docs/agents.md again
	@$(BIN)/python -m andon.cli.reference docs/reference
	@$(BIN)/python -m andon.api.definitions docs/metrics.md
	@$(BIN)/python -m andon.api.openapi > docs/reference/openapi.json

screenshots: setup page ## Photograph the page with the demo organisation, for the README and docs/page.md
	@$(BIN)/python page/screenshots.py

runs: setup ## Compare every recorded run with its truth; print the table and write it into docs/agents.md
	@$(BIN)/python tests/harness/runs_table.py

lock: setup ## Resolve requirements/*.lock again from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml -o requirements/runtime.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml --group dev -o requirements/dev.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --group page -o requirements/page.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --group engines -o requirements/engines.lock

wheel: setup page ## Build the wheel into dist/
	@$(BIN)/uv build --quiet --no-build-isolation --wheel

.PHONY: help setup page demo up down fix check engines test e2e agents bench docs screenshots runs lock wheel
