#!/usr/bin/env bash
# Runs the tests that `make test` has built, and shows what failed; with VERBOSE=1 everything. With REPORTS=FOLDER every
# part leaves an xUnit file there.
set -euo pipefail

cd "$(dirname "$0")/.."

log=.build/test.log
started=$SECONDS
# Tests that talk over sockets or start processes look at the time; those that compute, or commit to a disk, would starve
# them in one process.
talking='^(Brokers|Twins|Router|Runner|Acceptance)Tests\.'
sockets='^(Brokers|Twins)Tests\.'
ledgers='^(Router|Runner)Tests\.'
acceptance='^AcceptanceTests\.'
# Acceptance mostly waits, one test after the other: parts of it run beside the rest.
both='^AcceptanceTests\.Acceptance/(Both|LiveShare)'
shares='^AcceptanceTests\.Acceptance/(Share|Tinkoff|Midnight)'
rm -f "$log".[0-9]
printf '  running the tests (all of their output goes to %s)\n' "$log"
status=0

run() {
    local part=$1
    shift
    swift test -c release --disable-testable-imports --skip-build ${REPORTS:+--xunit-output "$REPORTS/$part.xml"} "$@" \
        >"$log.$part" 2>&1
}

# Two runs of the package manager would wait for each other: this starts the tests as it would.
start() {
    "$tests" --testing-library swift-testing ${REPORTS:+--xunit-output "$REPORTS/$1.xml"} --filter "$2" >"$log.$1" 2>&1
}

if [ $# -gt 0 ]; then
    run 1 "$@" || status=$?
else
    run 1 --skip "$talking" || status=$?
    tests=$(find .build/release/ -maxdepth 1 -name '*PackageTests.xctest' -print -quit)
    start 3 "$both" &
    half=$!
    {
        part=0
        start 4 "$sockets" || part=$?
        start 5 "$ledgers" || part=$?
        start 6 "$shares" || part=$?
        exit "$part"
    } &
    rest=$!
    # What runs in the background does not hear of Ctrl-C.
    trap 'pkill -P "$rest"; pkill -P "$half"; kill "$half" "$rest"; exit 130' INT TERM
    run 2 --filter "$acceptance" --skip "$both" --skip "$shares" || status=$?
    wait "$half" || status=$?
    wait "$rest" || status=$?
fi
cat "$log".[0-9] >"$log"
rm -f "$log".[0-9]

if [ -n "${VERBOSE:-}" ]; then
    cat "$log"
elif [ "$status" -ne 0 ]; then
    # The marks of Swift Testing for a failed test and its details, and whatever the runner itself complains of; suites
    # have Crash in their names, too.
    grep -aE '✘|^↳|error:|Fatal error|Crash' "$log" | grep -avE '^[◇✔]|^↳ (Testing Library|Target Platform)' ||
        tail -n 40 "$log"
fi

summary=$(grep -aE 'Test run with [0-9]+ tests?' "$log" | sed -E 's/^[^T]*//' | paste -sd ';' | sed 's/;/; /g')
if [ "$status" -eq 0 ] && [ -z "$summary" ]; then
    printf '  no test was run: see %s\n' "$log" >&2
    exit 1
fi
printf '  %s (%d s in all)\n' "${summary:-the run broke off: see $log}" $((SECONDS - started))
exit "$status"
