# Needs Python 3.11 (or newer, up to 3.13) and make; everything else is set up here.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP_FLAGS := --quiet --disable-pip-version-check

.PHONY: help setup demo test lint format clean

help:
	@echo "make demo            the whole pipeline on a generated catalogue (or DATA=folder [LIMIT=2000])"
	@echo "make test            the tests"
	@echo "make lint            ruff"
	@echo "make clean           removes what demo and tests left"

setup: $(READY)

$(READY): setup.py constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install $(PIP_FLAGS) --editable ".[dev,keras-cv,keras-hub]" --constraint constraints.txt
	@touch $@

demo: $(READY)
	@$(BIN)/python examples/demo.py $(if $(DATA),--data=$(DATA)) $(if $(LIMIT),--limit=$(LIMIT))

test: $(READY) lint
	$(BIN)/python -m pytest --numprocesses=2 --dist=loadfile

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf demo build dist *.egg-info .pytest_cache .ruff_cache
