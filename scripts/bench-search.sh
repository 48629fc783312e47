#!/usr/bin/env bash
# Runs W1, W2, W3, W5, the strategy family and the test of overfitting; beside the Python peers where `make bench-peers`
# has installed them, whose values are compared first. Then every target is printed as kept or missed (targets.json).
set -euo pipefail

cd "$(dirname "$0")/.."

bench=Benchmarks/.build/release/bench
work=$PWD/Benchmarks/.build/search
bars=${BARS:-100000}
runs=${RUNS:-5}
# Of what takes milliseconds, the best of many runs is what other programs disturbed least.
many=$((runs * 5))
seeds=${SEEDS:-20}
venv=${SEARCH_VENV:-Benchmarks/.build/venv-search}
log=$work/results.jsonl

[ -n "${SKIP_BUILD:-}" ] || scripts/build.sh --package-path Benchmarks -c release >&2
mkdir -p "$work"
"$bench" make-bars "$bars" --out "$work/bars.csv"
: >"$log"

keep() { "$@" | tee -a "$log"; }
ours() { keep "$bench" "$@" --csv "$work/bars.csv" --dump "$work"; }
theirs() { keep "$venv/bin/python" "Benchmarks/peers/$1" --csv "$work/bars.csv" --dump "$work" "${@:2}"; }

peers=0
[ -x "$venv/bin/python" ] && peers=1
[ "$peers" -eq 1 ] || printf '  without the Python peers: make bench-peers installs them\n' >&2

# The programs take turns, so that a machine that slows down slows all of them.
for _ in 1 2; do
    ours w1 --runs "$many"
    [ "$peers" -eq 0 ] || theirs w1_peers.py --runs "$many"
done
for threads in 1 2; do
    ours w2 --runs "$runs" --threads "$threads"
    [ "$peers" -eq 0 ] || theirs w2_peers.py --runs "$runs" --threads "$threads"
done
ours w3 --runs "$seeds" --exhaustive
if [ "$peers" -eq 1 ]; then
    theirs w3_deap.py --runs "$seeds"
    # The same number of evaluations as the peer spends, to compare what is found.
    ours w3 --runs "$seeds" --evaluations 2800 --label equal
fi
for genomes in 128 256 512; do ours family --runs "$many" --genomes "$genomes"; done
ours family --runs "$many" --threads 2
keep "$bench" overfitting --runs "$runs"
"$bench" make-bars 130000 --out "$work/w5.csv"
if [ -x .build/release/aitrade ]; then
    mkdir -p "$work/w5"
    keep python3 Benchmarks/peers/w5.py .build/release/aitrade "$work/w5.csv" "$work/w5"
fi
python3 Benchmarks/peers/compare_search.py "$work" "$log"
python3 Benchmarks/peers/plot_search.py "$log" "$work/linear.svg"
