#!/usr/bin/env bash
# Runs `swift build` with the given flags and shows each step with the time since the start.
set -euo pipefail

cd "$(dirname "$0")/.."

started=$SECONDS
on_terminal=0
[ -t 1 ] && on_terminal=1

elapsed() {
    local seconds=$((SECONDS - started))
    printf '%2d:%02d' $((seconds / 60)) $((seconds % 60))
}

steps='^(\[[0-9]+/[0-9]+\]|Fetch|Updat|Comput|Creat|Clon|Work|Check|Building|Planning|Build complete)'

# One line that is rewritten on a terminal; plain lines elsewhere. What is no step (an error) stays.
show() {
    local partial="" line="" step="starting" status
    while :; do
        status=0
        IFS= read -r -t 1 line || status=$?
        partial+=$line
        if [ "$status" -gt 128 ]; then
            [ "$on_terminal" -eq 1 ] && printf '\r\033[K  %s  %.100s' "$(elapsed)" "$step"
            continue
        fi
        [ "$status" -ne 0 ] && [ -z "$partial" ] && break
        if [[ $partial =~ $steps ]]; then
            step=$partial
            if [ "$on_terminal" -eq 1 ]; then
                printf '\r\033[K  %s  %.100s' "$(elapsed)" "$step"
            else
                printf '  %s  %s\n' "$(elapsed)" "$step"
            fi
        else
            [ "$on_terminal" -eq 1 ] && printf '\r\033[K'
            printf '%s\n' "$partial"
        fi
        partial=""
        [ "$status" -ne 0 ] && break
    done
    [ "$on_terminal" -eq 1 ] && printf '\r\033[K'
    return 0
}

if [ ! -d .build/release ]; then
    printf '  first build: about ten minutes on two cores, later ones take seconds\n'
fi
if swift build "$@" 2>&1 | show; then
    printf '  built in %s\n' "$(elapsed)"
else
    printf '  the build failed after %s\n' "$(elapsed)" >&2
    exit 1
fi
