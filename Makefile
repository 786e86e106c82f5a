# Needs Python 3.11 (or newer, up to 3.13) and make; everything else is set up here.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TIMM_VENV := .venv-timm
TIMM_READY := $(TIMM_VENV)/.ready
# Where torch for CPUs is; without it pip takes the one for GPUs, of gigabytes.
TORCH_INDEX := https://download.pytorch.org/whl/cpu
PIP_FLAGS := --quiet --disable-pip-version-check

.PHONY: help setup demo test test-timm docs browser lint format clean

help:
	@echo "make demo            the whole pipeline on a generated catalogue (or DATA=folder [LIMIT=2000])"
	@echo "make test            the tests"
	@echo "make test-timm       our networks against timm's (installs timm and torch beside the rest)"
	@echo "make browser         installs Chromium and its driver (Debian), for the tests of the page"
	@echo "make docs            the documentation as a site, in build/site"
	@echo "make lint            ruff"
	@echo "make clean           removes what demo and tests left"

setup: $(READY)

$(READY): setup.py constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install $(PIP_FLAGS) --editable ".[dev,docs,keras-cv,keras-hub]" --constraint constraints.txt
	@touch $@

demo: $(READY)
	@$(BIN)/python examples/demo.py $(if $(DATA),--data=$(DATA)) $(if $(LIMIT),--limit=$(LIMIT))

test: $(READY) lint
	$(BIN)/python -m pytest --numprocesses=2 --dist=loadfile

# Sees all that $(VENV) has, and changes nothing there.
$(TIMM_READY): $(READY)
	$(PYTHON) -m venv $(TIMM_VENV)
	$(TIMM_VENV)/bin/python -c "import pathlib, sys, sysconfig; \
	  path = pathlib.Path(sysconfig.get_path('purelib'), 'base.pth'); \
	  path.write_text('import site; site.addsitedir(%r)' % sys.argv[1])" \
	  "$$($(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")"
	$(TIMM_VENV)/bin/python -m pip install $(PIP_FLAGS) --editable ".[timm]" \
	  --constraint constraints.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))
	@touch $@

test-timm: $(TIMM_READY)
	SHOPEE_TF_TEST_TIMM=1 $(TIMM_VENV)/bin/python -m pytest --capture=no \
	  tests/models/test_timm_agreement.py

# Without a browser these tests are skipped.
browser: $(READY)
	apt-get update
	apt-get install --yes --no-install-recommends chromium chromium-driver
	$(BIN)/python -m pytest -m browser

docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf demo build dist *.egg-info .pytest_cache .ruff_cache
