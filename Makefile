# Breakwater. `make help` lists what there is.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# dev: tests, and the node they run; quick to build. production: what operators run.
PROFILE ?= dev
# What `make bench` measures: all, core or network.
WHAT ?= all
# Where cargo builds. Point CARGO_TARGET_DIR at a cache to share one build between clones.
export CARGO_TARGET_DIR ?= $(CURDIR)/target

CARGO := scripts/with-toolchain.sh cargo
NODE := $(CARGO_TARGET_DIR)/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))/breakwater-node
export BREAKWATER_NODE := $(NODE)

.PHONY: help setup setup-build build run lab test lint fmt bench fuzz e2e network docker weights clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  \033[1mmake %-10s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what building and testing needs and is missing
	@scripts/setup.sh

setup-build:
	@scripts/setup.sh build

build: setup-build ## Build the node (PROFILE=dev, or PROFILE=production for operators)
	@scripts/build.sh $(PROFILE)

run: setup build ## Build, start a development chain, play a crash on it, and show it in the browser
	@scripts/run.sh

lab: build ## Build the stress lab, and show what it can do (docs/lab.md)
	@$(CARGO_TARGET_DIR)/debug/lab --help

test: ## Everything from nothing: install, build, unit, end-to-end and network tests
	@scripts/test.sh

e2e: setup build ## Test the running node with client libraries, and its prices with replay servers
	@scripts/e2e.sh

network: setup build ## Break a four-validator network in every way we know (15 minutes)
	@scripts/network.sh

# The core is measured without the node.
bench: setup $(if $(filter core,$(WHAT)),,build) ## Measure risk core and four validators (40 minutes); WHAT=core or network for one
	@scripts/bench.sh $(WHAT)

weights: setup-build ## Measure what pallets cost and write it down (PALLET=oracle for one; 40 minutes the first time)
	@scripts/weights.sh $(PALLET)

fuzz: setup-build ## Attack the risk core with fuzzers and property tests (an hour; FUZZ_MINUTES=60)
	@scripts/fuzz.sh

lint: setup ## Check format, clippy, shell scripts and Dockerfile
	@scripts/lint.sh

fmt: setup-build ## Format the Rust code
	@$(CARGO) fmt --all

docker: ## Build the container image and try it
	@scripts/docker.sh

clean: ## Remove everything built; the next build takes as long as the first
	rm -rf $(CARGO_TARGET_DIR) clients/node_modules zombienet/node_modules
