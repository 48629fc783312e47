#!/usr/bin/env python3
"""Proves that the tests notice deliberate bugs.

All bugs of scripts/mutations.json are built into one scratch copy of the repository, each behind a switch that an
environment variable turns on; so one build is enough. Then the engine's tests and the chaos runs, or for a bug of the
room "search" the tests of signals and optimizer, of the room "shell" those of runner, router and storage, are started
once for each bug, and one of them has to fail.

    scripts/mutations.py                 every bug; prints a table and, with --write, puts it into docs/chaos.md
    scripts/mutations.py --only gate     those whose name contains the word
    scripts/mutations.py --check         only checks that every text to replace is still there, exactly once
    scripts/mutations.py --tree DIR      uses DIR instead of .build/mutations
    scripts/mutations.py --results FILE  keeps what was found in FILE and goes on there after an interruption

A bug is an expression `old` between the texts `before` and `after` of a file, and the wrong expression `new`. Exits with
1 when a bug is not noticed, and with 2 when one cannot be applied or the copy does not compile.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MARK = "<!-- mutations: written by scripts/mutations.py --write -->"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SUITES = {"engine": "^EngineTests", "chaos": "ChaosRunTests", "search": "^(SignalsTests|OptimizerTests)",
    "shell": r"^(Runner|Router|Storage)Tests\."}
# Which suites have to notice a bug, by the room it is in.
ROOMS = {"engine": ["engine", "chaos"], "search": ["search"], "shell": ["shell"]}
KEPT = {
    "Core", "Optimizer", "CSearchKernel", "SearchKernel", "SearchKernelV3", "SearchKernelV4", "Signals", "Simulator",
    "Engine", "Backtest", "Storage", "CZlib", "Brokers", "Router", "Runner", "EngineTests", "BacktestTests",
    "SignalsTests", "OptimizerTests", "RunnerTests", "RouterTests", "StorageTests",
}
SWITCH = """import Foundation

private let chosen = Int(ProcessInfo.processInfo.environment["AITRADE_MUTATION"] ?? "") ?? -1

/// Whether the deliberate bug of this number is turned on.
package func mutated(_ number: Int) -> Bool { number == chosen }
"""


def whole(bug):
    return bug.get("before", "") + bug["old"] + bug.get("after", "")


def problems(bugs):
    found = []
    names = [bug["name"] for bug in bugs]
    for bug in bugs:
        path = ROOT / bug["file"]
        count = path.read_text().count(whole(bug)) if path.is_file() else -1
        if count != 1:
            where = "the file is gone" if count < 0 else f"the text to replace is there {count} times"
            found.append(f"{bug['name']}: {bug['file']}: {where}; bring scripts/mutations.json up to date")
        if bug.get("room", "engine") not in ROOMS:
            found.append(f"{bug['name']}: {bug['room']}: no such room; use {', '.join(ROOMS)}")
        if names.count(bug["name"]) > 1:
            found.append(f"{bug['name']}: this name is used twice")
    return found


def prepare(tree, bugs):
    """A copy of the repository with every bug behind its switch, and only the targets that the suites need."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    contents = {name: (ROOT / name).read_bytes() for name in filter(None, names) if (ROOT / name).is_file()}
    for number, bug in enumerate(bugs):
        guarded = f"(mutated({number}) ? ({bug['new']}) : ({bug['old']}))"
        text = contents[bug["file"]].decode()
        if text.count(whole(bug)) != 1:
            sys.exit(f"{bug['name']}: another bug of the list changes the same text; make them apart")
        text = text.replace(whole(bug), bug.get("before", "") + guarded + bug.get("after", ""))
        if "import Core\n" not in text and not bug["file"].startswith("Sources/Core/"):
            text = "import Core\n" + text
        contents[bug["file"]] = text.encode()
    contents["Sources/Core/Mutation.swift"] = SWITCH.encode()
    contents["Package.swift"] = trimmed(contents["Package.swift"].decode()).encode()
    for name, content in contents.items():
        target = tree / name
        if not target.is_file() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def trimmed(manifest):
    head, rest = manifest.split("    targets: [\n", 1)
    body, tail = rest.split("\n    ],\n    swiftLanguageModes", 1)
    items, current, depth = [], "", 0
    for line in body.split("\n"):
        current += line + "\n"
        code = line.split("//")[0]
        depth += sum(code.count(c) for c in "([") - sum(code.count(c) for c in ")]")
        if depth == 0:
            items.append(current)
            current = ""
    name = re.compile(r'(?:room|tests|systemLibrary|\w*[tT]arget)\(\s*(?:name:\s*)?"(\w+)"')
    kept = [item for item in items if (found := name.search(item)) and found.group(1) in KEPT]
    return head + "    targets: [\n" + "".join(kept) + "    ],\n    swiftLanguageModes" + tail


