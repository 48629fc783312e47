#!/usr/bin/env bash
# How long the watchdog takes to notice a runner that is killed (dead) or frozen (frozen), and to get its account flat.
# Prints one line of JSON for each case, with the watchdog's own report in it.
set -euo pipefail

cd "$(dirname "$0")/.."
binary=${BINARY:-$PWD/.build/release/aitrade}
work=$(mktemp -d)
runner=
cleanup() {
    [ -z "$runner" ] || kill -KILL "$runner" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT

mkdir "$work/bars"
cp data_cache/bars/instruments.json "$work/bars/"
head -2500 data_cache/bars/BTCUSDT-1h.csv >"$work/bars/BTCUSDT-1h.csv"
"$binary" signals --bars "$work/bars" --out "$work/signals.bin" --assets BTCUSDT --train-window 500 --trade-window 400 \
    --population 12 --generations 3 --seed 1 >"$work/train.log" 2>&1

[ $# -gt 0 ] || set -- dead frozen
for cause; do
    state="$work/$cause"
    mkdir "$state"
    "$binary" run --loop --signals "$work/signals.bin" --bars "$work/bars" --state-dir "$state" --sleep 0.2 \
        >"$work/run.log" 2>&1 &
    runner=$!
    for _ in $(seq 300); do
        grep -q '"state" *: *"running"' "$state/runner_heartbeat.json" 2>/dev/null && break
        sleep 0.1
    done
    signal=KILL
    [ "$cause" = dead ] || signal=STOP
    begun=$(date +%s.%N)
    kill "-$signal" "$runner"
    report=$("$binary" watchdog --on-stale flatten --max-age 15 --state-dir "$state" --json 2>"$work/alerts") || true
    seconds=$(awk -v a="$begun" -v b="$(date +%s.%N)" 'BEGIN { printf "%.2f", b - a }')
    kill -KILL "$runner" 2>/dev/null || true
    wait "$runner" 2>/dev/null || true
    runner=
    printf '{"cause":"%s","seconds":%s,"report":%s}\n' "$cause" "$seconds" "$(tr -d '\n' <<<"$report")"
done
