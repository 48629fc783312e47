#!/usr/bin/env bash
# Runs W4 and prints one JSON line per measurement; with PEERS=1 beside the Python peers, whose trades must be equal.
set -euo pipefail

cd "$(dirname "$0")/.."

bench=Benchmarks/.build/release/bench
work=Benchmarks/.build/w4
bars=${BARS:-100000}
runs=${RUNS:-5}
venv=${VENV:-Benchmarks/.build/venv}

[ -n "${SKIP_BUILD:-}" ] || scripts/build.sh --package-path Benchmarks -c release >&2
mkdir -p "$work"
"$bench" make-bars "$bars" --out "$work/bars.csv"

if [ -z "${PEERS:-}" ]; then
    printf '  the Python peers are left out: PEERS=1 runs them in a Python environment of their own\n' >&2
    exec "$bench" w4 --csv "$work/bars.csv" --runs "$runs" --dump "$work"
fi

if [ ! -x "$venv/bin/python" ]; then
    printf '  installing the peers into %s\n' "$venv" >&2
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --requirement Benchmarks/peers/requirements.txt >&2
fi

# The programs take turns, so that a machine that slows down slows all of them.
for rules in normal busy; do
    for _ in $(seq "${PEER_RUNS:-3}"); do
        "$bench" w4 --csv "$work/bars.csv" --runs "$runs" --dump "$work" --case "$rules"
        "$venv/bin/python" Benchmarks/peers/w4_backtesting.py --csv "$work/bars.csv" --dump "$work" --case "$rules"
        "$venv/bin/python" Benchmarks/peers/w4_nautilus.py --csv "$work/bars.csv" --dump "$work" --case "$rules"
    done
    cmp "$work/aitrade-$rules-stop-first.csv" "$work/backtesting.py-$rules-stop-first.csv"
    cmp "$work/aitrade-$rules-levels.csv" "$work/nautilus_trader-$rules-levels.csv"
    printf '  %s: the trades of all programs are equal\n' "$rules" >&2
done
