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
    /// The earliest of them.
    var start: Timestamp { newest.values.min() ?? .epoch }

    /// - Parameter late: Venues that do not answer: what their bars decided meanwhile is not known.
    init(_ run: LiveRun, without late: Set<BrokerName>) async throws {
        let origin = run.file.artifact.origin
        let interval = origin.interval
        let isRehearsal = run.settings.venues.isRehearsal
        let store = BarStore(folder: run.request.barFolder)
        var newest: [BrokerName: Timestamp] = [:]
        var series: [Symbol: BarSeries] = [:]
        var rehearsal: [BarSeries] = []
        for asset in run.file.artifact.assets { series[asset.symbol] = try? store.load(asset.symbol, interval) }
        for seat in run.venues.seats {
            let isLate = late.contains(seat.venue.name)
            let now = isLate ? SystemTime.wall() : await seat.venue.time()
            let open = interval.start(holding: now.milliseconds)
            let last = Timestamp(milliseconds: open - interval.milliseconds)
            newest[seat.venue.name] = last
            if isLate { continue }
            let reach = origin.timeframes.map { TimeframeTrend.reach($0, base: interval) } ?? 0
            let window = Int64(origin.tradeWindow + max(Self.warmUp, reach)) * interval.milliseconds
            for symbol in seat.symbols {
                let stored = series[symbol]
                guard stored != nil || isRehearsal else { continue }
                let from = Timestamp(
                    milliseconds: stored?.openTimes.last.map { $0 + interval.milliseconds }
                        ?? max(0, last.milliseconds - window))
                guard from < last else { continue }
                let newer = try await seat.venue.bars(symbol, interval, from: from, to: last).filter { $0.flaw == nil }
                if isRehearsal {
                    rehearsal.append(try BarSeries(symbol: symbol, interval: interval, bars: newer))
                }
                guard let stored else { continue }
                series[symbol] = try BarSeries(
                    symbol: symbol, interval: interval, bars: (0..<stored.count).map { stored[$0] } + newer)
            }
        }
        self.newest = newest
        signals = LiveSignals(
            run.file.artifact, series: run.file.artifact.assets.compactMap { series[$0.symbol] }, rehearsal: rehearsal)
    }
}
