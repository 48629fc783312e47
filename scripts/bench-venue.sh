#!/usr/bin/env bash
# Measures the venue client against the local twin and writes the table of docs/performance.md.
set -euo pipefail

cd "$(dirname "$0")/.."

[ -n "${SKIP_BUILD:-}" ] ||
    scripts/build.sh -c release --explicit-target-dependency-import-check error --product venuebench >&2
exec .build/release/venuebench --page "${PAGE:-docs/performance.md}"
