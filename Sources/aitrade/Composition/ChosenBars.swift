import Core
import Storage

/// The stored bars that a study looks at: the assets that were named, or all of the universe that have bars of that
/// length or bars that make them.
struct ChosenBars {
    /// The folder of the bar files.
    let folder: String
    /// The length of a bar, as it was written.
    let interval: String
    /// The assets, as they were written; nil for all.
    let assets: String?

    /// Reads them.
    ///
    /// - Throws: ``CommandFailure`` (65) that says what is there instead.
    func load(_ universe: Universe) throws -> [BarSeries] {
        let length = try Flags.interval(interval)
        let store = BarStore(folder: folder)
        let catalog = try InstrumentCatalog(folder: folder)
        let wanted =
            try assets.map(Flags.symbols) ?? Self.known(length, store) { universe.holds($0, catalog) }
        guard !wanted.isEmpty else {
            let kind = universe == .both ? "" : " of UNIVERSE_MODE=\(universe.rawValue)"
            throw CommandFailure(
                .corruptInput, "there are no \(length) bars\(kind) in \(folder)",
                fix: "import some (aitrade data import) or choose another --interval; aitrade data list shows them")
        }
        for symbol in wanted {
            let others = try store.names().filter { $0.symbol == symbol }.map(\.interval)
            guard !others.isEmpty, try store.source(of: symbol, length) == nil else { continue }
            throw CommandFailure(
                .corruptInput, "\(symbol) has no \(length) bars in \(folder), nor any that make them",
                fix:
                    "choose --interval \(others.map(\.description).joined(separator: " or ")), or import \(length) bars"
            )
        }
        return try wanted.map { try store.load($0, length) }
    }

    /// The assets of a universe with bars of that length, or with bars that make them.
    private static func known(
        _ length: BarInterval, _ store: BarStore, where isWanted: (Symbol) -> Bool
    ) throws -> [Symbol] {
        let stored = Set(try store.names().map(\.symbol)).filter(isWanted)
        return try stored.filter { try store.source(of: $0, length) != nil }.sorted()
    }
}
