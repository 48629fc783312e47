import Core
import Runner
import Signals
import Synchronization

/// Signal rows for live bars: the artifact's own where it has one for the moment, otherwise what its production genomes
/// decide, bar by bar.
///
/// A production genome serves one trade window after the artifact's end, on the bars the artifact was made from. At
/// venues on this machine that would leave nothing to rehearse: their bars lie elsewhere in time. There it goes on
/// deciding on whatever the venue has, without an end.
final class LiveSignals: SignalSource {
    private struct State {
        var known: [Symbol: [Timestamp: SignalRow]] = [:]
        var continuation: SignalContinuation?
        var rehearsals: [Symbol: SignalRehearsal] = [:]
        /// Why an asset has no more rows.
        var ends: [Symbol: String] = [:]
        /// Assets of which bars are missing: whatever is decided without them is no decision.
        var broken: Set<Symbol> = []
    }

    private let artifact: SignalsArtifact
    private let state = Mutex(State())

    /// Sources from the artifact's rows, and its continuation over newer stored and downloaded bars.
    ///
    /// - Parameters:
    ///   - series: The bars of every asset of the artifact, as far as they are there, oldest first.
    ///   - rehearsal: Bars of venues on this machine, for the assets whose window is over.
    init(_ artifact: SignalsArtifact, series: [BarSeries], rehearsal: [BarSeries] = []) {
        self.artifact = artifact
        state.withLock { state in
            for row in ArtifactFile.rows(of: artifact.assets) { state.known[row.symbol, default: [:]][row.time] = row }
        }
        do {
            let continuation = try SignalContinuation(artifact: artifact, bars: series)
            state.withLock { $0.continuation = continuation }
            let newer = artifact.assets.flatMap { asset -> [(Timestamp, Symbol, Bar)] in
                guard let bars = series.first(where: { $0.symbol == asset.symbol }) else { return [] }
                return (min(asset.bars.count, bars.count)..<bars.count).map {
                    (bars.closeTime($0), asset.symbol, bars[$0])
                }
            }
            for (time, symbol, bar) in newer.sorted(by: { ($0.0, $0.1) < ($1.0, $1.1) }) {
                _ = row(symbol, bar, at: time)
            }
        } catch {
            for asset in artifact.assets { state.withLock { $0.ends[asset.symbol] = "\(error)" } }
        }
        for bars in rehearsal { rehearse(bars) }
    }

    private func rehearse(_ bars: BarSeries) {
        state.withLock { state in
            guard state.ends[bars.symbol] != nil, let rehearsal = SignalRehearsal(artifact, on: bars) else { return }
            state.ends[bars.symbol] = nil
            for row in rehearsal.past { state.known[bars.symbol, default: [:]][row.time] = row }
            state.rehearsals[bars.symbol] = rehearsal
        }
    }

    /// Takes the bars that a venue tells late, oldest first. What they decide is history. In universal mode bars come
    /// in the order of time, so an asset that comes late has no more rows there beyond the artifact's own.
    func catchUp(_ bars: BarSeries, isRehearsal: Bool) {
        for row in 0..<bars.count { _ = self.row(bars.symbol, bars[row], at: bars.closeTime(row)) }
        if isRehearsal { rehearse(bars) }
        state.withLock { if $0.ends[bars.symbol] != nil { $0.broken.insert(bars.symbol) } }
    }

    /// Why there are no more rows, by asset.
    var ends: [(symbol: Symbol, reason: String)] {
        state.withLock { state in state.ends.keys.sorted().map { ($0, state.ends[$0] ?? "") } }
    }

    /// The assets whose production genomes decide although their window is over.
    var rehearsed: [Symbol] { state.withLock { $0.rehearsals.keys.sorted() } }

    func row(_ symbol: Symbol, _ bar: Bar, at time: Timestamp) -> SignalRow? {
        state.withLock { state in
            if let known = state.known[symbol]?[time] { return known }
            guard !state.broken.contains(symbol) else { return nil }
            do {
                let row =
                    state.rehearsals[symbol] == nil
                    ? try state.continuation?.take(bar, of: symbol) : state.rehearsals[symbol]?.take(bar, at: time)
                state.known[symbol, default: [:]][time] = row
                return row
            } catch {
                state.ends[symbol] = "\(error)"
                return nil
            }
        }
    }
}

/// A production genome on bars that are not those its artifact was made for: good for a rehearsal, worth nothing as
/// evidence.
struct SignalRehearsal {
    /// What it decided at the bars that were there already, over its last trade window.
    private(set) var past: [SignalRow] = []
    private let symbol: Symbol
    private let fold: Int
    private let interval: BarInterval
    private var strategy: LiveStrategy
    private var lastOpen: Timestamp

    /// Starts a genome as if its trade window had begun one window ago; nil when it is none of this program, or when
    /// there are no bars.
    init?(_ artifact: SignalsArtifact, on bars: BarSeries) {
        guard let asset = artifact.asset(bars.symbol), !bars.isEmpty,
            let genome = StrategyGenome(namedGenes: asset.production.genome),
            !genome.looksAtTimeframes || artifact.origin.timeframes != nil
        else { return nil }
        (symbol, fold, interval) = (asset.symbol, asset.production.fold, bars.interval)
        strategy = LiveStrategy(
            genome: genome, costs: artifact.origin.costs,
            timeframes: artifact.origin.timeframes.map { TimeframeTrend($0, base: bars.interval) })
        let start = max(0, bars.count - artifact.origin.tradeWindow)
        for row in 0..<start { strategy.warm(bars[row]) }
        lastOpen = bars[bars.count - 1].openTime
        for row in start..<bars.count {
            past.append(strategy.decide(bars[row]).row(symbol: symbol, time: bars.closeTime(row), fold: fold))
        }
    }

    /// The row decided at the close of the next bar; nil for a bar that is not newer than the last one.
    mutating func take(_ bar: Bar, at time: Timestamp) -> SignalRow? {
        guard bar.openTime > lastOpen else { return nil }
        lastOpen = bar.openTime
        return strategy.decide(bar).row(symbol: symbol, time: time, fold: fold)
    }
}
