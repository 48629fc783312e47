#!/usr/bin/env bash
# Runs the tests that `make test` has built, and shows what failed; with VERBOSE=1 everything.
set -euo pipefail

cd "$(dirname "$0")/.."

log=.build/test.log
started=$SECONDS
# Tests that talk over sockets or start processes look at the time; those that compute would starve them in one process.
talking='^(Brokers|Twins|Router|Runner|Acceptance)Tests\.'
# Acceptance mostly waits, one test after the other: half of it runs beside the rest.
beside='^AcceptanceTests\.Acceptance/(Both|Share|LiveShare|Tinkoff)'
printf '  running the tests (all of their output goes to %s)\n' "$log"
status=0

run() {
    local part=$1
    shift
    swift test -c release --disable-testable-imports --skip-build "$@" >"$log.$part" 2>&1
}

if [ $# -gt 0 ]; then
    run 1 "$@" || status=$?
else
    run 1 --skip "$talking" || status=$?
    # Two runs of the package manager would wait for each other: the second starts the tests as it would.
    tests=$(find .build/release/ -maxdepth 1 -name '*PackageTests.xctest' -print -quit)
    "$tests" --testing-library swift-testing --filter "$beside" >"$log.3" 2>&1 &
    run 2 --filter "$talking" --skip "$beside" || status=$?
    wait $! || status=$?
fi
cat "$log".[0-9] >"$log"
rm -f "$log".[0-9]

if [ -n "${VERBOSE:-}" ]; then
    cat "$log"
elif [ "$status" -ne 0 ]; then
    # The marks of Swift Testing for a failed test and its details, and whatever the runner itself complains of.
    grep -aE '✘|^↳|error:|Fatal error|Crash' "$log" || tail -n 40 "$log"
fi

summary=$(grep -aE 'Test run with [0-9]+ tests?' "$log" | sed -E 's/^[^T]*//' | paste -sd ';' | sed 's/;/; /g')
if [ "$status" -eq 0 ] && [ -z "$summary" ]; then
    printf '  no test was run: see %s\n' "$log" >&2
    exit 1
fi
printf '  %s (%d s in all)\n' "${summary:-the run broke off: see $log}" $((SECONDS - started))
exit "$status"
