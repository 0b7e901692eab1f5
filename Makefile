# Everyday commands. `make` alone lists them.

SHELL := /bin/bash
CARGO ?= cargo

.PHONY: help
help: ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

.PHONY: setup
setup: ## Find or install what building and running need
	@scripts/setup run

.PHONY: run
run: setup ## Build and start the server with its own PostgreSQL (ARGS="--demo" fills it)
	$(CARGO) run --release -p archivist-app --bin archivist -- serve $(ARGS)

.PHONY: demo
demo: ## Build and start the server with a fictional nonprofit in ./data-demo
	$(MAKE) run ARGS="--demo --data data-demo $(ARGS)"

# Documentation is built from crates that are checked alone; the linter builds what the tests run.
.PHONY: test
test: export RUSTC_WORKSPACE_WRAPPER = $(CURDIR)/scripts/linting-rustc
test: setup-test compose format docs linted unit ## Run everything: formatting, clippy, documentation, all tests

.PHONY: setup-test
setup-test:
	@scripts/setup test

# The client alone can read the file; it needs no engine.
.PHONY: compose
compose: ## Check compose.yaml, where docker's client is installed
	@if docker compose version >/dev/null 2>&1; then docker compose --profile test config --quiet; \
	elif docker-compose version >/dev/null 2>&1; then docker-compose --profile test config --quiet; fi

.PHONY: format
format:
	$(CARGO) fmt --all --check

.PHONY: lint
lint: ## Clippy alone, with warnings as errors
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

.PHONY: linted
linted:
	$(CARGO) test --no-run --workspace --all-targets --locked

.PHONY: docs
docs: ## Build the API documentation of the code
	RUSTC_WORKSPACE_WRAPPER= RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked --quiet

# Tests wait for PostgreSQL and browsers as much as they compute: one more than there are processors.
TEST_THREADS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))

# Documentation examples first, so that the runner's summary closes the output. Programs in `examples/`
# are no tests.
.PHONY: unit
unit: ## All tests on real PostgreSQL (with cargo-nextest where it is installed)
	$(CARGO) test --workspace --doc --locked --quiet
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
		$(CARGO) nextest run --workspace --locked --lib --bins --tests --test-threads $(TEST_THREADS) && \
		if [ -n "$$TESTBED_REPORT" ]; then $(CARGO) run --quiet --locked -p pg-testbed --bin testbed report; fi; \
	else \
		$(CARGO) test --workspace --locked --lib --bins --tests; \
	fi

.PHONY: clients
clients: ## Suites of other languages' clients against testbed serve (needs Python and Node.js)
	libs/pg-endpoint/tests/clients/run

# SEED=7 for other requests, SECONDS_EACH=900 for more of them.
.PHONY: fuzz
fuzz: ## Make requests up from the OpenAPI document: no 5xx, nothing undocumented (needs Python; five minutes)
	scripts/fuzz

# ENTRIES="pdf html" for some of the parsers only, SEED=7 for other files.
.PHONY: fuzz-readers
fuzz-readers: ## Give mutated files to every parser, SECONDS_EACH=60 to each; findings stay in target/fuzz-readers
	$(CARGO) run --release --locked -p archivist-ingest --example fuzz_readers -- \
		$(or $(SECONDS_EACH),60) target/fuzz-readers $(ENTRIES)

.PHONY: coverage
coverage: ## Lines covered by the tests, for each crate (takes a while; ARGS="-p pg-testbed" for one)
	scripts/coverage $(ARGS)

# For instance: make test-postgres VERSION=18
.PHONY: test-postgres
test-postgres: ## Test the libraries and the schema on another PostgreSQL (VERSION=15 to 18)
	dir=$$(scripts/postgres $(VERSION)) && export PG_BIN_DIR="$$dir" && \
	$(CARGO) test --locked -p pg-cluster -p pg-catalog -p pg-endpoint -p pg-testbed --lib --bins --tests && \
	$(CARGO) test --locked -p archivist-app --test it -- schema:: parity::

# The figures are those of compose.yaml; no container engine is needed. For instance:
# make test-server VERSION=18 RUN="cargo nextest run -p pg-testbed"
.PHONY: test-server
test-server: ## All tests on a server that is named, as compose.yaml has it; it is left as it was found
	VERSION="$(VERSION)" scripts/test-server $(or $(RUN),$(MAKE) unit)

.PHONY: sqlx
sqlx: ## Check the queries against the migrations and write .sqlx/ anew
	scripts/sqlx

.PHONY: schema
schema: ## Write the schema contract anew from the migrations
	scripts/schema

.PHONY: audit
audit: ## Licences and advisories of dependencies (needs cargo-deny)
	$(CARGO) deny check

.PHONY: bench-testbed
bench-testbed: ## Time scratch databases in every mode against sqlx::test, in our schema
	$(CARGO) bench -p pg-testbed --bench compare -- --migrations "$(CURDIR)/crates/store/migrations" \
		--insert "INSERT INTO users (email, role, hashed_password) VALUES ('ada@example.org', 'writer', '')" \
		--count "SELECT count(*) FROM users"

.PHONY: bench-api
bench-api: ## The API under load on 20,000 outputs (ARGS="--seconds 2" …; docs/testing.md)
	$(CARGO) bench -p archivist-app --bench api -- $(ARGS)

.PHONY: bench-freshness
bench-freshness: ## How soon two servers find a document, and no longer one that was deleted
	$(CARGO) bench -p archivist-app --bench api -- --freshness $(or $(DOCUMENTS),100)
