# Weft. Each target does its own set-up; the machine needs Python 3.11+ and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.synced
PATHS := manage.py marketplace cms projects remittances payments tests
TEMPLATES := $(shell git ls-files '*.html' 2>/dev/null)
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/$(VENV)
export PYTHONDONTWRITEBYTECODE :=

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard marketplace/locale/*/LC_MESSAGES/django.po))

.PHONY: run setup test test-all check format bench messages

run: setup
	@exec $(BIN)/python manage.py up

setup: $(STAMP) $(CATALOGUES)
	@$(BIN)/python manage.py migrate --check --verbosity 0 >/dev/null 2>&1 \
	  || { echo "Preparing the database …"; $(BIN)/python manage.py migrate --verbosity 0; }

$(STAMP): uv.lock pyproject.toml
	@echo "Installing the locked dependencies into $(VENV) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9,<1"
	@$(BIN)/uv sync --frozen --inexact --quiet
	@touch $(STAMP)

%.mo: %.po $(STAMP)
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

test: $(STAMP) $(CATALOGUES)
	@$(BIN)/pytest -n 2 --dist loadgroup -m "not slow" -q

test-all: $(STAMP) $(CATALOGUES)
	@$(BIN)/pytest -n 2 --dist loadgroup -q

check: $(STAMP)
	@$(BIN)/ruff format --check $(PATHS)
	@$(BIN)/ruff check $(PATHS)
	@$(BIN)/djhtml --tabwidth 2 --check $(TEMPLATES)
	@$(BIN)/djade --target-version 5.2 --check $(TEMPLATES)
	@$(BIN)/lint-imports
	@$(BIN)/mypy $(PATHS)
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py messages --check
	@echo "make check: all good."

format: $(STAMP)
	@$(BIN)/ruff format $(PATHS)
	@$(BIN)/ruff check --fix $(PATHS)
	@$(BIN)/djade --target-version 5.2 $(TEMPLATES) || true
	@$(BIN)/djhtml --tabwidth 2 $(TEMPLATES) || true

messages: $(STAMP)
	@$(BIN)/python manage.py messages

bench: $(STAMP)
	@$(BIN)/python -m tests.benchmarks $(ONLY)
