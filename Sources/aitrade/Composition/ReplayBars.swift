import Core
import Engine
import Signals
import Storage

/// The stored bars and instrument rules that a replay needs.
struct ReplayBars {
    let series: [BarSeries]
    let catalog: InstrumentCatalog

    init(_ artifact: SignalsArtifact, _ assets: [ArtifactAsset], folder: String) throws {
        let store = BarStore(folder: folder)
        series = try assets.map { try store.load($0.symbol, artifact.origin.interval) }
        catalog = try InstrumentCatalog(folder: folder)
    }
}

/// What the simulated venue can do.
enum SimulatedVenue {
    static let name = BrokerName("simulated")
    static let capabilities = BrokerCapabilities(nativeProtections: true, reduceOnly: true, duplicateSafe: true)
}
