"""W5: what a person waits for. Fresh processes; wall time, processor time and peak memory of each."""
import json
import os
import statistics
import subprocess
import sys
import time


def run(command):
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, f"{command} failed"
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(case, command, runs):
    run(command)
    results = [run(command) for _ in range(runs)]
    walls = [wall for wall, _, _ in results]
    print(json.dumps({
        "workload": "W5", "peer": "aitrade", "version": "main", "case": case, "runs": runs,
        "median_s": statistics.median(walls), "min_s": min(walls), "max_s": max(walls),
        "cpu_s": min(cpu for _, cpu, _ in results), "peak_mib": max(peak for _, _, peak in results)}), flush=True)


aitrade, bars, work = sys.argv[1:4]
measure("help", [aitrade, "--help"], 10)
with open(bars) as file:
    head, *rows = file.read().splitlines()
assets = min(5, len(rows) // 26_000)
names = [f"BENCH{index}" for index in range(assets)]
for index, name in enumerate(names):
    with open(f"{work}/{name}-1h.csv", "w") as file:
        file.write(head + "\n")
        for hour, row in enumerate(rows[index * 26_000:(index + 1) * 26_000]):
            file.write(f"{1_704_067_200_000 + hour * 3_600_000},{row.split(',', 1)[1]}\n")
measure(f"signals-{assets}x26000", [
    aitrade, "signals", "--bars", work, "--assets", ",".join(names), "--out", f"{work}/signals.bin", "--reset",
    "--trials", f"{work}/trials.sqlite", "--threads", "2", "--json"], 1)
