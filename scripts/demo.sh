#!/usr/bin/env bash
# From the bundled bars to a signals artifact, and from the artifact through the runner into a ledger.
# It keeps its own folders, so that a first start by hand begins at the beginning.
set -euo pipefail

cd "$(dirname "$0")/.."

aitrade=.build/release/aitrade
asset=${ASSET:-BTCUSDT}
artifact=data_cache/demo/production_signals_v1.bin
default_artifact=data_cache/production_signals_v1.bin
given=data_cache/demo/given.bin
state=state/demo
threads=()
[ -n "${THREADS:-}" ] && threads=(--threads "$THREADS")
interval=()
[ -e "data_cache/bars/${asset}-1h.csv" ] || interval=(--interval 1d)

step() { printf '\n== %s\n   %s\n\n' "$1" "$2"; }

mkdir -p "$(dirname "$artifact")" "$state"

step "1. Signals: walk-forward training on recorded bars of ${asset}" \
    "$aitrade signals --mode walk --assets $asset${interval[*]:+ ${interval[*]}} --out $artifact --reset"
"$aitrade" signals --mode walk --assets "$asset" ${interval[@]+"${interval[@]}"} --out "$artifact" --reset \
    ${threads[@]+"${threads[@]}"}

step "2. Runner: the same signals through risk gate, router, simulated broker and ledger" \
    "$aitrade run --loop --assets $asset --mode backtest --signals $artifact --state-dir $state --new --release daily"
# A kill switch that was tried out in the demo's folder would halt the next demo.
"$aitrade" kill --release --state-dir "$state" >/dev/null 2>&1
# Every limit holds as it would live. A broken loss limit stops trading until a person releases it; over months of bars
# that person is an operator who looks once a day (--release daily).
"$aitrade" run --loop --assets "$asset" --mode backtest --signals "$artifact" --state-dir "$state" --new \
    --release daily

step "3. Books: every journal row, fill and position checked" "$aitrade ledger verify --state-dir $state"
"$aitrade" ledger verify --state-dir "$state"

# The commands below read the default artifact: give it this one, unless one of your own is there.
if [ ! -e "$default_artifact" ] || cmp -s "$default_artifact" "$given"; then
    cp "$artifact" "$given"
    cp "$artifact" "$default_artifact.part"
    mv "$default_artifact.part" "$default_artifact"
fi

next() { printf '   %-64s %s\n' "$1" "$2"; }

printf '\n== What to try next\n'
next "$aitrade run --loop --assets $asset --sleep 1" "replays a bar a second into state/"
next "$aitrade kill --reason \"trying it out\"" "in another terminal: halts it, flat and proven"
next "$aitrade why $asset" "the rule that stands in the way, with its figures"
next "$aitrade status" "what it holds, and why it does or does not trade"
next "$aitrade kill --release" "lets it run again"
next "make demo ASSET=SBER" "another asset: LINKUSDT, DOGEUSDT, SBER, GAZP, LKOH"
next "$aitrade --help" "every command, with an example each"
