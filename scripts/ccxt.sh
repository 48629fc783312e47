#!/usr/bin/env bash
# Proves the twin with ccxt: both dialects, both position modes. Installs ccxt (pinned) into .build-ccxt when it is not
# there; without Python or a package index it says so and ends with 0, unless CCXT=required.
set -euo pipefail
cd "$(dirname "$0")/.."

version=4.5.90
program=${AITRADE:-.build/release/aitrade}

skip() {
    printf '\n  ccxt proof SKIPPED: %s\n\n' "$1" >&2
    [ "${CCXT:-}" = required ] && exit 1
    exit 0
}

command -v python3 >/dev/null || skip 'there is no python3'
[ -x "$program" ] || { printf 'ccxt proof: %s is missing: make build\n' "$program" >&2; exit 1; }
python=.build-ccxt/bin/python
if ! "$python" -c "import ccxt; assert ccxt.__version__ == '$version'" 2>/dev/null; then
    rm -rf .build-ccxt
    python3 -m venv .build-ccxt 2>/dev/null || skip 'python3 -m venv does not work here'
    timeout 110 "$python" -m pip install --quiet --disable-pip-version-check --only-binary :all: "ccxt==$version" ||
        skip "ccxt $version could not be installed within two minutes"
fi

lines=$(mktemp)
twin=
trap 'kill "$twin" 2>/dev/null || true; rm -f "$lines"' EXIT
for account in classic unified; do
    for positions in one-way hedge; do
        "$program" twin bitget --port 0 --account "$account" --positions "$positions" --no-limits --json \
            </dev/null >"$lines" &
        twin=$!
        for _ in $(seq 100); do
            grep -q '^}' "$lines" && break
            kill -0 "$twin" 2>/dev/null || { cat "$lines" >&2; exit 1; }
            sleep 0.1
        done
        eval "$("$python" - "$lines" <<'PYTHON'
import json, shlex, sys
for name, value in json.load(open(sys.argv[1]))["environment"].items():
    print(f"export {name}={shlex.quote(value)}")
PYTHON
)"
        timeout 100 "$python" scripts/ccxt_proof.py "$BITGET_BASE_URL" "$account" "$positions"
        kill "$twin"
        wait "$twin" || true
    done
done
