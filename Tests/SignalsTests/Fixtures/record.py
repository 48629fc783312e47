"""Records the oracle values of the indicator tests; see README.md."""
import sys

import numpy as np
import pandas as pd
import talib
from numpy.lib.stride_tricks import sliding_window_view


def rolling(function, values, n):
    """`function` of each full window of n values; NaN where the window is not full."""
    out = np.full(len(values), np.nan)
    out[n - 1:] = function(sliding_window_view(values, n), axis=1)
    return out


def yang_zhang(o, h, l, c, n):
    gap, change = np.log(o[1:] / c[:-1]), np.log(c / o)[1:]
    up, down = np.log(h / o)[1:], np.log(l / o)[1:]
    k = 0.34 / (1.34 + (n + 1) / (n - 1))
    variance = lambda x: rolling(lambda w, axis: w.var(axis=axis, ddof=1), x, n)
    inside = rolling(np.mean, up * (up - change) + down * (down - change), n)
    return np.concatenate([[np.nan], np.sqrt(variance(gap) + k * variance(change) + (1 - k) * inside)])


def columns(bars):
    o, h, l, c, v = (bars[name].to_numpy(float) for name in ("open", "high", "low", "close", "volume"))
    typical = (h + l + c) / 3
    out = {"ema21": talib.EMA(c, 21), "sma20": talib.SMA(c, 20), "rsi14": talib.RSI(c, 14),
           "atr14": talib.ATR(h, l, c, 14), "adx14": talib.ADX(h, l, c, 14)}
    plus, minus = talib.PLUS_DI(h, l, c, 14), talib.MINUS_DI(h, l, c, 14)
    out["direction14"] = (plus - minus) / (plus + minus)
    out["macd"], out["macd_signal"], out["macd_histogram"] = talib.MACD(c, 12, 26, 9)
    out["bb_upper"], out["bb_middle"], out["bb_lower"] = talib.BBANDS(c, 20, 2.0, 2.0)
    out["stoch_k"], out["stoch_d"] = talib.STOCH(h, l, c, 14, 3, 0, 3, 0)
    out["cci20"], out["obv"], out["mom10"] = talib.CCI(h, l, c, 20), talib.OBV(c, v), talib.MOM(c, 10)
    highest, lowest = talib.MAX(h, 20), talib.MIN(l, 20)
    out["donchian20"] = (c - lowest) / (highest - lowest)
    for name, values in (("z_close50", c), ("z_volume50", v)):
        out[name] = (values - rolling(np.mean, values, 50)) / rolling(np.std, values, 50)
    out["vwap30"] = rolling(np.sum, typical * v, 30) / rolling(np.sum, v, 30)
    out["vwap_deviation30"] = c / out["vwap30"] - 1
    squares = np.concatenate([[np.nan], np.log(c[1:] / c[:-1]) ** 2])
    out["realised20"] = np.sqrt(np.concatenate([[np.nan], rolling(np.mean, squares[1:], 20)]))
    out["yang_zhang20"] = yang_zhang(o, h, l, c, 20)
    return pd.DataFrame(out)


folder, rows = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 300
for source, target in (("BTCUSDT-1h", "btcusdt-1h"), ("SBER-1d", "sber-1d")):
    bars = pd.read_csv(f"{folder}/{source}.csv").head(rows)
    pd.concat([bars, columns(bars)], axis=1).to_csv(f"{target}.csv", index=False)
