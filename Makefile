# Everything a person does with this repository. The machine needs git, make, Python 3 and any Node with npm;
# all else is found or installed, outside the checkout, by `make setup`.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup tools build doctor up down status demo test

# The machine's own Node may be older than what we need: npm brings ours along.
NODE := node_modules/.bin/node
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' $(MAKEFILE_LIST) | expand -t 14

# npm writes this file last, so that an interrupted installation is done again.
node_modules/.package-lock.json: package-lock.json
	@command -v npm >/dev/null || { echo 'npm is missing: install Node 20 or later (https://nodejs.org)'; exit 1; }
	@# Quiet about the older Node that npm itself may run on.
	npm ci --loglevel=error
	@touch $@

tools: node_modules/.package-lock.json
	@$(NODE) infra/local/tools/main.ts install

build: node_modules/.package-lock.json
	@npm run --silent build

setup: tools build ## npm packages, every tool, the build

doctor: node_modules/.package-lock.json ## what is missing, and how to get it
	@$(NODE) infra/local/tools/main.ts doctor

up: setup ## start the local stack, or what of it does not run
	@$(NODE) infra/local/stack/main.ts up

down: ## stop the local stack; it forgets everything
	@$(NODE) infra/local/stack/main.ts down

status: ## what runs
	@$(NODE) infra/local/stack/main.ts status

demo: setup ## releases on the stack: a good one, one rolled back, one after a waiver, one blocked
	@$(NODE) infra/local/demo/prepare.ts
	@$(NODE) infra/local/stack/main.ts up
	@$(NODE) dist/infra/local/demo/main.js

test: setup ## every test, on a stack of its own
	@$(NODE) infra/local/test/main.ts
