import Core
import Engine
import Signals
import Storage

/// The stored bars, instrument rules and signal rows that a replay needs.
struct ReplayBars {
    let series: [BarSeries]
    let catalog: InstrumentCatalog
    /// The artifact's rows of the chosen assets, then those of its production genomes for newer bars.
    let rows: [SignalRow]
    /// The newest row of each asset.
    var newestRows: [SignalRow] {
        series.compactMap { bars in rows.last { $0.symbol == bars.symbol } }
    }
    /// Why newer bars have no rows, if so.
    let endOfRows: String?

    init(_ artifact: SignalsArtifact, _ assets: [ArtifactAsset], folder: String) throws {
        let store = BarStore(folder: folder)
        series = try assets.map { try store.load($0.symbol, artifact.origin.interval) }
        catalog = try InstrumentCatalog(folder: folder)
        let chosen = Set(assets.map(\.symbol))
        let continued = try ContinuedRows(artifact, store: store)
        rows = ArtifactFile.rows(of: assets) + continued.rows.filter { chosen.contains($0.symbol) }
        endOfRows = continued.end
    }
}

/// What the simulated venue can do.
enum SimulatedVenue {
    static let name = BrokerName("simulated")
    static let capabilities = BrokerCapabilities(
        nativeProtections: true, reduceOnly: true, duplicateSafe: true, amendsProtections: true)
}
