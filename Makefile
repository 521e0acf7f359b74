# `make run` and `make test` need Python 3.11+, make and a network, nothing else.
.DEFAULT_GOAL := help
.PHONY: help run test fuzz check format messages openapi lock bench clean venv venv-dev chromium

BIN := .venv/bin

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: venv ## Start the marketplace with its own database on http://localhost:8000 (PORT=9000 moves it)
	@exec $(BIN)/python -m flask serve --stop-with-parent

test: venv-dev chromium ## Run every test on throw-away databases (ARGS="-k board" picks some)
	@$(BIN)/python -m pytest -q $(or $(ARGS),-n 2)

fuzz: venv-dev ## Send 200 made-up requests to every operation of the JSON API, each as everybody (SEED=1 repeats a run)
	@seed=$${SEED:-$$(date +%s)}; echo "To repeat this run: make fuzz SEED=$$seed"; \
	FUZZ=$${EXAMPLES:-200} FUZZ_SEED=$$seed $(BIN)/python -m pytest -q -n auto tests/api/fuzzing $(ARGS)

check: venv-dev ## Check format, lint, types, package order, templates, translations and migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --check marketplace/templates
	$(BIN)/djlint --quiet --lint marketplace/templates
	$(BIN)/python -m scripts.translations check
	$(BIN)/python -m scripts.check_migrations

format: venv-dev ## Format Python and templates
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	$(BIN)/djlint --quiet --reformat marketplace/templates || true

messages: venv-dev ## Collect the texts into the translation catalogues and compile them
	@$(BIN)/python -m scripts.translations update

openapi: venv ## Write the description of the JSON API into docs/openapi.json
	@$(BIN)/python -m flask --app wsgi openapi docs/openapi.json

lock: venv-dev ## Pin the newest allowed versions into requirements.txt and requirements-dev.txt
	@$(BIN)/python -m scripts.lock

bench: venv-dev ## Measure the board, taking an order and live pages, about 10 minutes (SIZES=1000,100000 is quicker)
	@$(BIN)/python -m benchmarks

clean: ## Remove .venv and caches; the database in instance/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv:
	@scripts/venv requirements.txt

venv-dev:
	@scripts/venv requirements-dev.txt

chromium:
	@$(BIN)/python -m scripts.chromium
