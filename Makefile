# Thin names for commands that anyone can type.
.PHONY: run test lint lint-rust lint-contract lint-dependencies bench fuzz

# A development server with everything it needs, below .stratum/; Ctrl-C stops it.
run:
	@sh .config/ensure-postgres.sh
	cargo run --release -- dev

# Every test. STRATUM_TEST_DATA names the shared data; tests that need it say so and skip without.
test:
	@sh .config/ensure-postgres.sh
	@if cargo nextest --version >/dev/null 2>&1; \
	then echo "cargo nextest run --workspace" && cargo nextest run --workspace; \
	else echo "cargo test --workspace" && cargo test --workspace; fi

# Formatting, lints, the contract, the dependencies.
lint: lint-rust lint-contract lint-dependencies

lint-rust:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

lint-contract:
	@sh .config/lint-proto.sh

lint-dependencies:
	@sh .config/lint-dependencies.sh

# Every benchmark, one figure a line: name, value, unit, between tabs. benches/README.md explains them.
bench:
	@sh .config/ensure-postgres.sh
	cargo bench --workspace --benches

# Longer runs of the tests that generate their cases; FUZZ_CASES says how many each gets.
fuzz:
	@sh .config/ensure-postgres.sh
	PROPTEST_CASES=$${FUZZ_CASES:-20000} STRATUM_CASES=$${FUZZ_CASES:-20000} cargo test --release --workspace
