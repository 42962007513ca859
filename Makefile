# Everything happens in .venv, which these targets make, complete, and repair. `make` alone says what there is.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve train test test-slow fuzz conform bench screenshots image clean

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python

# PyTorch is installed first and alone, so that no other package can choose another build of it. From PyPI on Linux this is
# the CUDA build (several GB); TORCH_INDEX=https://download.pytorch.org/whl/cpu takes the CPU build, which is all that Brinell needs.
TORCH ?= torch==2.13.0
TORCH_INDEX ?=
# Counts synaptic operations independently. Without what it depends on, which would bring another build of PyTorch:
# the one module that the tests use needs none of it.
COUNTER := neurobench==2.3.0
# A competitor of the bench, likewise.
SPIKINGJELLY := spikingjelly==2.0.0

CONFIGS ?= training/configs/order.toml training/configs/time.toml

# What was installed, by the file that is written once pip has finished.
SERVE := $(VENV)/.installed-serve
TRAIN := $(VENV)/.installed-train
TEST := $(VENV)/.installed-test
BENCH := $(VENV)/.installed-bench
FUZZ := $(VENV)/.installed-fuzz
# There while pip works: a killed installation leaves it behind, and the environment is then made anew.
INSTALLING := $(VENV)/.installing

# Made anew: one whose interpreter has gone, whose installation was cut short, or that came here with a moved or copied
# folder (the project is installed in place, so its paths are those of the folder it was made in).
MADE_IN := $(shell cat $(VENV)/.made-in 2>/dev/null)
ifneq ($(shell test ! -e $(INSTALLING) && $(PY) -c 'import pip; print("works")' 2>/dev/null) $(or $(MADE_IN),$(CURDIR)),works $(CURDIR))
$(shell rm -f $(SERVE) $(TRAIN) $(TEST) $(BENCH) $(FUZZ))
$(SERVE) $(TRAIN) $(TEST) $(BENCH) $(FUZZ): environment
endif

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

# Without keys it answers this machine only; for others: BRINELL_AUTH=keys make serve
serve: export BRINELL_AUTH ?= none
serve: $(SERVE) ## answer on 127.0.0.1 (BRINELL_PORT, else 8000)
	exec $(PY) -m brinell serve

train: $(TRAIN) ## train the shipped bundles again (CONFIGS); each run says how to export it
	for config in $(CONFIGS); do $(PY) -m brinell train $$config || exit; done

test: export OMP_NUM_THREADS := 1
test: $(TEST) servers ## lint, types, import rules, and all tests that take seconds
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m pytest -n auto -m 'not slow' $(ARGS)
	@# In CI the image too, last and alone, because it times what it starts.
	$(if $(filter true,$(CI)),docker/test-image.sh)

test-slow: export OMP_NUM_THREADS := 1
test-slow: $(TEST) servers ## the tests that take minutes: killed trainings, the container image, arm64
	$(PY) -m pytest -n auto -m slow $(ARGS)

fuzz: $(FUZZ) ## over a million inputs for the parsers; ARGS='csv -runs=1000' takes one of them
	nice -n 19 $(PY) -m tests.fuzz $(or $(ARGS),all -runs=100000)

conform: $(TEST) ## ask a served process all that its OpenAPI description allows, and more (schemathesis); ARGS='--max-examples=1000'
	$(PY) -m tests.service.conform $(ARGS)

bench: $(BENCH) ## measure what Brinell costs beside others; ARGS=--quick shows that it works
	$(PY) -m brinell bench $(ARGS)

screenshots: $(TEST) servers ## draw docs/screenshots anew
	$(PY) -m tests.page.screenshots

image: ## build the container image, run it, ask it (needs Docker)
	docker/test-image.sh

clean: ## remove the environment and everything generated
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# The store is tested in a real PostgreSQL and the bridge with a real Mosquitto, which each test run starts for itself, and
# both under a clock that libfaketime makes jump; the page in a real browser. As root on Debian what is missing is installed.
.PHONY: servers
servers:
	@missing=; ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing=postgresql; \
	PATH="$$PATH:/usr/sbin" command -v mosquitto >/dev/null || missing="$$missing mosquitto"; \
	ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || missing="$$missing faketime"; \
	command -v chromium chromium-browser google-chrome >/dev/null || missing="$$missing chromium fonts-dejavu-core"; \
	if [ "$$CI" = true ]; then \
		[ -x /usr/sbin/dockerd ] || missing="$$missing docker.io"; \
		command -v mmdebstrap >/dev/null || missing="$$missing mmdebstrap"; fi; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing \
		|| echo "Could not be installed:$$missing. Its tests are skipped."; \
	else echo "Not installed (Debian: apt-get install $$missing): its tests are skipped."; fi

.PHONY: environment
environment:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Brinell needs Python 3.11 or newer, and this is " + sys.version)'
	$(PYTHON) -m venv --clear $(VENV)
	@echo '$(CURDIR)' > $(VENV)/.made-in

# $(call install,WHAT)
define install
@touch $(INSTALLING)
$(PY) -m pip install --quiet $(1); status=$$?; rm -f $(INSTALLING); exit $$status
endef

$(SERVE): pyproject.toml
	@echo 'Installing what the service needs into $(VENV): once, about a minute.'
	$(call install,--editable .)
	@touch $@

$(TRAIN): pyproject.toml
	@echo 'Installing PyTorch and what training needs into $(VENV): once, some minutes.'
	$(call install,$(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) '$(TORCH)')
	$(call install,--editable '.[train]')
	@touch $(SERVE) $@

$(TEST): pyproject.toml $(TRAIN)
	@echo 'Installing what the tests need into $(VENV): once, about a minute.'
	$(call install,--editable '.[test]')
	$(call install,--no-deps '$(COUNTER)')
	@touch $@

$(FUZZ): pyproject.toml $(SERVE)
	@echo 'Installing what fuzzes into $(VENV).'
	$(call install,--editable '.[fuzz]')
	@touch $@

$(BENCH): pyproject.toml $(TRAIN)
	@echo 'Installing what is measured beside Brinell into $(VENV): once, some minutes.'
	$(call install,--editable '.[bench]')
	$(call install,--no-deps '$(SPIKINGJELLY)')
	@touch $@
