"""W2 with numba's straight loop (all pairs) and vectorbt (every twentieth pair)."""
import numba
import numpy
import vectorbt
from search_common import arguments, bars, line, measure
from sweep_numba import sweep, sweep_parallel

options = arguments()
opens, high, low, close, volume = bars(options.csv)
pairs = [(fast, slow) for fast in range(4, 53, 2) for slow in range(60, 256, 5)]
fasts = numpy.array([fast for fast, _ in pairs])
slows = numpy.array([slow for _, slow in pairs])
numba.set_num_threads(options.threads)
body = sweep if options.threads == 1 else sweep_parallel
times, equities = measure(options.runs, lambda: body(opens, close, fasts, slows))
line("W2", "numba", numba.__version__, f"threads-{options.threads}", len(close), len(pairs), times)


@numba.njit
def average(close, n):
    values, factor = numpy.empty(len(close)), 2.0 / (n + 1)
    values[0] = close[0]
    for bar in range(1, len(close)):
        values[bar] = values[bar - 1] + factor * (close[bar] - values[bar - 1])
    return values


def vector_sweep(chosen, averages):
    """Every decision acts at the next open."""
    wanted = numpy.column_stack([
        numpy.where(numpy.arange(len(close)) >= slow - 1, averages[fast] > averages[slow], False) for fast, slow in chosen])
    shifted = numpy.vstack([numpy.zeros((1, len(chosen)), dtype=bool), wanted[:-1]])
    prices = numpy.repeat(opens[:, None], len(chosen), axis=1)
    portfolio = vectorbt.Portfolio.from_signals(
        numpy.repeat(close[:, None], len(chosen), axis=1), entries=shifted, exits=~shifted, price=prices,
        init_cash=10_000.0, fees=0.0006, freq="1min")
    return portfolio.final_value().to_numpy()


if options.threads == 1:
    chosen = pairs[::20]
    averages = {n: average(close, n) for pair in chosen for n in pair}
    vector_times, values = measure(min(options.runs, 2), lambda: vector_sweep(chosen, averages))
    line("W2", "vectorbt", vectorbt.__version__, "threads-1", len(close), len(chosen), vector_times)
    assert numpy.allclose(values, equities[::20], rtol=1e-9), "vectorbt's equities differ from numba's"
if options.dump:
    with open(f"{options.dump}/w2-numba.csv", "w") as file:
        file.write("fast,slow,equity\n")
        file.writelines(f"{fast},{slow},{equity!r}\n" for (fast, slow), equity in zip(pairs, equities.tolist()))
