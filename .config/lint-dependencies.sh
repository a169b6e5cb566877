#!/bin/sh
# Bans, licences and sources of the dependencies, by cargo-deny where it is installed. It takes
# minutes to build, so it is not fetched here; without it bans and sources are checked all the same.
set -eu
cd "$(dirname "$0")/.."

if cargo deny --version >/dev/null 2>&1; then
    echo "cargo deny check bans licenses sources"
    exec cargo deny check --config .config/deny.toml bans licenses sources
fi

echo "cargo-deny is not installed (cargo install --locked cargo-deny): licences are not checked here." >&2
failed=0
foreign=$(grep '^source = ' Cargo.lock | grep -v '"registry+https://github.com/rust-lang/crates.io-index"' || true)
if [ -n "$foreign" ]; then
    echo "Cargo.lock names sources other than crates.io:" >&2
    echo "$foreign" >&2
    failed=1
fi
# A crate may stand in Cargo.lock for a feature that nobody turns on, so the tree is asked.
for crate in $(sed -n 's/^ *{ crate = "\([^"]*\)".*/\1/p' .config/deny.toml); do
    if cargo tree --quiet --workspace --target all --edges all --invert "$crate" 2>/dev/null | grep -q .; then
        echo "$crate is banned, and yet in the tree (cargo tree --target all --invert $crate)." >&2
        failed=1
    fi
done
[ "$failed" -eq 0 ] && echo "banned crates and foreign sources: none"
exit "$failed"
