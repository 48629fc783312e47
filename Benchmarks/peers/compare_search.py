"""Compares the dumped values of W1 and W2, then holds every measurement against its target.

compare_search.py FOLDER LOG [--json]: prints a table, or one JSON document with --json, which is written to
FOLDER/targets.json in any case. The exit code is 1 where values differ or a peer's search found more; a target that is
missed is printed as missed and changes nothing else, because a busy machine misses what a quiet one keeps.
"""
import csv
import json
import math
import statistics
import sys

folder, log = sys.argv[1], sys.argv[2]
as_json = "--json" in sys.argv[3:]
lines = [json.loads(line) for line in open(log)]
targets, notes = [], []
INDICATORS = ["ema21", "rsi14", "atr14", "macd", "bbands20", "stoch", "adx14", "zvol50", "vwap30"]
FAMILY_LIMITS = {"avx512": 1.5, "avx2": 3.0}


def table(name):
    with open(f"{folder}/{name}") as file:
        rows = list(csv.reader(file))
    return rows[0], rows[1:]


def equal(mine, theirs, what):
    (names, rows), (other_names, other_rows) = table(mine), table(theirs)
    assert names == other_names and len(rows) == len(other_rows), f"{what}: other columns or rows"
    worst = 0.0
    for row, other in zip(rows, other_rows):
        for left, right in zip(map(float, row), map(float, other)):
            assert math.isnan(left) == math.isnan(right), f"{what}: a value is missing in one of them"
            if not math.isnan(left):
                worst = max(worst, abs(left - right) / max(1.0, abs(right)))
    assert worst < 1e-9, f"{what}: values differ by {worst}"
    notes.append(f"{what}: {len(rows)} rows equal, largest difference {worst:.1e}")


def found(workload, peer, case=None):
    return [x for x in lines if x["workload"] == workload and x["peer"] == peer and case in (None, x["case"])]


def cost(workload, peer, case):
    """The best run, which other programs on the machine disturbed least; in processor time where a run is longer than
    what a scheduler leaves alone and has one thread."""
    key = "cpu_s" if workload == "W2" and case == "threads-1" else "min_s"
    return min((x[key] / x["bars"] / x["evals"] * 1e9 for x in found(workload, peer, case)), default=math.nan)


def target(workload, what, measured, bound, limit, unit):
    """`bound` is "at most" or "at least"; what was not measured is neither kept nor missed."""
    known = measured is not None and not math.isnan(measured)
    kept = (measured <= limit if bound == "at most" else measured >= limit) if known else None
    targets.append({
        "workload": workload, "what": what, "measured": measured if known else None, "bound": bound, "limit": limit,
        "unit": unit, "kept": kept})


def indicators():
    for case in INDICATORS:
        mine = cost("W1", "aitrade", case)
        target("W1", f"{case}, of TA-Lib's time", mine / cost("W1", "talib", case), "at most", 1.0, "x")
        target("W1", f"{case}, faster than pandas", cost("W1", "pandas", case) / mine, "at least", 5, "x")


def sweeps():
    for threads in (1, 2):
        case = f"threads-{threads}"
        ratio = cost("W2", "numba", case) / cost("W2", "aitrade", case)
        target("W2", f"faster than numba, {threads} thread(s)", ratio, "at least", 10, "x")
    ratio = cost("W2", "vectorbt", "threads-1") / cost("W2", "aitrade", "threads-1")
    target("W2", "faster than vectorbt, per evaluation", ratio, "at least", 500, "x")


def searches():
    mine = [x for x in found("W3", "aitrade") if x["case"].startswith("seed-")]
    theirs = found("W3", "deap+numba")
    equals = [x for x in mine if x["case"].endswith("-equal")] or mine
    mine = [x for x in mine if not x["case"].endswith("-equal")]

    def rate(runs):
        return statistics.median(x["evals"] / x["cpu_s"] for x in runs) if runs else math.nan

    def mean(runs, key):
        return statistics.fmean(float(x[key]) for x in runs) if runs else math.nan

    ratio = rate(mine) / rate(theirs)
    target("W3", "evaluations a second of processor time, of DEAP's", ratio, "at least", 10, "x")
    target("W3", "best fitness at equal evaluations, less DEAP's", mean(equals, "best") - mean(theirs, "best"),
           "at least", 0, "")
    if not equals or not theirs:
        return True
    notes.append(f"W3: mean best of {len(equals)} seeds {mean(equals, 'best'):.2f} after {mean(equals, 'evals'):.0f}"
                 f" evaluations; DEAP, {len(theirs)} seeds: {mean(theirs, 'best'):.2f} after"
                 f" {mean(theirs, 'evals'):.0f}")
    assert mean(equals, "evals") <= 1.01 * mean(theirs, "evals"), "W3: not at equal evaluations"
    return mean(equals, "best") >= mean(theirs, "best")


def family():
    runs = found("family", "aitrade")
    alone, paired = {}, {}
    for run in runs:
        kind = paired if run["case"].endswith("-threads-2") else alone
        kind[run["genomes"], run["bars"]] = run
    for (genomes, rows), run in sorted(alone.items()):
        limit = FAMILY_LIMITS.get(run["build"], math.nan)
        target("family", f"{genomes} genomes, {rows} rows, {run['build']}, processor time a bar and genome",
               run["cpu_s"] / rows / genomes * 1e9 if limit == limit else None, "at most", limit, "ns")
    for key, run in sorted(paired.items()):
        if key in alone:
            # Each thread has a search of its own, as in training.
            ratio = alone[key]["min_s"] / alone[key]["evals"] / (run["min_s"] / run["evals"])
            target("family", f"{key[0]} genomes, {key[1]} rows: two threads, wall", ratio, "at least", 1.8, "x")


def programs():
    def best(name, key):
        return min((x[key] for x in lines if x["case"].startswith(name) and x["workload"] in ("W5", "CSCV")), default=math.nan)

    target("W5", "aitrade --help, wall", best("help", "min_s") * 1000, "at most", 15, "ms")
    target("W5", "aitrade signals, 5 x 26,000 hours, wall", best("signals-5", "min_s"), "at most", 60, "s")
    target("W5", "its peak memory", best("signals-5", "peak_mib"), "at most", 300 / 1.048576, "MiB")
    target("CSCV", "200 trials x 1,000 periods x 16 blocks", best("200x1000", "min_s"), "at most", 1, "s")


if found("W1", "talib"):
    equal("w1-aitrade.csv", "w1-talib.csv", "W1 against TA-Lib")
if found("W2", "numba"):
    equal("w2-aitrade.csv", "w2-numba.csv", "W2 against numba")
indicators()
sweeps()
good = searches()
family()
programs()
count = {word: sum(x["kept"] is kept for x in targets) for word, kept in [("kept", True), ("missed", False), ("unmeasured", None)]}
document = json.dumps({"targets": targets, "count": count, "notes": notes}, indent=1)
with open(f"{folder}/targets.json", "w") as file:
    file.write(document + "\n")
if as_json:
    print(document)
else:
    for x in targets:
        measured = "-" if x["measured"] is None else f"{x['measured']:.2f}"
        word = {True: "kept", False: "MISSED", None: "not measured"}[x["kept"]]
        print(f"  {x['workload']:<7}{x['what']:<64}{measured:>9} {x['bound']:>8} {x['limit']:>6.4g} {x['unit']:<4}{word}")
    for note in notes:
        print(f"  {note}")
    print(f"  {count['kept']} kept, {count['missed']} missed, {count['unmeasured']} not measured")
if not good:
    sys.exit("W3: DEAP found more on average")
