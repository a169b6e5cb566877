#!/bin/sh
# Lints the contract with buf, and compares it with the last release (the newest tag v*), where there
# is one. buf comes from npm and stays below target/; `fetch` as an argument gets it and no more.
set -eu
cd "$(dirname "$0")/.."

version=1.75.0
tools=target/lint-tools
buf=$tools/node_modules/.bin/buf

if ! [ -x "$buf" ] || [ "$("$buf" --version)" != "$version" ]; then
    command -v npm >/dev/null || {
        echo "npm is needed to fetch buf (Debian, Ubuntu: apt-get install npm)." >&2
        exit 1
    }
    npm install --silent --no-audit --no-fund --no-save --prefix "$tools" "@bufbuild/buf@$version"
fi

[ "${1:-}" != fetch ] || exit 0

echo "buf lint proto"
"$buf" lint proto

release=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || true)
if [ -n "$release" ]; then
    echo "buf breaking proto --against $release"
    "$buf" breaking proto --against "$(git rev-parse --git-common-dir)#tag=$release,subdir=proto"
fi
