"""W4 through backtesting.py: the stop wins in a bar that meets both, a gapped take-profit gets the open."""
import warnings

import pandas as pd

import common

warnings.filterwarnings("ignore")
import backtesting  # noqa: E402
from backtesting import Backtest, Strategy  # noqa: E402

options = common.arguments("stop-first")
backtesting.backtesting._tqdm = lambda sequence, **_: sequence


class Crossing(Strategy):
    def init(self):
        close = pd.Series(self.data.Close)
        self.fast = self.I(lambda: close.ewm(span=10, adjust=False).mean().to_numpy())
        self.slow = self.I(lambda: close.ewm(span=30, adjust=False).mean().to_numpy())

    def next(self):
        bar = len(self.data) - 1
        if bar < 30 or self.position:
            return
        if self.fast[-1] > self.slow[-1] and self.fast[-2] <= self.slow[-2]:
            stop, take_profit = common.bracket(round(self.data.Close[-1] * 100), options.case)
            # One unit stands for 0.1: this peer counts whole units, and the trades are the same.
            self.buy(size=1, sl=stop / 100, tp=take_profit / 100)


frame = pd.read_csv(options.csv)
frame.columns = ["timestamp", "Open", "High", "Low", "Close", "Volume"]
frame.index = pd.to_datetime(frame.pop("timestamp"), unit="ms")
test = Backtest(frame, Crossing, cash=10_000_000, commission=0.0006, trade_on_close=True)
with common.Timer() as timer:
    result = test.run()
trades = result._trades.sort_values(["EntryBar", "ExitBar"])
last = len(frame) - 1
rows = [
    (row.EntryBar, row.ExitBar, row.EntryPrice, row.ExitPrice) for row in trades.itertuples()
]
common.finish("backtesting.py", backtesting.__version__, options, len(frame), timer, rows)
