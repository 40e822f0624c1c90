# Two commands: `make run` (the demo shop) and `make test`. Each sets up what it needs and says so.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv

.PHONY: run test test-slow machine dialogues check fmt bench clean setup setup-dev chromium lock

run: $(VENV)/.run-ready
	@$(BIN)/chotdon demo

test: $(VENV)/.dev-ready chromium
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# Floors of understanding, retrieval and the guard over whole question sets; CI runs these too.
test-slow: $(VENV)/.dev-ready
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m slow

# Every dialogue twice, judged by the end state; slower than the tests.
dialogues: $(VENV)/.dev-ready
	$(BIN)/python -m pytest -m dialogues tests/dialogues

# Ten thousand steps over all stock and money, on each database, against a plain model.
machine: $(VENV)/.dev-ready
	$(BIN)/python -m pytest -n 2 -m machine tests/core/test_shop_machine.py

check: $(VENV)/.dev-ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: $(VENV)/.dev-ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev-ready
	$(BIN)/python -m tests.bench

clean:
	rm -rf $(VENV) .data .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

lock: $(VENV)/.dev-ready
	$(UV) pip compile -q --generate-hashes --universal --no-header --no-annotate --no-emit-index-url --no-emit-find-links -p 3.11 --extra embeddings pyproject.toml -o requirements.lock
	$(UV) pip compile -q --generate-hashes --universal --no-header --no-annotate --no-emit-index-url --no-emit-find-links -p 3.11 --all-extras pyproject.toml -o requirements-dev.lock

$(UV):
	@echo "Setting up Python in $(VENV) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Chotdon needs Python 3.11 or newer; try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/.run-ready: requirements.lock pyproject.toml | $(UV)
	@echo "Installing what the shop needs (once; needs the package registry) …"
	@$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
	@$(BIN)/python -m compileall -q bot core integrations knowledge nlu
	@touch $@

$(VENV)/.dev-ready: requirements-dev.lock pyproject.toml | $(UV)
	@echo "Installing what the tests need (once; needs the package registry) …"
	@$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
	@$(BIN)/python -m compileall -q bot core integrations knowledge nlu
	@touch $@ $(VENV)/.run-ready

chromium:
	@$(BIN)/python -m tests.chromium
