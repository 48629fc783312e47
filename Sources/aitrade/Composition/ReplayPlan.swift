import Core
import Engine
import Foundation
import Signals
import Simulator
import Storage

/// What a replay plays: stored in its ledger, because a replay can only go on with the same market it began with.
struct ReplayPlan: Codable, Equatable {
    /// The key in the ledger's meta table.
    static let metaKey = "replay"
    /// The key of the folder of bar files last used: a watchdog rebuilds the market from it.
    static let barsKey = "bar_folder"

    var symbols: [Symbol]
    var interval: BarInterval
    var from: Timestamp
    var to: Timestamp?
    var feeBps: FixedDecimal
    var slippageBps: FixedDecimal
    var instruments: [Instrument]
    /// The budget of each instrument, in the same order: the equity curve counts from it.
    var budgets: [Money]

    /// The plan for some assets of an artifact.
    ///
    /// - Parameters:
    ///   - from: Rows decided earlier are not acted on; nil for the first row.
    ///   - lastRowOnly: Act on the newest row of each asset alone.
    init(
        _ artifact: SignalsArtifact, assets: [ArtifactAsset], bars: ReplayBars, budget: Budget, from: Timestamp?,
        to: Timestamp?, lastRowOnly: Bool
    ) throws {
        let interval = artifact.origin.interval
        let times = assets.compactMap { asset in
            lastRowOnly
                ? bars.rows.last { $0.symbol == asset.symbol }?.time.milliseconds : asset.columns.time.first
        }
        guard let first = times.min() else {
            throw CommandFailure(
                .corruptInput, "the artifact has no rows for \(assets.map(\.symbol.name).joined(separator: ", "))",
                fix: "train with more bars or smaller windows")
        }
        let start = max(Timestamp(milliseconds: first), from ?? .epoch)
        guard let fee = FixedDecimal(measured: artifact.origin.costs.feeBps),
            let slippage = FixedDecimal(measured: artifact.origin.costs.slippageBps)
        else { throw CommandFailure(.corruptInput, "the artifact's costs are not numbers", fix: "make it again") }
        symbols = assets.map(\.symbol).sorted()
        self.interval = interval
        // The bar that decided the first row must be seen, so that there is a price to size by.
        self.from = start - interval.span
        self.to = to
        (feeBps, slippageBps) = (fee, slippage)
        instruments = bars.series.map(bars.catalog.instrument(of:)).sorted { $0.symbol < $1.symbol }
        budgets = instruments.map { budget.amount(in: $0.quote) }
    }

    /// The market of this plan.
    func market(_ bars: [BarSeries]) throws -> ReplayedMarket {
        var cash: [Currency: Money] = [:]
        for (instrument, budget) in zip(instruments, budgets) { cash[instrument.quote, default: .zero] += budget }
        let costs = ExchangeCosts(takerFee: feeBps, makerFee: feeBps, slippage: slippageBps)
        do {
            return try ReplayedMarket(
                configuration: ExchangeConfiguration(instruments: instruments, startingCash: cash, costs: costs),
                series: bars, from: from, to: to)
        } catch {
            throw CommandFailure(.corruptInput, "\(error)", fix: "aitrade data list shows the stored bars")
        }
    }

    /// One sentence for each asset whose smallest order costs more than the budget, by its last stored close: it would
    /// never trade, and nobody would see why.
    func shortfalls(bars: [BarSeries]) -> [String] {
        zip(instruments, budgets).compactMap { instrument, budget in
            guard let close = bars.first(where: { $0.symbol == instrument.symbol })?.close.last,
                let price = instrument.price(measured: close)
            else { return nil }
            let smallest = max(instrument.lotStep, instrument.minimumQuantity)
            let cost = max(price.notional(smallest), instrument.minimumNotional)
            guard cost > budget else { return nil }
            return "\(instrument.symbol) will not trade: its smallest order costs \(cost) \(instrument.quote), "
                + "the budget is \(budget); raise RISK_BUDGET_QUOTE"
        }
    }

    /// The engine's settings for this plan.
    func configuration(
        artifact: Digest, account: String, limits: RiskLimits, protection: ProtectionSettings,
        reconcile: ReconcileSettings, capabilities: BrokerCapabilities
    ) -> EngineConfiguration {
        EngineConfiguration(
            account: account, artifact: artifact.hex,
            assets: zip(instruments, budgets).map { instrument, budget in
                AssetConfiguration(
                    instrument: instrument, broker: SimulatedVenue.name, capabilities: capabilities, budget: budget)
            },
            limits: limits, timing: protection.timing, reconcile: reconcile.replay, protection: protection.protection,
            orders: protection.orders)
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    init(json: String) throws {
        self = try JSONDecoder().decode(ReplayPlan.self, from: Data(json.utf8))
    }
}
