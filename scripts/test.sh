#!/usr/bin/env bash
# Runs the tests that `make test` has built, and shows what failed; with VERBOSE=1 everything.
set -euo pipefail

cd "$(dirname "$0")/.."

log=.build/test.log
started=$SECONDS
# Tests that talk over sockets or start processes look at the time; those that compute would starve them in one process.
talking='^(Brokers|Twins|Router|Runner|Acceptance)Tests\.'
printf '  running the tests (all of their output goes to %s)\n' "$log"
status=0
: >"$log"

run() {
    swift test -c release --disable-testable-imports --skip-build "$@" >>"$log" 2>&1 || status=$?
}

if [ $# -gt 0 ]; then
    run "$@"
else
    run --skip "$talking"
    run --filter "$talking"
fi

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
