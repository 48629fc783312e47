# One build configuration for everything: `make build`, `make demo` and `make test` share their objects.
SWIFT_FLAGS := -c release --explicit-target-dependency-import-check error
SOURCES := Sources Tests Benchmarks/Venue Benchmarks/Sources Benchmarks/Package.swift Package.swift
ASSET ?= BTCUSDT
THREADS ?=
FILTER ?=
PEERS ?=
SEEDS ?= 0..999
SCENARIO ?= storm
QUICK ?=
INPUTS ?= 10000000

.DEFAULT_GOAL := help
.PHONY: help setup build demo test check bench bench-peers bench-venue chaos ccxt fuzz mutations reliability lint format clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | awk -F'\t' '{ printf "  make %-11s %s\n", $$1, $$2 }'

setup: ## Check the Swift version and install the system libraries that are missing
	@scripts/setup.sh

build: setup ## Build the program: .build/release/aitrade
	@scripts/build.sh $(SWIFT_FLAGS) --product aitrade

demo: build ## From recorded bars to trades in a ledger (ASSET=BTCUSDT, THREADS=2)
	@ASSET='$(ASSET)' THREADS='$(THREADS)' scripts/demo.sh

test: setup ## Build and run every test (FILTER=Suite runs some)
	@scripts/build.sh $(SWIFT_FLAGS) --build-tests
	@scripts/test.sh $(if $(FILTER),--filter '$(FILTER)')

check: lint test chaos ## Lint, test and a thousand seeds of chaos: what a change must pass

bench: build ## Measure engine, simulator, indicators, sweeps and searches; PEERS=1 beside Python's backtesters
	@PEERS='$(PEERS)' scripts/bench.sh
	@SKIP_BUILD=1 scripts/bench-search.sh

bench-venue: setup ## Measure the venue client against the twin, into docs/performance.md
	@scripts/bench-venue.sh

bench-peers: ## Install TA-Lib, pandas, numba, vectorbt and DEAP for make bench, in a Python environment of their own
	@scripts/bench-peers.sh

chaos: ## Run seeded chaos (SEEDS=0..999, SCENARIO=storm or all)
	@scripts/build.sh $(SWIFT_FLAGS) --product aitrade
	@.build/release/aitrade simulate --seeds $(SEEDS) --scenario $(SCENARIO)

ccxt: ## Prove the twin with ccxt from PyPI; says so when it cannot (CCXT=required makes that an error)
	@scripts/build.sh $(SWIFT_FLAGS) --product aitrade
	@scripts/ccxt.sh

fuzz: setup ## Feed the artifact reader damaged files (INPUTS=10000000)
	@scripts/build.sh $(SWIFT_FLAGS) --build-tests
	@AITRADE_FUZZ='$(INPUTS)' scripts/test.sh --filter 'ArtifactFuzzTests'

mutations: ## Show that the tests notice every deliberate bug (one build, then about 15 minutes)
	@scripts/mutations.py

reliability: setup ## Run everything docs/reliability.md rests on (QUICK=1, PEERS=1, ONLY=simulations)
	@QUICK='$(QUICK)' PEERS='$(PEERS)' ONLY='$(ONLY)' scripts/reliability.sh

lint: ## Check the formatting
	@swift format lint --strict --parallel --recursive $(SOURCES)
	@echo "  lint: clean"

format: ## Format all sources
	@swift format --in-place --parallel --recursive $(SOURCES)

clean: ## Remove what was built; state/ and data_cache/ stay
	@swift package clean