def run(command, tree, timeout, number=None):
    environment = dict(os.environ)
    if number is not None:
        environment["AITRADE_MUTATION"] = str(number)
    try:
        done = subprocess.run(
            command, cwd=tree, capture_output=True, text=True, errors="replace", timeout=timeout, env=environment)
        return done.returncode, COLOUR.sub("", done.stdout + done.stderr)
    except subprocess.TimeoutExpired as late:
        parts = [part.decode(errors="replace") if part else "" for part in (late.stdout, late.stderr)]
        return None, COLOUR.sub("", "".join(parts))


def build(tree):
    flags = ["-c", "release", "--explicit-target-dependency-import-check", "error"]
    status, output = run(["swift", "build", *flags, "--build-tests"], tree, 3600)
    if status != 0:
        errors = "\n".join(line for line in output.split("\n") if "error:" in line)
        print(f"the copy with the bugs does not compile:\n{errors[:4000]}", file=sys.stderr)
        sys.exit(2)


def witness(status, output):
    """Who noticed: the first failed tests, the precondition that stopped the process, or the clock."""
    if status == 0:
        return None
    tests = list(dict.fromkeys(re.findall(r"✘ Test (\w+)\(", output)))
    trap = re.search(r"(?:Fatal error|Precondition failed): ([^\n]+)", output)
    if tests:
        return ", ".join(f"`{test}`" for test in tests[:2]) + (f" and {len(tests) - 2} more" if len(tests) > 2 else "")
    if trap:
        return f"precondition: {trap.group(1).strip()}"
    return "it never ends" if status is None else "a precondition stops the process"


def try_suite(suite, tree, patience, number=None):
    # The test program itself: `swift test` would look at the whole package again for every bug.
    program = ".build/release/AiTradePackageTests.xctest"
    command = [program, "--testing-library", "swift-testing", "--filter", SUITES[suite]]
    return witness(*run(command, tree, patience, number))


def measure(used, tree):
    """How long each suite is waited for with a bug turned on: many times what it takes without one."""
    patience = {}
    for suite in used:
        started = time.monotonic()
        if try_suite(suite, tree, 600):
            print(f"without any bug turned on, {suite} should pass", file=sys.stderr)
            sys.exit(2)
        patience[suite] = 60 + 6 * (time.monotonic() - started)
    return patience


def suites(bug):
    return ROOMS[bug.get("room", "engine")]


def table(bugs, found):
    headings = {
        "engine": ["| bug | in | noticed by the engine's tests | noticed by the chaos runs |", "|---|---|---|---|"],
        "search": ["| bug | in | noticed by the tests of signals and optimizer |", "|---|---|---|"],
        "shell": ["| bug | in | noticed by the tests of runner, router and storage |", "|---|---|---|"],
    }
    parts = []
    for room, lines in headings.items():
        for bug in [bug for bug in bugs if bug.get("room", "engine") == room]:
            cells = [found[bug["name"]].get(suite) or "-" for suite in suites(bug)]
            lines.append(f"| {bug['bug']} | `{pathlib.Path(bug['file']).name}` | {' | '.join(cells)} |")
        if len(lines) > 2:
            parts.append("\n".join(lines))
    return "\n\n".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="")
    parser.add_argument("--tree", type=pathlib.Path, default=ROOT / ".build" / "mutations")
    parser.add_argument("--results", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=1_000)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    bugs = json.loads((ROOT / "scripts" / "mutations.json").read_text())
    if wrong := problems(bugs):
        print("\n".join(wrong), file=sys.stderr)
        return 2
    print(f"  {len(bugs)} deliberate bugs, each can be applied", flush=True)
    if options.check:
        return 0
    found = json.loads(options.results.read_text()) if options.results and options.results.is_file() else {}
    prepare(options.tree, bugs)
    started = time.monotonic()
    build(options.tree)
    print(f"  built in {time.monotonic() - started:.0f} s", flush=True)
    wanted = [(number, bug) for number, bug in enumerate(bugs) if options.only in bug["name"]]
    used = [suite for suite in SUITES if any(suite in suites(bug) for _, bug in wanted)]
    patience = measure(used, options.tree)
    for number, bug in [pair for pair in wanted if pair[1]["name"] not in found][:options.limit]:
        found[bug["name"]] = {
            suite: try_suite(suite, options.tree, patience[suite], number) for suite in suites(bug)
        }
        verdict = "noticed" if any(found[bug["name"]].values()) else "NOT NOTICED"
        print(f"  {number + 1}/{len(bugs)} {bug['name']}: {verdict} {found[bug['name']]}", flush=True)
        if options.results:
            options.results.write_text(json.dumps(found, indent=1))
    done = [bug for _, bug in wanted if bug["name"] in found]
    text = table(done, found)
    print(text)
    if options.write:
        page = ROOT / "docs" / "chaos.md"
        head, _, _ = page.read_text().partition(MARK)
        page.write_text(f"{head}{MARK}\n{text}\n")
    missed = [bug["name"] for bug in done if not any(found[bug["name"]].values())]
    if missed:
        print(f"not noticed: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
