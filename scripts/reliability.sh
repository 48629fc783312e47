#!/usr/bin/env bash
# Runs everything that a promise of docs/reliability.md rests on, and writes the page.
#   QUICK=1   a twentieth of the seeds, no acceptance tests: a few minutes
#   SEEDS, FEW, CRASHES   other ranges than 0..999 storms, 0..99 of every scenario twice, 200 seeds of crash points
#   ONLY=simulations   runs the simulations alone; every other figure stays as the last whole run left it
#   PEERS=1   beside Python's backtesters, installed into an environment of their own
set -euo pipefail

cd "$(dirname "$0")/.."

results=Benchmarks/.build/reliability
bench=Benchmarks/.build/release/bench
aitrade=.build/release/aitrade
started=$SECONDS
notes=()

step() { printf '%3d:%02d  %s\n' $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60)) "$1"; }

if [ -n "${ONLY:-}" ]; then
    [ "$ONLY" = simulations ] || {
        printf '  ONLY=%s is not known: simulations\n' "$ONLY" >&2
        exit 64
    }
    [ -f "$results/crashes.json" ] || {
        printf '  there is no whole run to keep the other figures of: run make reliability first\n' >&2
        exit 64
    }
    notes+=('the simulations were run again, the other figures are those of the last whole run')
else
    rm -rf "$results"
    mkdir -p "$results"
fi

step 'building the program and the tests'
scripts/build.sh -c release --explicit-target-dependency-import-check error --build-tests
step 'building the benchmarks'
scripts/build.sh --package-path Benchmarks -c release

filter=()
seeds=${SEEDS:-0..999}
few=${FEW:-0..99}
crashes=${CRASHES:-200}
[ "$few$crashes" = 0..99200 ] || notes+=("every scenario with seeds $few, crash points with $crashes seeds")
if [ -n "${QUICK:-}" ]; then
    filter=(--skip AcceptanceTests)
    seeds=0..49
    few=0..4
    crashes=10
    notes+=("QUICK: seeds $seeds, no acceptance tests")
fi

run_tests() {
    step 'running the tests'
    REPORTS=$PWD/$results scripts/test.sh "${filter[@]}" || notes+=('some tests failed')

    step "crashing the runner at every numbered point, $crashes seeds"
    AITRADE_CRASH_SEEDS=$crashes AITRADE_CRASH_REPORT="$PWD/$results/crashes.json" \
        scripts/test.sh --filter CrashPointTests || notes+=('a crash changed the end')
    step 'killing and freezing a runner under the watchdog'
    scripts/watchdog-time.sh dead frozen | tee "$results/watches.jsonl" || notes+=('the watchdog was not measured')
}

simulate() {
    step "simulating chaos, seeds $seeds"
    "$aitrade" simulate --seeds "$seeds" --json >"$results/simulate.json" || notes+=('a seed failed')
    step "simulating every scenario of chaos, seeds $few, twice"
    "$aitrade" simulate --scenario all --seeds "$few" --json >"$results/simulate-all.json" || notes+=('a seed failed')
    "$aitrade" simulate --scenario all --seeds "$few" --threads 1 --json >"$results/simulate-again.json" || true
}

measure() {
    step 'measuring the runner: signal to order, cold start, engine steps, gate, commits'
    "$bench" runner | tee -a "$results/bench.jsonl"
    for factor in 2 10; do
        step "24 simulated hours at ${factor}x the largest bundled day"
        "$bench" soak --factor "$factor" | tee -a "$results/bench.jsonl"
    done

    step 'measuring backtests'
    [ -n "${PEERS:-}" ] || notes+=('without the Python peers')
    SKIP_BUILD=1 scripts/bench.sh | tee -a "$results/bench.jsonl"
}

[ -n "${ONLY:-}" ] || run_tests
simulate
[ -n "${ONLY:-}" ] || measure

step 'writing docs/reliability.md'
note=$(printf '%s; ' "${notes[@]+"${notes[@]}"}")
"$bench" report --results "$results" --out docs/reliability.md ${notes[@]+--note "${note%; }"}
