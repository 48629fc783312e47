"""W4 through nautilus_trader: the take-profit wins in a bar that meets both; gapped levels are filled at the level."""
from decimal import Decimal

import nautilus_trader
import pandas as pd
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, RiskEngineConfig, StrategyConfig
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.data import BarType
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.instruments import CurrencyPair
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.persistence.wranglers import BarDataWrangler
from nautilus_trader.trading.strategy import Strategy

import common

options = common.arguments("levels")
VENUE = Venue("SIM")
INSTRUMENT = InstrumentId(Symbol("BENCH"), VENUE)
BARS = BarType.from_str("BENCH.SIM-1-MINUTE-LAST-EXTERNAL")
trades = []


class Crossing(Strategy):
    def __init__(self, config):
        super().__init__(config)
        self.bar = -1
        self.fast = self.slow = None
        self.entry = None
        self.exits = 0

    def on_start(self):
        self.subscribe_bars(BARS)

    def on_bar(self, bar):
        self.bar += 1
        close = bar.close.as_double()
        if self.fast is None:
            self.fast = self.slow = close
            return
        was_above = self.fast > self.slow
        self.fast += 2.0 / 11 * (close - self.fast)
        self.slow += 2.0 / 31 * (close - self.slow)
        if self.bar < 30 or was_above or not self.fast > self.slow or self.entry is not None:
            return
        stop, take_profit = common.bracket(round(close * 100), options.case)
        self.submit_order_list(self.order_factory.bracket(
            instrument_id=INSTRUMENT, order_side=OrderSide.BUY, quantity=Quantity.from_str("0.1000"),
            sl_trigger_price=Price(stop / 100, 2), tp_price=Price(take_profit / 100, 2), tp_post_only=False))

    def on_position_opened(self, event):
        self.entry = (self.bar, event.avg_px_open)

    def on_position_closed(self, event):
        # A bar's prices are met before `on_bar` counts it.
        trades.append((self.entry[0], self.bar + 1, self.entry[1], event.avg_px_close))
        self.entry = None


engine = BacktestEngine(BacktestEngineConfig(
    logging=LoggingConfig(bypass_logging=True), risk_engine=RiskEngineConfig(bypass=True)))
engine.add_venue(
    venue=VENUE, oms_type=OmsType.NETTING, account_type=AccountType.MARGIN, base_currency=None,
    starting_balances=[Money(1_000_000, USDT)], bar_execution=True)
instrument = CurrencyPair(
    instrument_id=INSTRUMENT, raw_symbol=Symbol("BENCH"), base_currency=BTC, quote_currency=USDT, price_precision=2,
    size_precision=4, price_increment=Price.from_str("0.01"), size_increment=Quantity.from_str("0.0001"),
    lot_size=None, max_quantity=None, min_quantity=None, max_notional=None, min_notional=None, max_price=None,
    min_price=None, margin_init=Decimal("0.1"), margin_maint=Decimal("0.1"), maker_fee=Decimal("0.0006"),
    taker_fee=Decimal("0.0006"), ts_event=0, ts_init=0)
engine.add_instrument(instrument)
frame = pd.read_csv(options.csv)
# A bar may be acted on at its close.
frame.index = pd.to_datetime(frame.pop("timestamp") + 60_000, unit="ms", utc=True)
engine.add_data(BarDataWrangler(BARS, instrument).process(frame))
engine.add_strategy(Crossing(StrategyConfig()))
with common.Timer() as timer:
    engine.run()
common.finish("nautilus_trader", nautilus_trader.__version__, options, len(frame), timer, trades)
