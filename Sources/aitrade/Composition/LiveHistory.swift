import Brokers
import Core
import Signals
import Storage

/// What was decided until now: stored bars, and what the venues have of the time since, up to the bar before the newest
/// closed one, which is told as news.
struct LiveHistory {
    /// How many bars an indicator may need before the first decision, where nothing is stored.
    private static let warmUp = 1000

    let signals: LiveSignals
    /// The close of the last bar that is not told as news, by venue.
    let newest: [BrokerName: Timestamp]
    private let interval: BarInterval
    private let window: Int64
    private let isRehearsal: Bool
    /// Where the stored bars of an asset end.
    private let storedUntil: [Symbol: Timestamp]

    /// The earliest of them.
    var start: Timestamp { newest.values.min() ?? .epoch }

    /// - Parameter silent: Venues that do not answer: ``catchUp(_:)`` asks them later what their bars were meanwhile.
    init(_ run: LiveRun, without silent: Set<BrokerName>) async throws {
        let origin = run.file.artifact.origin
        (interval, isRehearsal) = (origin.interval, run.settings.venues.isRehearsal)
        let reach = origin.timeframes.map { TimeframeTrend.reach($0, base: origin.interval) } ?? 0
        window = Int64(origin.tradeWindow + max(Self.warmUp, reach)) * interval.milliseconds
        let store = BarStore(folder: run.request.barFolder)
        var series: [Symbol: BarSeries] = [:]
        for asset in run.file.artifact.assets { series[asset.symbol] = try? store.load(asset.symbol, interval) }
        storedUntil = series.compactMapValues { [interval] bars in
            bars.openTimes.last.map { Timestamp(milliseconds: $0 + interval.milliseconds) }
        }
        var newest: [BrokerName: Timestamp] = [:]
        var rehearsal: [BarSeries] = []
        for seat in run.venues.seats {
            let isSilent = silent.contains(seat.name)
            let last = Self.last(interval, at: isSilent ? SystemTime.wall() : await seat.venue.time())
            newest[seat.name] = last
            for symbol in seat.symbols where !isSilent {
                let newer = try await Self.bars(
                    seat, symbol, interval, isRehearsal, from: storedUntil[symbol], reach: window, to: last)
                guard let newer else { continue }
                if isRehearsal { rehearsal.append(newer) }
                guard let stored = series[symbol] else { continue }
                series[symbol] = try BarSeries(
                    symbol: symbol, interval: interval,
                    bars: (0..<stored.count).map { stored[$0] } + (0..<newer.count).map { newer[$0] })
            }
        }
        self.newest = newest
        signals = LiveSignals(
            run.file.artifact, series: run.file.artifact.assets.compactMap { series[$0.symbol] }, rehearsal: rehearsal)
    }

    /// What a venue that was silent when the run began has of the time until now.
    ///
    /// - Returns: The close of the last bar that is not told as news.
    func catchUp(_ seat: LiveVenues.Seat) async throws -> Timestamp {
        let last = Self.last(interval, at: await seat.venue.time())
        for symbol in seat.symbols {
            let newer = try await Self.bars(
                seat, symbol, interval, isRehearsal, from: storedUntil[symbol], reach: window, to: last)
            if let newer { signals.catchUp(newer, isRehearsal: isRehearsal) }
        }
        return last
    }

    /// The close of the bar before the newest closed one.
    private static func last(_ interval: BarInterval, at now: Timestamp) -> Timestamp {
        Timestamp(milliseconds: interval.start(holding: now.milliseconds) - interval.milliseconds)
    }

    /// The bars of a venue that follow what is stored; nil where there are none to ask for.
    private static func bars(
        _ seat: LiveVenues.Seat, _ symbol: Symbol, _ interval: BarInterval, _ isRehearsal: Bool,
        from stored: Timestamp?, reach window: Int64, to last: Timestamp
    ) async throws -> BarSeries? {
        guard stored != nil || isRehearsal else { return nil }
        let from = stored ?? Timestamp(milliseconds: max(0, last.milliseconds - window))
        guard from < last else { return nil }
        let newer = try await seat.venue.bars(symbol, interval, from: from, to: last).filter { $0.flaw == nil }
        return try BarSeries(symbol: symbol, interval: interval, bars: newer)
    }
}
