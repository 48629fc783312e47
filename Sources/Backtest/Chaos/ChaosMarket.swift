import Core
import Engine
import Simulator

/// The bars and signals of one seed: random walks, and rows that open, turn round, protect and close.
struct ChaosMarket {
    static let start = Timestamp(milliseconds: 1_700_006_400_000)
    static let minute = TimeSpan.seconds(60)
    /// After the trouble: time to converge, then a last kill.
    static let calm = TimeSpan.seconds(1_200)
    static let budget = Money(FixedDecimal(1_000))

    let scenario: ChaosScenario
    let seed: UInt64
    /// Nothing goes wrong from here on.
    let calmFrom: Timestamp
    /// The rows of each instrument, in time order.
    private(set) var rows: [Symbol: [SignalRow]] = [:]

    init(_ scenario: ChaosScenario, seed: UInt64) {
        (self.scenario, self.seed) = (scenario, seed)
        calmFrom = Self.start + .seconds(Int64(scenario.hours * 60) * 60)
    }

    private var minutes: Int { Int((calmFrom + Self.calm - Self.start).milliseconds / 60_000) }

    func instruments(of venue: ChaosScenario.Venue) -> [Instrument] {
        (1...scenario.symbolsPerVenue).compactMap { number in
            Symbol("\(venue.name)\(number)".uppercased()).map { symbol in
                // Where nothing is reduce-only, as where shares trade, a lot is the least order whatever its worth:
                // otherwise nobody could close what a late part of an order leaves.
                Instrument(
                    symbol: symbol, tick: Price(FixedDecimal(units: 10_000_000_000)),
                    lotStep: Quantity(FixedDecimal(units: 1_000_000_000)), minimumQuantity: .zero,
                    minimumNotional: venue.reduceOnly ? Money(FixedDecimal(5)) : .zero, quote: Currency("USDT"))
            }
        }
    }

    /// The venue with its market; fills ``rows`` for its instruments.
    mutating func venue(_ venue: ChaosScenario.Venue) throws -> FaultyVenue {
        let broker = BrokerName(venue.name)
        let closures = FaultyVenue.closures(
            plan: venue.faults, broker: broker, seed: seed, from: Self.start, calmFrom: calmFrom)
        let instruments = instruments(of: venue)
        var series: [BarSeries] = []
        for instrument in instruments {
            let bars = bars(of: instrument.symbol, closures)
            rows[instrument.symbol] = rows(of: instrument.symbol, bars)
            series.append(try BarSeries(symbol: instrument.symbol, interval: BarInterval.minute, bars: bars))
        }
        var policy = FillPolicy.whole
        if let setting = venue.faults[.partialFills], let parts = setting.parts, let seconds = setting.seconds {
            policy = .parts(parts, every: .milliseconds(Int64(seconds[0] * 1_000)))
        }
        let configuration = ExchangeConfiguration(
            broker: broker, instruments: instruments,
            startingCash: [Currency("USDT"): Money(FixedDecimal(100_000))],
            costs: ExchangeCosts(takerFee: FixedDecimal(5), makerFee: FixedDecimal(2), slippage: FixedDecimal(1)),
            fillPolicy: policy)
        return FaultyVenue(
            market: try ReplayedMarket(configuration: configuration, series: series), plan: venue.faults, seed: seed,
            calmFrom: calmFrom, isIdempotent: venue.idempotent, honoursReduceOnly: venue.reduceOnly,
            takesStopsBack: !venue.reduceOnly && venue.stopsBlock == false)
    }

    private func bars(of symbol: Symbol, _ closures: [Range<Timestamp>]) -> [Bar] {
        var random = SeededRandom(seed: seed, stream: "bars/\(symbol)")
        var close: Int64 = 10_000
        var bars: [Bar] = []
        bars.reserveCapacity(minutes)
        var upcoming = closures[...]
        for minute in 0..<minutes {
            let open = close
            // One bar in fifty is violent, so that gaps and stops are met.
            let reach = random.below(50) == 0 ? 150 : 12
            close = max(2_000, open + Int64(random.below(2 * reach + 1) - reach))
            let low = min(open, close) - Int64(random.below(reach + 1))
            let high = max(open, close) + Int64(random.below(reach + 1))
            let time = Self.start + .seconds(Int64(minute) * 60)
            while let first = upcoming.first, first.upperBound <= time { upcoming.removeFirst() }
            if let first = upcoming.first, first.lowerBound < time + Self.minute { continue }
            bars.append(
                Bar(
                    openTime: time, open: Double(open) / 100, high: Double(high) / 100, low: Double(low) / 100,
                    close: Double(close) / 100, volume: 1_000))
        }
        return bars
    }

    private func rows(of symbol: Symbol, _ bars: [Bar]) -> [SignalRow] {
        var random = SeededRandom(seed: seed, stream: "rows/\(symbol)")
        var (target, stop, takeProfit): (Double, Double?, Double?) = (0, nil, nil)
        return bars.map { bar in
            if random.chance(scenario.signalsPerHour / 60) {
                target = [1, -1, 0, 0.5, -0.5, 1][random.below(6)]
                let distance = Double(15 + random.below(90)) / 100 * (target < 0 ? -1 : 1)
                stop = target == 0 ? nil : bar.close - distance
                takeProfit = target == 0 || random.chance(0.3) ? nil : bar.close + distance * 1.5
            }
            return SignalRow(
                symbol: symbol, time: bar.openTime + Self.minute, target: target, confidence: 1, stop: stop,
                takeProfit: takeProfit, fold: 0)
        }
    }

    /// The row that was decided at `moment`, found by halving.
    func row(of symbol: Symbol, at moment: Timestamp) -> SignalRow? {
        latest(of: symbol, at: moment).flatMap { $0.time == moment ? $0 : nil }
    }

    /// The last row decided not after `moment`.
    func latest(of symbol: Symbol, at moment: Timestamp) -> SignalRow? {
        guard let rows = rows[symbol] else { return nil }
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].time <= moment { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? rows[low - 1] : nil
    }

    var configuration: EngineConfiguration {
        let assets = scenario.venues.flatMap { venue in
            instruments(of: venue).map {
                AssetConfiguration(
                    instrument: $0, broker: BrokerName(venue.name),
                    capabilities: BrokerCapabilities(
                        nativeProtections: venue.nativeProtections, reduceOnly: venue.reduceOnly,
                        duplicateSafe: venue.idempotent, amendsProtections: venue.amendsProtections,
                        stopsBlock: venue.stopsBlock),
                    budget: Self.budget)
            }
        }
        return EngineConfiguration(
            account: "chaos", artifact: "chaos", assets: assets,
            limits: RiskLimits(
                maxOrderNotional: MoneyLimit("2500"), priceCollarPercent: FixedDecimal(5),
                stalePriceAfter: .seconds(180), signalExpiresAfter: .seconds(90)),
            timing: EngineTiming(), reconcile: ReconcileRules(foreignOrders: .cancel))
    }
}

extension BarInterval {
    /// One minute.
    fileprivate static var minute: BarInterval {
        guard let interval = BarInterval("1m") else { preconditionFailure("1m is an interval") }
        return interval
    }
}
