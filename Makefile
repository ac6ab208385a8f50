# Everything that is done with this repository, one target each; `make` alone lists them.
# `run` and `test` do all the set-up themselves (scripts/setup).

CARGO ?= cargo

.DEFAULT_GOAL := help
.PHONY: help run test lint fmt bench-engine bench-latency bench-frame bench-replay bench-search bench-query curation-figures bench-export kill-export docs oracles install setup clean \
	kill damage openers faults kill-points messages renders soak endings fuzz fuzz-parsers samples audit

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: setup ## build and open pleach; ARGS="..." go to it, as in: make run ARGS="--help"
	@test -e target/release/pleach || echo "The first build compiles llama.cpp, which takes some minutes."
	@$(CARGO) run --release --locked -- $(ARGS)

test: lint ## check the form and run all tests
	$(CARGO) test --locked

lint: ## check the form: rustfmt and clippy
	@scripts/setup tests
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets --locked -- -D warnings

fmt: ## format the code
	@scripts/setup tests
	$(CARGO) fmt

bench-engine: setup ## measure the engine against a plain loop, llama-cpp-python, its server and the ceiling
	@scripts/bench-engine

bench-latency: setup ## measure the time from key to frame while a tree of 1,000,000 nodes grows
	$(CARGO) bench --locked --bench latency

bench-frame: setup ## measure how long a frame takes to draw, and its bytes on the terminal
	$(CARGO) bench --locked --bench frame

docs: setup ## make the reference pages and the pictures of the book (and the book, with mdbook)
	scripts/docs

bench-export: setup ## measure the export of 10,000 trajectories in every format
	$(CARGO) bench --locked --bench export

kill-export: setup ## kill an export at 200 random moments and look at what is left
	PLEACH_KILLS=200 $(CARGO) test --locked --test export_kill -- --nocapture

oracles: setup ## export in every format and load it with the real trainers (installs them; about 6 GB)
	CARGO="$(CARGO)" oracles/run.sh

bench-replay: setup ## measure opening, replay and seeks of a session of 1,000,000 operations
	$(CARGO) bench --locked --bench replay

# Stops and goes on where it was; a new model needs a new OUT. MODEL=FILE compares with another one.
POLICIES ?= best-first,best-of-n,best-of-n-checked,self-consistency,swe-search,greedy
SEEDS ?= 3
TOKENS ?= 500,1000,2000
OUT ?= target/bench-search

bench-search: setup ## compare POLICIES at equal tokens on both sets of puzzles; goes on where it stopped
	$(CARGO) build --release --locked
	@for set in tree-of-thoughts-100 reserved-300; do \
		echo "$$set"; \
		nice -n 10 target/release/pleach $(if $(MODEL),--model $(MODEL)) eval assets/problems/$$set.jsonl \
			--policies $(POLICIES) --tokens $(TOKENS) --seeds $(SEEDS) --out $(OUT)/$$set || exit; \
	done

bench-query: setup ## measure queries on a tree of 1,000,000 nodes
	$(CARGO) bench --locked --bench query

curation-figures: setup ## hold proposed first errors and splices against an exact solver (docs/curation.md)
	@scripts/curation-figures

# The tests of tests/reliability and tests/pty_endings.rs, with a count; see docs/reliability.md.
CYCLES ?= 20000
COUNT ?= 100000
SECONDS ?= 1800
reliably = PLEACH_COUNT=$(1) $(CARGO) test --locked --test reliability $(2) -- --nocapture

kill: setup ## kill -9 while operations stream, CYCLES times
	$(call reliably,$(CYCLES),acknowledged_operations_survive_kill_9)

damage: setup ## read COUNT damaged sessions
	$(call reliably,$(COUNT),damage_is_never_read_as_something_else)

openers: setup ## let 2 to 8 programs open one session, COUNT times
	$(call reliably,$(COUNT),there_is_never_more_than_one_writer)

faults: setup ## spoil COUNT calls to the disk
	$(call reliably,$(COUNT),failing_calls_lose_nothing)

kill-points: setup ## kill at every call to the disk, COUNT times
	$(call reliably,$(COUNT),kills_at_every_call_lose_nothing)

messages: setup ## tell the program COUNT random messages
	$(call reliably,$(COUNT),no_messages_break_the_program)

renders: setup ## draw COUNT hostile texts
	$(call reliably,$(COUNT),hostile_text_reaches_no_terminal)

soak: setup ## a thousand operations a second for SECONDS, with a kill every minute
	$(call reliably,$(SECONDS),a_writer_holds_no_more)

endings: setup ## end the program in a terminal in 60 ways, COUNT times in all
	PLEACH_COUNT=$(COUNT) $(CARGO) test --locked --test pty_endings -- --nocapture

MINUTES ?= 10
JOBS ?= 1

fuzz-parsers: setup ## fuzz every parser for MINUTES of processor time, JOBS at once; goes on where it stopped
	JOBS=$(JOBS) scripts/fuzz-parsers $(MINUTES)

samples: setup ## grow the sample sessions anew with the embedded model
	scripts/sample-sessions

fuzz: setup ## fuzz one parser: make fuzz TARGET=session SECONDS=60
	scripts/fuzz $(TARGET) $(SECONDS)

audit: ## look for known holes, unfit licences, unused dependencies and typing mistakes
	$(CARGO) deny check
	$(CARGO) machete
	typos

install: setup ## put pleach into ~/.cargo/bin
	$(CARGO) install --locked --path .

setup: ## install what the build needs, if something is missing
	@scripts/setup

clean: ## remove everything that was built
	$(CARGO) clean
