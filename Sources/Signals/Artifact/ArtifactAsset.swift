public import Core

/// One asset of an artifact: where its rows come from, and the rows.
public struct ArtifactAsset: Hashable, Sendable {
    /// The asset.
    public var symbol: Symbol
    /// The bars the rows were decided on.
    public var bars: ArtifactBars
    /// The walk-forward folds, ascending; a row's `fold` is an index into them.
    public var folds: [ArtifactFold]
    /// The genome for bars newer than the artifact.
    public var production: ArtifactProduction
    /// Statistics of all out-of-sample rows together; never mixed with in-sample ones.
    public var statistics: ArtifactStatistics
    /// The out-of-sample rows, ascending by time.
    public var columns: SignalColumns
    /// Whether the rows may be traded, and why; nil when nobody has judged them, which live mode takes for a failure.
    public var judgement: ArtifactJudgement?

    /// An asset from its parts; ``SignalsArtifact/init(origin:assets:)`` checks them.
    public init(
        symbol: Symbol, bars: ArtifactBars, folds: [ArtifactFold], production: ArtifactProduction,
        statistics: ArtifactStatistics, columns: SignalColumns, judgement: ArtifactJudgement? = nil
    ) {
        (self.symbol, self.bars, self.folds) = (symbol, bars, folds)
        (self.production, self.statistics, self.columns) = (production, statistics, columns)
        self.judgement = judgement
    }

    /// One row as a value.
    public func row(_ index: Int) -> SignalRow { columns.row(index, of: symbol) }

    /// Whether the fold before `fold` left a position, as it does where the asset has no bar at that fold's last
    /// moment: then the first row of `fold` says 0.
    func startsFlat(_ fold: Int) -> Bool {
        let place = columns.fold.firstIndex { Int($0) >= fold } ?? columns.count
        return place > 0 && columns.target[place - 1] != 0
    }
}

/// The identity of the bars an asset's rows were decided on.
public struct ArtifactBars: Hashable, Codable, Sendable {
    /// The close of the first bar, milliseconds UTC.
    public var first: Int64
    /// The close of the last bar, milliseconds UTC.
    public var last: Int64
    /// The number of bars.
    public var count: Int
    /// ``BarSeries/digest`` of the bars.
    public var sha256: Digest

    /// The identity of `bars`, or nil when there are none.
    public init?(_ bars: BarSeries) {
        guard !bars.isEmpty else { return nil }
        first = bars.closeTime(0).milliseconds
        last = bars.closeTime(bars.count - 1).milliseconds
        count = bars.count
        sha256 = bars.digest
    }
}

/// A closed range of bar closes, milliseconds UTC; written as `[first, last]`.
public struct ArtifactWindow: Hashable, Codable, Sendable {
    /// The close of the first bar.
    public var first: Int64
    /// The close of the last bar.
    public var last: Int64

    /// A window from its ends.
    public init(first: Int64, last: Int64) {
        (self.first, self.last) = (first, last)
    }

    /// Reads `[first, last]`.
    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        first = try container.decode(Int64.self)
        last = try container.decode(Int64.self)
    }

    /// Writes `[first, last]`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(first)
        try container.encode(last)
    }
}

/// One walk-forward fold: a genome fitted on the train window alone, and applied to the trade window.
public struct ArtifactFold: Hashable, Codable, Sendable {
    /// The bars the genome was fitted on.
    public var train: ArtifactWindow
    /// The bars it traded; all of them close after the train window.
    public var trade: ArtifactWindow
    /// Whether the end of the data cut the trade window short, so that a position may still be open at its end.
    public var tail: Bool
    /// The genome's values by gene name; a choice is its index.
    public var genome: [String: Double]
    /// Statistics on the train window.
    public var inSample: ArtifactStatistics
    /// Statistics on the trade window.
    public var outOfSample: ArtifactStatistics

    /// A fold from its parts.
    public init(
        train: ArtifactWindow, trade: ArtifactWindow, tail: Bool, genome: [String: Double],
        inSample: ArtifactStatistics, outOfSample: ArtifactStatistics
    ) {
        (self.train, self.trade, self.tail, self.genome) = (train, trade, tail, genome)
        (self.inSample, self.outOfSample) = (inSample, outOfSample)
    }
}

/// The genome that continues an artifact on bars newer than it.
public struct ArtifactProduction: Hashable, Codable, Sendable {
    /// The fold that the next bar belongs to; one past the last fold when the data ended exactly at a fold's end.
    public var fold: Int
    /// The genome's values by gene name; a choice is its index.
    public var genome: [String: Double]
    /// The bars the genome was fitted on.
    public var train: ArtifactWindow

    /// A production genome from its parts.
    public init(fold: Int, genome: [String: Double], train: ArtifactWindow) {
        (self.fold, self.genome, self.train) = (fold, genome, train)
    }
}
