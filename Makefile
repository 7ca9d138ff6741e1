# Everything that a clone needs is put into .venv, at the versions and hashes in requirements/.
#
#   make demo    set up what fillgate needs to run, then show it at work
#   make test    set up the development tools too, then run every check
#   make test-ccxt   of these only the tests of what needs ccxt, in .venv-ccxt, which has it
#   make fix     let ruff repair and format the code
#   make docs    write the pages that are made from the code anew
#   make picture run the demo, and draw what it printed for the README
#   make bench   measure this machine, and write the figures into the page about them
#   make speed   measure the order book, and the engine with a journal in memory (half a minute)
#   make torture kill the service 100 times under load at a faulty venue, and look what is true after
#                (TORTUREFLAGS="--seed 7 --kills 20 --runs 3")
#   make torture-ccxt   the same with an account of type ccxt at the practice exchange
#   make growth  measure a journal of a million orders (some minutes, two gigabytes)
#   make lock    write requirements/*.txt anew (LOCKFLAGS=--upgrade: with the newest releases)
#   make clean   remove .venv, .venv-ccxt and the caches; a service's data in .fillgate stays
#
# Another Python than python3: make clean, then make PYTHON=python3.12 demo

PYTHON ?= python3
LOCKFLAGS ?=
BENCHFLAGS ?=
GROWTHFLAGS ?=
TORTUREFLAGS ?=

BIN := .venv/bin
CCXT_BIN := .venv-ccxt/bin
UV := $(BIN)/uv
UV_ENV := --quiet --python $(BIN)/python
UV_CCXT_ENV := --quiet --python $(CCXT_BIN)/python

# What each set-up hangs on, besides its own lock file. __init__.py holds the version, which an
# editable install writes down once.
INPUTS := .venv/.made requirements/build.txt pyproject.toml src/fillgate/__init__.py

# .made says where .venv stands and which Python it was made with. If that is no longer so
# (the folder was moved, the system's Python changed), or if packages were being installed when
# something broke it off (some may be there in part), .venv is made anew.
STALE := $(shell [ "$$(pwd) $$($(BIN)/python -V 2>&1)" = "$$(cat .venv/.made 2>/dev/null)" ] \
	&& [ ! -e .venv/.unfinished ] || echo anew)

# Trust the system's certificates, as pip does where it is told to; uv alone would trust only those
# that it brings along, and so not a registry behind a company's own.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS ?= 1
endif
# uv gives up if it cannot write its cache; where there is no home for one, it does without.
ifeq ($(UV_CACHE_DIR)$(XDG_CACHE_HOME)$(shell [ -d "$$HOME" ] && [ -w "$$HOME" ] && echo home),)
export UV_NO_CACHE ?= 1
endif

.PHONY: demo test test-ccxt dev dev-ccxt fix docs picture bench speed growth torture torture-ccxt lock clean anew
# The set-ups write to the same .venv, so never two at a time.
.NOTPARALLEL:

demo: .venv/.runtime
	$(BIN)/fillgate demo

test: .venv/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest --ignore tests/ccxt
	$(MAKE) test-ccxt

test-ccxt: .venv-ccxt/.made
	$(CCXT_BIN)/pytest tests/ccxt

dev: .venv/.dev

dev-ccxt: .venv-ccxt/.made

fix: .venv/.dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: .venv/.dev
	$(BIN)/python -m docs.generate

picture: .venv/.dev
	$(BIN)/python -m docs.picture

growth: .venv/.dev
	$(BIN)/python -m tests.growth.measure $(GROWTHFLAGS)

bench: .venv/.runtime
	$(BIN)/python -m docs.measure $(BENCHFLAGS)

speed: .venv/.dev
	$(BIN)/python -m tests.market.matching.bench
	$(BIN)/python -m tests.speed.engine

torture: .venv/.dev
	$(BIN)/python -m tests.torture $(TORTUREFLAGS)

torture-ccxt: .venv-ccxt/.made
	$(CCXT_BIN)/python -m tests.torture --venue ccxt $(TORTUREFLAGS)

# dev is locked first and the others within it, so that all fit into one .venv; but not ccxt, which
# pins too much and has an environment of its own.
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--custom-compile-command 'make lock' $(LOCKFLAGS)
lock: .venv/.made
	$(COMPILE) --group dev -o requirements/dev.txt pyproject.toml
	$(COMPILE) -c requirements/dev.txt -o requirements/runtime.txt pyproject.toml
	$(COMPILE) -c requirements/dev.txt -o requirements/build.txt requirements/build.in
	$(COMPILE) -c requirements/build.txt --group ccxt --extra ccxt --extra practice \
	  -o requirements/ccxt.txt pyproject.toml
	$(COMPILE) -o requirements/uv.txt requirements/uv.in

clean:
	rm -rf .venv .venv-ccxt build dist .hypothesis .import_linter_cache .mypy_cache .ruff_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Each step below writes its stamp last, so one that was broken off is done again.

.venv/.made: requirements/uv.txt $(STALE)
	@command -v $(PYTHON) >/dev/null || { \
	  echo 'fillgate needs Python 3.11 or newer; there is no $(PYTHON) on PATH' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	  "fillgate needs Python 3.11 or newer; $(PYTHON) is %s" % sys.version.split()[0])'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  $(PYTHON) -c 'import sys; print("$(PYTHON) has no ensurepip, so it cannot make .venv;" \
	    " on Debian: apt-get install python3-venv (or python%d.%d-venv)" \
	    % sys.version_info[:2])' >&2; exit 1; }
	@echo 'making .venv'
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  -r requirements/uv.txt
	@echo "$$(pwd) $$($(BIN)/python -V)" >$@

INSTALL_SELF = --no-deps --no-build-isolation --reinstall-package fillgate --editable .

# Adds and changes packages but removes none: those of a development set-up stay.
.venv/.runtime: $(INPUTS) requirements/runtime.txt
	@echo 'installing what fillgate needs to run'
	@touch .venv/.unfinished
	@$(UV) pip install $(UV_ENV) --require-hashes -r requirements/runtime.txt \
	  -r requirements/build.txt
	@$(UV) pip install $(UV_ENV) $(INSTALL_SELF)
	@rm .venv/.unfinished
	@touch $@

# Holds the runtime set too, so its stamp serves both.
.venv/.dev: $(INPUTS) requirements/runtime.txt requirements/dev.txt
	@echo 'installing the development set'
	@touch .venv/.unfinished
	@$(UV) pip sync $(UV_ENV) --require-hashes requirements/dev.txt requirements/build.txt \
	  requirements/uv.txt
	@$(UV) pip install $(UV_ENV) $(INSTALL_SELF)
	@$(UV) pip check $(UV_ENV)
	@rm .venv/.unfinished
	@touch .venv/.runtime $@

# Without pip; and made anew with .venv, whose Python it has. Compiled at once: else each of the
# processes that tests start would compile ccxt for itself, which takes seconds.
.venv-ccxt/.made: $(INPUTS) requirements/ccxt.txt
	@echo 'installing the development set of what needs ccxt'
	@$(UV) venv --quiet --clear --python $(BIN)/python .venv-ccxt
	@$(UV) pip install $(UV_CCXT_ENV) --compile-bytecode --require-hashes \
	  -r requirements/ccxt.txt -r requirements/build.txt
	@$(UV) pip install $(UV_CCXT_ENV) $(INSTALL_SELF)
	@$(UV) pip check $(UV_CCXT_ENV)
	@touch $@
