"""What the peers of W1, W2 and W3 share: bars, the one evaluation, timing, and the line of output."""
import argparse
import json
import os
import statistics
import time

import numpy


def arguments(**more):
    parser = argparse.ArgumentParser()
    parser.add_argument("--csv", required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--dump")
    parser.add_argument("--threads", type=int, default=1)
    for name, value in more.items():
        parser.add_argument("--" + name, type=type(value), default=value)
    options = parser.parse_args()
    if options.dump:
        os.makedirs(options.dump, exist_ok=True)
    return options


def bars(path):
    table = numpy.loadtxt(path, delimiter=",", skiprows=1)
    return [numpy.ascontiguousarray(table[:, column]) for column in range(1, 6)]


class Times(list):
    """Wall times, and the least processor time of them."""
    cpu = None

    def keep(self, wall, processor):
        self.append(wall)
        self.cpu = processor if self.cpu is None else min(self.cpu, processor)


def measure(runs, body):
    """The times of fresh calls after one warm-up, and the last result."""
    body()
    times = Times()
    for _ in range(runs):
        start, processor = time.perf_counter(), time.process_time()
        result = body()
        times.keep(time.perf_counter() - start, time.process_time() - processor)
    return times, result


def line(workload, peer, version, case, bars, evals, times, **more):
    median = statistics.median(times)
    print(json.dumps({
        "workload": workload, "peer": peer, "version": version, "case": case, "bars": bars, "evals": evals,
        "runs": len(times), "median_s": median, "min_s": min(times), "max_s": max(times),
        "cpu_s": times.cpu, "ns_per_bar_eval": median / bars / evals * 1e9, **more,
    }), flush=True)
