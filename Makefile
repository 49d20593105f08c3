# Every command of the house. Needs Python 3.11 or newer and make; `make help` lists the targets.
#
# The tools live in a virtual environment of the checkout's own, made on the first call and brought up to date
# when pyproject.toml changes. Paths are relative, so a checkout in a folder with spaces works too.

PYTHON ?= python3
VENV ?= .venv

VENV_PYTHON := $(VENV)/bin/python
MADE := $(VENV)/.made

# More arguments for pytest: make tests ARGS="-k midnight"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help test lint types tests test-time test-chaos fuzz coverage format demo kills peers bench bench-quick bench-docs scale pictures clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile

test: lint types coverage ## everything that CI checks: lint, types, tests with coverage

lint: $(MADE) ## check the style and the format, change nothing
	"$(VENV_PYTHON)" -m ruff check .
	"$(VENV_PYTHON)" -m ruff format --check .

types: $(MADE) ## check the types
	"$(VENV_PYTHON)" -m mypy

tests: $(MADE) ## only the tests, quickly; ARGS="..." goes to pytest
	"$(VENV_PYTHON)" -m pytest $(ARGS)

# Tests that run at a time. Half of them wait for real processes.
JOBS ?= 2

# A run leaves one data file for each process it started; combining makes one of them.
coverage: $(MADE) ## the tests, and which lines they ran
	"$(VENV_PYTHON)" -m coverage erase
	"$(VENV_PYTHON)" -m coverage run -m pytest --numprocesses=$(JOBS) --dist=worksteal $(ARGS)
	"$(VENV_PYTHON)" -m coverage combine --quiet
	"$(VENV_PYTHON)" -m coverage report

format: $(MADE) ## format the code and mend what ruff can mend
	"$(VENV_PYTHON)" -m ruff check --fix-only .
	"$(VENV_PYTHON)" -m ruff format .

# bash keeps a variable SECONDS of its own, which may be exported: only the one typed after `make demo` counts.
ifeq ($(origin SECONDS),command line)
DEMO_ARGS := $(if $(SECONDS),--seconds $(SECONDS))
else
DEMO_ARGS :=
endif

demo: $(MADE) ## run the example service; SECONDS=20 ends it by itself
	"$(VENV_PYTHON)" examples/service $(DEMO_ARGS)

kills: $(MADE) ## kill -9 a program on SQLite ROUNDS=50 times at random, and audit its books; SEED=7 repeats a run
	"$(VENV_PYTHON)" -m tests.durability.kill $(or $(ROUNDS),50) $(SEED)

# As for `make demo`, only the SECONDS that was typed counts; a minute each if none was.
ifeq ($(origin SECONDS),command line)
CHAOS_SECONDS := $(or $(SECONDS),60)
else
CHAOS_SECONDS := 60
endif

test-chaos: $(MADE) ## kill, freeze and cut off processes that share a file, and audit the books; ROUNDS=200 SECONDS=60 SEED=7
	"$(VENV_PYTHON)" -m tests.durability.kill $(or $(ROUNDS),200) $(SEED)
	"$(VENV_PYTHON)" -m tests.chaos.crowd --seconds $(CHAOS_SECONDS) $(if $(SEED),--seed $(SEED))
	"$(VENV_PYTHON)" -m tests.chaos.crowd --seconds $(CHAOS_SECONDS) $(if $(SEED),--seed $(SEED)) --blind --synchronous NORMAL --keep-runs 200
	"$(VENV_PYTHON)" -m tests.faults.storm $(CHAOS_SECONDS) $(SEED)
	"$(VENV_PYTHON)" -m tests.faults.locked $(CHAOS_SECONDS)

peers: $(MADE) ## ask other schedulers for the same fire times and print who is wrong; PEERS="cronsim croniter" chooses
	"$(VENV_PYTHON)" -m benchmarks.triggers_right $(PEERS)

