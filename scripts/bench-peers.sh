#!/usr/bin/env bash
# Makes the private Python environment of the peers that indicators, sweeps and searches are measured against.
set -euo pipefail

cd "$(dirname "$0")/.."

venv=${SEARCH_VENV:-Benchmarks/.build/venv-search}
wanted=Benchmarks/peers/requirements-search.txt

if [ ! -x "$venv/bin/python" ] || ! cmp -s "$wanted" "$venv/installed.txt"; then
    printf '  installing the peers into %s\n' "$venv" >&2
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --requirement "$wanted" >&2
    cp "$wanted" "$venv/installed.txt"
fi
printf '  the peers are ready: make bench measures beside them\n' >&2
