import Core
import Optimizer
import Signals
import Testing

/// Seeded bars and small studies that run in milliseconds.
enum StudyBars {
    /// An hourly random walk with slow waves, so that there is something to learn; `missing` rows are left out.
    static func walk(_ name: String, count: Int, seed: UInt64, missing: Range<Int>) throws -> BarSeries {
        try walk(name, count: count, seed: seed) { !missing.contains($0) }
    }

    /// The same with the rows that `isOpen` keeps.
    static func walk(
        _ name: String, count: Int, seed: UInt64, isOpen: (Int) -> Bool = { _ in true }
    ) throws -> BarSeries {
        var random = SeededRandom(seed: seed, stream: name)
        var price = 100.0
        var drift = 0.0
        var bars: [Bar] = []
        for row in 0..<count {
            let open = price
            if row % 60 == 0 { drift = (random.unit() - 0.5) * 0.01 }
            price *= 1 + drift + (random.unit() - 0.5) * 0.02
            let (low, high) = (Swift.min(open, price), Swift.max(open, price))
            let bar = Bar(
                openTime: Timestamp(milliseconds: Int64(row) * 3_600_000), open: open,
                high: high * (1 + random.unit() * 0.004), low: low * (1 - random.unit() * 0.004), close: price,
                volume: 1 + random.unit() * 100)
            if isOpen(row) { bars.append(bar) }
        }
        return try BarSeries(symbol: #require(Symbol(name)), interval: #require(BarInterval("1h")), bars: bars)
    }

    /// Windows of 400 and 60 bars, 8 genomes, 3 generations.
    static func options(_ mode: ArtifactMode = .walk) -> WalkForwardOptions {
        var options = WalkForwardOptions()
        options.mode = mode
        (options.trainWindow, options.tradeWindow, options.purge) = (400, 60, 20)
        (options.search.population, options.search.generations, options.seed) = (8, 3, 7)
        return options
    }

    static let program = ArtifactGenerator(name: "aitrade", version: "test")

    static func artifact(
        _ bars: [BarSeries], _ options: WalkForwardOptions, threads: Int = 2, hooks: GenerationHooks = GenerationHooks()
    ) async throws -> SignalsArtifact {
        let generator = try SignalGenerator(bars: bars, options: options, program: program)
        return try await generator.generate(threads: threads, hooks: hooks)
    }

    static func rows(_ artifact: SignalsArtifact) -> [[SignalRow]] {
        artifact.assets.map { asset in (0..<asset.columns.count).map(asset.row) }
    }
}
