public import Core

/// Trains walk-forward on bars and stitches the out-of-sample rows into an artifact.
///
/// ```swift
/// let generator = try SignalGenerator(bars: [bitcoin], options: WalkForwardOptions(), program: program)
/// let artifact = try await generator.generate(threads: 2)
/// ```
/// A unit (a group of assets and a fold) is a pure function of bars, options and seed. Units run on several threads,
/// may be interrupted after any generation and continue from a checkpoint: the artifact's bytes are the same always.
public struct SignalGenerator: Sendable {
    private let study: Study
    private let program: ArtifactGenerator
    private let column: FeatureTable.ColumnMaker

    /// Checks everything that can be checked before training.
    ///
    /// - Throws: ``SignalGeneratorError`` naming the asset, window or option that does not fit.
    public init(
        bars: [BarSeries], options: WalkForwardOptions, program: ArtifactGenerator
    ) throws(SignalGeneratorError) {
        try self.init(bars: bars, options: options, program: program, column: FeatureTable.column)
    }

    /// The same with columns of another making, such as one that looks ahead.
    package init(
        bars: [BarSeries], options: WalkForwardOptions, program: ArtifactGenerator,
        column: @escaping FeatureTable.ColumnMaker
    ) throws(SignalGeneratorError) {
        study = try Study(bars: bars, options: options)
        (self.program, self.column) = (program, column)
    }

    /// The names of all units in the order in which they are taken up.
    public var units: [UnitKey] { study.units.map(\.key) }

    /// The identity of a checkpoint: the digest of bars, options, genes and program. Stored units may be used only
    /// where it is the same.
    public var fingerprint: Digest {
        var text = "checkpoint 2\n\(program.name) \(program.version)\n"
        for bars in study.bars { text += "\(bars.symbol) \(bars.interval) \(bars.digest)\n" }
        for value in [study.options as any Encodable, study.space] {
            text += String(decoding: (try? ArtifactFormat.json(value)) ?? [], as: UTF8.self) + "\n"
        }
        return Digest.sha256(text)
    }

    /// Trains every unit on up to `threads` threads and stitches the artifact.
    ///
    /// - Throws: ``SignalGeneratorError``, or what a hook throws.
    public func generate(threads: Int, hooks: GenerationHooks = GenerationHooks()) async throws -> SignalsArtifact {
        let assets = try await UnitPool.map(study.bars, threads: threads) { [options = study.options, column] bars in
            AssetStudy(bars: bars, costs: options.costs, timeframes: options.timeframes, column: column)
        }
        let units = study.units
        let book = ProgressBook(unitsTotal: units.count, hooks: hooks)
        let results = try await UnitPool.map(units, threads: threads) { unit in
            let group = study.groups[unit.group]
            let task = UnitTask(
                key: unit.key, space: study.space, group: group, assets: group.teachers.map { assets[$0] },
                options: study.options,
                hooks: hooks, book: book)
            return try task.run()
        }
        return try await ArtifactStitching(
            study: study, assets: assets, program: program, isCancelled: hooks.isCancelled
        )
        .artifact(
            Dictionary(zip(units.map(\.key), results), uniquingKeysWith: { first, _ in first }), threads: threads)
    }
}
