"""What the scripts of all peers share: arguments, bars, and the one line of output."""
import argparse
import json
import resource
import time

BRACKETS = {"normal": (9950, 10100), "busy": (9990, 10020), "tight": (9996, 10005)}


def arguments(convention):
    parser = argparse.ArgumentParser()
    parser.add_argument("--csv", required=True)
    parser.add_argument("--case", choices=sorted(BRACKETS), default="normal")
    parser.add_argument("--dump")
    options = parser.parse_args()
    options.convention = convention
    return options


def bracket(cents, case):
    """Stop and take-profit in whole cents, half up."""
    down, up = BRACKETS[case]
    return (cents * down + 5000) // 10000, (cents * up + 5000) // 10000


def finish(peer, version, options, bars, timer, trades):
    """Writes the trades as (entry bar, exit bar, entry price, exit price) and prints the measurement."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = timer.seconds
    if options.dump:
        with open(f"{options.dump}/{peer}-{options.case}-{options.convention}.csv", "w") as file:
            file.write("entry_bar,exit_bar,entry_price,exit_price\n")
            for entry_bar, exit_bar, entry, exit in trades:
                file.write(f"{entry_bar},{exit_bar},{round(entry, 2)!r},{round(exit, 2)!r}\n")
    print(json.dumps({
        "workload": "W4", "peer": peer, "version": version, "case": f"{options.case}/{options.convention}",
        "bars": bars, "evals": 1, "runs": 1, "median_s": seconds, "min_s": seconds, "max_s": seconds, "cpu_s": timer.cpu_seconds,
        "ns_per_bar_eval": seconds / bars * 1e9, "bars_per_s": int(bars / seconds), "trades": len(trades),
        "peak_mib": peak,
    }))


class Timer:
    def __enter__(self):
        self.start, self.cpu_start = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self.start
        self.cpu_seconds = time.process_time() - self.cpu_start
