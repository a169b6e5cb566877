#!/bin/sh
# Makes sure that PostgreSQL's server programs are on this machine, as `make run` and `make test`
# need them. Says nothing and takes milliseconds where they are; installs Debian's package where
# it can; says what to do elsewhere. Looks where src/db/cluster/binaries.rs does.
set -eu

oldest=15

# A server of one's own choice makes the private cluster needless.
[ -z "${DATABASE_URL:-}" ] || exit 0

# Whether a directory has the programs, new enough.
usable() {
    [ -x "$1/initdb" ] && [ -x "$1/postgres" ] || return 1
    version=$("$1/postgres" --version) || return 1
    version=${version##*(PostgreSQL) }
    major=${version%%[!0-9]*}
    [ "${major:-0}" -ge "$oldest" ]
}

installed() {
    if [ -n "${PG_BIN:-}" ]; then
        usable "$PG_BIN"
        return
    fi
    for directory in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
        /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin; do
        usable "$directory" && return 0
    done
    on_path=$(command -v postgres) && usable "$(dirname "$(readlink -f "$on_path")")"
}

give_up() {
    echo "$1" >&2
    echo "PostgreSQL $oldest or newer is needed (initdb and postgres; no running server). Install" >&2
    echo "  Debian, Ubuntu: apt-get install postgresql" >&2
    echo "  Fedora:         dnf install postgresql-server" >&2
    echo "  macOS:          brew install postgresql@17" >&2
    echo "or name the programs' directory in PG_BIN, or an existing server in DATABASE_URL." >&2
    exit 1
}

installed && exit 0
[ -z "${PG_BIN:-}" ] || give_up "PG_BIN=$PG_BIN has no PostgreSQL $oldest or newer."
command -v apt-get >/dev/null || give_up "No PostgreSQL found, and no apt-get to install it."

as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || give_up "No PostgreSQL found, and no right to install it."
    as_root=sudo
fi
echo "Installing PostgreSQL (Debian package postgresql) ..." >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install="env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends postgresql"
# A machine whose package lists are fresh needs no update; a bare container has none at all.
if ! $as_root $install >"$log" 2>&1; then
    { $as_root apt-get update && $as_root $install; } >"$log" 2>&1 || {
        cat "$log" >&2
        give_up "apt-get could not install it."
    }
fi
installed || give_up "What apt-get installed is no PostgreSQL $oldest or newer."
