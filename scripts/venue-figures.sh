#!/usr/bin/env bash
# Measures the venue client on loopback and prints the figures of docs/performance.md.
set -euo pipefail

cd "$(dirname "$0")/.."

[ -n "${SKIP_BUILD:-}" ] || scripts/build.sh -c release --explicit-target-dependency-import-check error --build-tests >&2
FIGURES=1 swift test -c release --disable-testable-imports --skip-build --filter BitgetFigures 2>&1 |
    sed -n 's/^FIGURE /  /p; /✘/p'
