#!/usr/bin/env bash
# Checks the Swift version and installs the system libraries that are linked: SQLite (the ledger) and zlib (.csv.gz).
set -euo pipefail

minimum_major=6
minimum_minor=2

fail() {
    printf 'setup: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '       %s\n' "$line" >&2; done
    exit 1
}

check_swift() {
    local remedy=(
        "Install Swift ${minimum_major}.${minimum_minor} or newer: https://www.swift.org/install/linux/"
        "or with swiftly: swiftly install latest && swiftly use latest"
    )
    command -v swift >/dev/null 2>&1 || fail "there is no 'swift' in PATH." "${remedy[@]}"

    local text version major minor
    text=$(swift --version 2>&1) || fail "'swift --version' fails: ${text}" "${remedy[@]}"
    version=$(sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' <<<"$text" | head -n 1)
    [ -n "$version" ] || fail "the version of Swift cannot be read from: ${text}" "${remedy[@]}"
    major=${version%%.*}
    minor=${version#*.}
    if ((major < minimum_major || (major == minimum_major && minor < minimum_minor))); then
        fail "Swift ${version} is too old." "${remedy[@]}"
    fi
    printf '  Swift %s\n' "$version"
}

# Prints the packages whose header is not there.
missing_packages() {
    local pair header
    for pair in "sqlite3.h libsqlite3-dev" "zlib.h zlib1g-dev"; do
        header=${pair%% *}
        if [ ! -e "/usr/include/${header}" ] && [ ! -e "/usr/local/include/${header}" ]; then
            printf '%s\n' "${pair#* }"
        fi
    done
}

install_packages() {
    local missing=() as_root=()
    mapfile -t missing < <(missing_packages)
    if [ "${#missing[@]}" -eq 0 ]; then
        printf '  system libraries: all there\n'
        return
    fi
    command -v apt-get >/dev/null 2>&1 ||
        fail "missing: ${missing[*]} (names of Debian and Ubuntu), and there is no apt-get." \
            "Install SQLite and zlib with their headers by your system's package manager, then run this again."
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 ||
            fail "missing: ${missing[*]}, and there is no sudo." \
                "As root: apt-get update && apt-get install -y ${missing[*]}"
        as_root=(sudo)
    fi
    printf '  installing: %s\n' "${missing[*]}"
    "${as_root[@]}" apt-get update -q ||
        fail "apt-get update failed." "Look at its message above; a network is needed once."
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${missing[@]}" ||
        fail "apt-get could not install ${missing[*]}." "Look at its message above."
    mapfile -t missing < <(missing_packages)
    [ "${#missing[@]}" -eq 0 ] || fail "still missing after the installation: ${missing[*]}"
}

check_swift
install_packages