# As for `make demo`, only the GROUPS that was typed counts: bash keeps a variable of that name, too.
ifeq ($(origin GROUPS),command line)
BENCH_GROUPS := $(if $(GROUPS),--groups "$(GROUPS)")
else
BENCH_GROUPS :=
endif
BENCH_ARGS = $(BENCH_GROUPS) $(if $(PEERS),--peers "$(PEERS)") $(if $(ROUNDS),--rounds $(ROUNDS)) $(ARGS)

bench: $(MADE) ## time everything beside other schedulers; GROUPS=A,C PEERS="Tickwright,huey" ROUNDS=3 choose
	"$(VENV_PYTHON)" -m benchmarks.speed $(BENCH_ARGS)

bench-quick: $(MADE) ## the same with fewer jobs, beside APScheduler 3 and the bare limits only
	"$(VENV_PYTHON)" -m benchmarks.speed --quick $(BENCH_ARGS)

bench-docs: $(MADE) ## the same as bench, and write its tables and plots into the docs
	"$(VENV_PYTHON)" -m pip install --quiet --disable-pip-version-check --group bench
	"$(VENV_PYTHON)" -m benchmarks.speed --docs $(BENCH_ARGS)

# As for `make demo`, only the SECONDS that was typed counts; a minute if none was.
ifeq ($(origin SECONDS),command line)
SCALE_SECONDS := $(or $(SECONDS),60)
else
SCALE_SECONDS := 60
endif

scale: $(MADE) ## measure a million jobs and ten million runs on record; JOBS=100000 RUNS=1000000 SECONDS=20 for less
	"$(VENV_PYTHON)" -m benchmarks.scale --seconds $(SCALE_SECONDS) \
	  $(if $(filter command line,$(origin JOBS)),--jobs $(JOBS)) $(if $(RUNS),--runs $(RUNS))

pictures: $(MADE) ## draw the pictures of the docs anew, by asking the triggers
	"$(VENV_PYTHON)" docs/explanation/draw_time.py

test-time: $(MADE) ## hold cron against every change of every zone's clock; SEED=7 replays a run
	"$(VENV_PYTHON)" -m tests.triggers.proof $(if $(SEED),--seed $(SEED)) $(ARGS)

# As for `make demo`, only the SECONDS that was typed counts; ten minutes if none was.
ifeq ($(origin SECONDS),command line)
FUZZ_SECONDS := $(or $(SECONDS),600)
else
FUZZ_SECONDS := 600
endif

fuzz: $(MADE) ## look for SECONDS=600 for input that a trigger does not refuse properly; on Linux, for atheris
	"$(VENV_PYTHON)" -m pip install --quiet --disable-pip-version-check --group fuzz
	"$(VENV_PYTHON)" -m tests.triggers.fuzz $(FUZZ_SECONDS) $(SEED)

clean: ## delete the virtual environment and all that the tools left
	rm -rf "$(VENV)" benchmarks/.environments benchmarks/.results .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist htmlcov
	find src tests examples benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# A checkout that was copied or moved brings an environment that still points at the old place: make it again.
ifneq ($(shell cat "$(MADE)" 2>/dev/null),$(CURDIR))
.PHONY: $(MADE)
endif

$(MADE): pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "There is no '$(PYTHON)' here. Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Tickwright needs Python 3.11 or newer, and '$(PYTHON)' is $$("$(PYTHON)" -V 2>&1)." \
	       "Name another: make PYTHON=python3.11" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make virtual environments: its modules venv and ensurepip are missing." \
	       "Debian and Ubuntu keep them in the package python3-venv." >&2; exit 1; }
	"$(PYTHON)" -m venv "$(VENV)"
	"$(VENV_PYTHON)" -m pip install --quiet --disable-pip-version-check "pip>=25.1"
	"$(VENV_PYTHON)" -m pip install --quiet --disable-pip-version-check --group dev --editable .
	@pwd -P > "$(MADE)"
