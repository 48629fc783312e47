import Core
import Runner
import Signals
import Synchronization

/// Signal rows for live bars: the artifact's own where it has one for the moment, otherwise what its production genomes
/// decide, bar by bar.
final class LiveSignals: SignalSource {
    private struct State {
        var known: [Symbol: [Timestamp: SignalRow]] = [:]
        var continuation: SignalContinuation?
        /// Why an asset has no more rows.
        var ends: [Symbol: String] = [:]
    }

    private let state = Mutex(State())

    /// Sources from the artifact's rows, and its continuation over newer stored and downloaded bars.
    ///
    /// - Parameters:
    ///   - series: The bars of every asset of the artifact, as far as they are there, oldest first.
    init(_ artifact: SignalsArtifact, series: [BarSeries]) {
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
    }

    /// Why there are no more rows, by asset.
    var ends: [(symbol: Symbol, reason: String)] {
        state.withLock { state in state.ends.keys.sorted().map { ($0, state.ends[$0] ?? "") } }
    }

    func row(_ symbol: Symbol, _ bar: Bar, at time: Timestamp) -> SignalRow? {
        state.withLock { state in
            if let known = state.known[symbol]?[time] { return known }
            do {
                let row = try state.continuation?.take(bar, of: symbol)
                state.known[symbol, default: [:]][time] = row
                return row
            } catch {
                state.ends[symbol] = "\(error)"
                return nil
            }
        }
    }
}
