"""W2's evaluation as a straight loop, compiled by numba."""
import numba
import numpy


@numba.njit(cache=True)
def evaluate(opens, closes, fast, slow):
    quick_factor, calm_factor = 2.0 / (fast + 1), 2.0 / (slow + 1)
    quick = calm = closes[0]
    cash, units = 10_000.0, 0.0
    wanted = held = False
    for bar in range(len(closes)):
        if wanted != held:
            if wanted:
                units = cash / (opens[bar] * 1.0006)
                cash = 0.0
            else:
                cash = units * opens[bar] * (1 - 0.0006)
                units = 0.0
            held = wanted
        quick += quick_factor * (closes[bar] - quick)
        calm += calm_factor * (closes[bar] - calm)
        wanted = bar >= slow - 1 and quick > calm
    return cash + units * closes[-1]


@numba.njit(cache=True)
def sweep(opens, closes, fasts, slows):
    results = numpy.empty(len(fasts))
    for pair in range(len(fasts)):
        results[pair] = evaluate(opens, closes, fasts[pair], slows[pair])
    return results


@numba.njit(cache=True, parallel=True)
def sweep_parallel(opens, closes, fasts, slows):
    results = numpy.empty(len(fasts))
    for pair in numba.prange(len(fasts)):
        results[pair] = evaluate(opens, closes, fasts[pair], slows[pair])
    return results
