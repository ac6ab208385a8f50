# Everything that is done with this repository, one target each; `make` alone lists them.
# `run` and `test` do all the set-up themselves (scripts/setup).

CARGO ?= cargo

.DEFAULT_GOAL := help
.PHONY: help run test lint fmt bench-engine bench-latency bench-frame bench-replay docs oracles install setup clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

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

oracles: setup ## export in every format and load it with the real trainers (installs them; about 6 GB)
	CARGO="$(CARGO)" oracles/run.sh

bench-replay: setup ## measure opening, replay and seeks of a session of 1,000,000 operations
	$(CARGO) bench --locked --bench replay

install: setup ## put pleach into ~/.cargo/bin
	$(CARGO) install --locked --path .

setup: ## install what the build needs, if something is missing
	@scripts/setup

clean: ## remove everything that was built
	$(CARGO) clean
