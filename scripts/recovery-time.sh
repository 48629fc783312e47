#!/usr/bin/env bash
# How long a cold start takes on a ledger of 100,000 journal rows and more, made from the bundled bars played four times over.
set -euo pipefail

cd "$(dirname "$0")/.."
binary=${BINARY:-.build/release/aitrade}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/bars"
cp data_cache/bars/instruments.json "$work/bars/"
for name in BTCUSDT-1h DOGEUSDT-1h LINKUSDT-1h; do
    awk -F, -v OFS=, 'NR == 1 { print; next } { row[NR] = $0; time[NR] = $1 }
        END { span = time[NR] - time[2] + 3600000
              for (k = 0; k < 4; k++) for (i = 2; i <= NR; i++) { $0 = row[i]; $1 = sprintf("%.0f", time[i] + k * span); print } }' \
        "data_cache/bars/$name.csv" > "$work/bars/$name.csv"
done
"$binary" signals --bars "$work/bars" --out "$work/signals.bin" --assets BTCUSDT,DOGEUSDT,LINKUSDT --train-window 500 \
    --trade-window 400 --population 12 --generations 3 --seed 1 > "$work/train.log"
run=("$binary" run --loop --signals "$work/signals.bin" --bars "$work/bars" --state-dir "$work/state" --json)
"${run[@]}" > "$work/run.log"
"$binary" ledger verify --state-dir "$work/state"
start=$(date +%s.%N)
"${run[@]}" > /dev/null
end=$(date +%s.%N)
awk -v a="$start" -v b="$end" 'BEGIN { printf "  cold start, venue rebuilt, to the end of the data: %.2f s (promise: 5 s)\n", b - a }'
