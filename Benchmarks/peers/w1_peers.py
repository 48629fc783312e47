"""W1 with TA-Lib and pandas; every column is written, so that the values can be compared."""
import numpy
import pandas
import talib
from search_common import arguments, bars, line, measure

options = arguments()
opens, high, low, close, volume = bars(options.csv)
price = (high + low + close) / 3


def pandas_rsi(series, n):
    change = series.diff()
    gain = change.clip(lower=0).ewm(alpha=1 / n, adjust=False).mean()
    loss = (-change).clip(lower=0).ewm(alpha=1 / n, adjust=False).mean()
    return 100 * gain / (gain + loss)


def pandas_true_range(h, l, c):
    before = c.shift()
    return pandas.concat([h - l, (h - before).abs(), (l - before).abs()], axis=1).max(axis=1)


def pandas_adx(h, l, c, n):
    up, down = h.diff(), -l.diff()
    plus = up.where((up > down) & (up > 0), 0.0).ewm(alpha=1 / n, adjust=False).mean()
    minus = down.where((down > up) & (down > 0), 0.0).ewm(alpha=1 / n, adjust=False).mean()
    return (100 * (plus - minus).abs() / (plus + minus)).ewm(alpha=1 / n, adjust=False).mean()


def talib_cases():
    return [
        ("ema21", ["ema21"], lambda: talib.EMA(close, 21)),
        ("rsi14", ["rsi14"], lambda: talib.RSI(close, 14)),
        ("atr14", ["atr14"], lambda: talib.ATR(high, low, close, 14)),
        ("macd", ["macd", "macd_signal", "macd_hist"], lambda: talib.MACD(close, 12, 26, 9)),
        ("bbands20", ["bb_upper", "bb_middle", "bb_lower"], lambda: talib.BBANDS(close, 20)),
        ("stoch", ["stoch_k", "stoch_d"], lambda: talib.STOCH(high, low, close, 14, 3, 0, 3, 0)),
        ("adx14", ["adx14"], lambda: talib.ADX(high, low, close, 14)),
        ("zvol50", ["zvol50"], lambda: (volume - talib.SMA(volume, 50)) / talib.STDDEV(volume, 50)),
        ("vwap30", ["vwap30"],
         lambda: talib.SUM((high + low + close) / 3 * volume, 30) / talib.SUM(volume, 30)),
    ]


def pandas_cases():
    h, l, c, v = (pandas.Series(x) for x in (high, low, close, volume))

    def macd():
        signal_line = c.ewm(span=12, adjust=False).mean() - c.ewm(span=26, adjust=False).mean()
        signal = signal_line.ewm(span=9, adjust=False).mean()
        return signal_line, signal, signal_line - signal

    def bands():
        mean, deviation = c.rolling(20).mean(), c.rolling(20).std(ddof=0)
        return mean + 2 * deviation, mean, mean - 2 * deviation

    def stochastic():
        lowest, highest = l.rolling(14).min(), h.rolling(14).max()
        smooth = (100 * (c - lowest) / (highest - lowest)).rolling(3).mean()
        return smooth, smooth.rolling(3).mean()

    return [
        ("ema21", lambda: c.ewm(span=21, adjust=False).mean()), ("rsi14", lambda: pandas_rsi(c, 14)),
        ("atr14", lambda: pandas_true_range(h, l, c).ewm(alpha=1 / 14, adjust=False).mean()), ("macd", macd),
        ("bbands20", bands), ("stoch", stochastic), ("adx14", lambda: pandas_adx(h, l, c, 14)),
        ("zvol50", lambda: (v - v.rolling(50).mean()) / v.rolling(50).std(ddof=0)),
        ("vwap30", lambda: ((h + l + c) / 3 * v).rolling(30).sum() / v.rolling(30).sum()),
    ]


columns = {}
for name, names, body in talib_cases():
    times, values = measure(options.runs, body)
    values = values if isinstance(values, tuple) else (values,)
    columns.update(zip(names, values))
    line("W1", "talib", talib.__version__, name, len(close), 1, times)
for name, body in pandas_cases():
    times, _ = measure(options.runs, body)
    line("W1", "pandas", pandas.__version__, name, len(close), 1, times)
if options.dump:
    table = numpy.column_stack(list(columns.values()))
    with open(f"{options.dump}/w1-talib.csv", "w") as file:
        file.write(",".join(columns) + "\n")
        file.writelines(",".join(map(repr, row)) + "\n" for row in table.tolist())
