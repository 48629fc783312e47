"""Compares the dumped values of W1 and W2, then prints every ratio that docs/performance.md promises."""
import csv
import json
import math
import sys

folder, log = sys.argv[1], sys.argv[2]


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
    print(f"  {what}: {len(rows)} rows equal, largest difference {worst:.1e}")


equal("w1-aitrade.csv", "w1-talib.csv", "W1 against TA-Lib")
equal("w2-aitrade.csv", "w2-numba.csv", "W2 against numba")
lines = [json.loads(line) for line in open(log)]


def cost(workload, peer, case):
    """The best run, which other programs on the machine disturbed least."""
    found = [x for x in lines if (x["workload"], x["peer"], x["case"]) == (workload, peer, case)]
    return min((x["min_s"] / x["bars"] / x["evals"] * 1e9 for x in found), default=math.nan)


print(f"  {'W1 indicator':<14}{'ns/bar':>8}{'of TA-Lib':>11}{'x pandas':>10}")
for case in ["ema21", "rsi14", "atr14", "macd", "bbands20", "stoch", "adx14", "zvol50", "vwap30"]:
    mine = cost("W1", "aitrade", case)
    print(f"  {case:<14}{mine:>8.2f}{mine / cost('W1', 'talib', case):>11.2f}{cost('W1', 'pandas', case) / mine:>10.1f}")
for threads in (1, 2):
    mine = cost("W2", "aitrade", f"threads-{threads}")
    print(f"  W2, {threads} thread(s): {mine:.3f} ns per bar and pair, {cost('W2', 'numba', f'threads-{threads}') / mine:.1f}x numba")
print(f"  W2: {cost('W2', 'vectorbt', 'threads-1') / cost('W2', 'aitrade', 'threads-1'):.0f}x vectorbt")


def searches(peer):
    return [x for x in lines if x["workload"] == "W3" and x["peer"] == peer and x["case"].startswith("seed-")]


def mean(values):
    return sum(values) / len(values) if values else math.nan


mine, theirs = searches("aitrade"), searches("deap+numba")
equals = [x for x in mine if x["case"].endswith("-equal")] or mine
mine = [x for x in mine if not x["case"].endswith("-equal")]
rate = mean([x["evals_per_s"] for x in mine])
print(f"  W3: {rate:.0f} evaluations/s, {rate / mean([x['evals_per_s'] for x in theirs]):.1f}x DEAP over numba")
print(f"  W3 best, mean of {len(equals)} seeds: {mean([float(x['best']) for x in equals]):.2f}"
      f" after {mean([x['evals'] for x in equals]):.0f} evaluations, DEAP"
      f" {mean([x['best'] for x in theirs]):.2f} after {mean([x['evals'] for x in theirs]):.0f}")
assert mean([x["evals"] for x in equals]) <= 1.01 * mean([x["evals"] for x in theirs]), "W3: not at equal evaluations"
assert mean([float(x["best"]) for x in equals]) >= mean([x["best"] for x in theirs]), "W3: DEAP found more on average"
