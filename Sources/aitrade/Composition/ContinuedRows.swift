import Core
import Signals
import Storage

/// The rows that the artifact's production genomes decide on stored bars newer than the artifact.
struct ContinuedRows {
    /// The rows, in time order.
    private(set) var rows: [SignalRow] = []
    /// Why there are no more, when there are bars without rows.
    private(set) var end: String?

    /// Feeds the newer bars one by one, in time order over all assets of the artifact, as a live run would.
    init(_ artifact: SignalsArtifact, store: BarStore) throws {
        let series = try artifact.assets.map { try store.load($0.symbol, artifact.origin.interval) }
        let newer = zip(artifact.assets, series).flatMap { asset, bars in
            (min(asset.bars.count, bars.count)..<bars.count).map { (bars.closeTime($0), asset.symbol, bars[$0]) }
        }
        guard !newer.isEmpty else { return }
        do {
            var continuation = try SignalContinuation(artifact: artifact, bars: series)
            for (_, symbol, bar) in newer.sorted(by: { ($0.0, $0.1) < ($1.0, $1.1) }) {
                rows.append(try continuation.take(bar, of: symbol))
            }
        } catch {
            end = "\(error)"
        }
    }
}
