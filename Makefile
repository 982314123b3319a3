# Requires make and Python 3.11 or newer. Everything else is installed into .venv when it is needed.
# Another interpreter: make test PYTHON=python3.12     More options: make test ARGS="-k gradient"

PYTHON ?= python3
ARGS =
NAME = time_to_accuracy
MODEL = skmnist-model.joblib
VENV := .venv
BIN := $(VENV)/bin
DOCS_MADE := docs/api docs/auto_examples docs/backreferences docs/sg_execution_times.rst
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test lint format matrix engines mlpclassifier browser torture mutants package bench docs clean

help:  ## list the commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "make %-13s %s\n", $$1, $$2}'

run: $(VENV)/.project  ## train on MNIST to an accuracy above 98 %, and test the model
	@$(BIN)/skmnist train --out $(MODEL) $(ARGS)
	@$(BIN)/skmnist evaluate $(MODEL)
	@echo "To make less than half as many errors, train on distorted images, which takes several minutes:"
	@echo "    $(BIN)/skmnist train --distort --out $(MODEL)"

test: $(VENV)/.project $(VENV)/.test  ## run the tests and the examples in docstrings and pages
	@$(BIN)/python -m pytest -n 2 $(ARGS)

lint: $(VENV)/.lint  ## check style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/.lint  ## fix style and formatting where this can be done automatically
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

matrix: $(VENV)/.ci  ## run tests with all supported versions of Python and scikit-learn
	@$(BIN)/nox --session tests exchange -- $(ARGS)

engines: $(VENV)/.ci  ## run the tests with skops, ONNX, Dask, Ray, Optuna and imbalanced-learn
	@$(BIN)/nox --session engines -- $(ARGS)

mlpclassifier: $(VENV)/.ci  ## run scikit-learn's own tests of MLPClassifier with MLPDigitClassifier
	@$(BIN)/nox --session mlpclassifier -- $(ARGS)

browser: $(VENV)/.ci  ## run the tests of the page to draw on in a headless Chromium
	@$(BIN)/nox --session browser -- $(ARGS)

torture: $(VENV)/.ci  ## run the fault-injection tests in full, for hours: make torture ARGS="-k killed"
	@$(BIN)/nox --session torture -- $(ARGS)

mutants: $(VENV)/.project $(VENV)/.test $(VENV)/.mutants  ## make many small changes to the network, which the tests must detect
	@$(BIN)/python .ci/mutants.py $(ARGS)

package: $(VENV)/.ci  ## build wheel and sdist, try the wheel in an empty environment, and check its types
	@$(BIN)/nox --session package

bench: $(VENV)/.project $(VENV)/.bench  ## run a benchmark: make bench NAME=train_speed ARGS=--help
	@$(BIN)/python examples/benchmarks/$(NAME).py $(ARGS)

# With one BLAS thread, the output of the examples does not depend on the number of cores.
docs: $(VENV)/.docs  ## build the documentation in build/docs, run its examples, check every page
	@rm -rf build/docs $(DOCS_MADE)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m sphinx -W --keep-going -n -q $(ARGS) docs build/docs
	@$(BIN)/python -m pytest -q docs/checks

clean:  ## remove all generated files, including .venv
	rm -rf $(VENV) .nox .pytest_cache .ruff_cache .hypothesis .coverage* build dist $(DOCS_MADE)
	find skmnist tests examples docs -name __pycache__ -type d -prune -exec rm -rf {} +

# Each installation step has a stamp file, and is repeated when pyproject.toml is newer.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "PYTHON must be version 3.11 or newer; got '$(PYTHON)': $$($(PYTHON) --version 2>&1)."; \
		echo "To use another one: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; exit 1; }
	@echo "Creating $(VENV) and installing into it, which takes a minute or two the first time."
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }
	@touch $@

$(VENV)/.project: pyproject.toml | $(VENV)/.made
	@$(PIP) --editable .
	@touch $@

# Older versions of pip do not know dependency groups.
$(VENV)/.pip: | $(VENV)/.made
	@$(BIN)/python -c 'import pip, sys; sys.exit([*map(int, pip.__version__.split(".")[:2])] < [25, 1])' \
		|| $(PIP) --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/.test $(VENV)/.lint $(VENV)/.ci $(VENV)/.bench $(VENV)/.mutants: $(VENV)/.%: pyproject.toml | $(VENV)/.pip
	@$(PIP) --group $*
	@touch $@

# Plots require matplotlib, which is an extra.
$(VENV)/.docs: pyproject.toml | $(VENV)/.pip
	@$(PIP) --editable '.[plot]' --group docs
	@touch $@
