public import Core

/// Continues an artifact on bars newer than it: each new bar gives the next row, bit for bit the row that a
/// regeneration of the artifact on the longer history would hold.
///
/// ```swift
/// var continuation = try SignalContinuation(artifact: artifact, bars: history)
/// for bar in newer { apply(try continuation.take(bar, of: bitcoin)) }
/// ```
/// It lives until the production fold's trade window is full; then the artifact must be generated again, because the
/// next fold has a genome of its own. In universal mode the window is counted on the bars of all assets, so all of them
/// must be fed. A bar may come after later ones of other assets, as it does when one venue is slower: it counts at its
/// own close.
///
/// One row may differ then. Whether a moment is the window's last is told by the moments heard until then: where one
/// of another asset is told later than the row, nobody could know, and the row is not flat. Such a position is closed
/// by one more row, at the asset's next bar, though the window is over; so is one of an asset without a bar at the
/// last moment. Of that row a regeneration, which knows the next genome, may share no more than the target.
public struct SignalContinuation: Sendable {
    private struct Desk: Sendable {
        var strategy: LiveStrategy
        let fold: Int
        let group: Int
        var lastOpen: Int64
        /// Whether the fold before left a position, which the first row closes.
        var startsFlat: Bool
        /// Whether the last row asks to hold something.
        var isOpen: Bool
    }

    /// How far a production fold is, on the timeline its assets share.
    private struct Window: Sendable {
        /// The last moment the artifact knows.
        let end: Int64
        /// The moments of the trade window at which any of them closed a bar, ascending.
        var closes: [Int64]

        /// Counts a moment, unless it is known.
        ///
        /// - Returns: How many moments of the window have come up to it, itself included.
        mutating func count(_ close: Int64) -> Int {
            let place = closes.lastIndex { $0 <= close }.map { $0 + 1 } ?? 0
            if place > 0, closes[place - 1] == close { return place }
            closes.insert(close, at: place)
            return place + 1
        }
    }

    private let interval: BarInterval
    private let tradeWindow: Int
    private var desks: [Symbol: Desk] = [:]
    private var windows: [Window] = []

    /// Replays the artifact's own bars; rows of `bars` newer than the artifact are left for ``take(_:of:)``.
    ///
    /// - Throws: ``SignalContinuationError`` naming the asset whose bars or genome do not fit.
    public init(artifact: SignalsArtifact, bars: [BarSeries]) throws(SignalContinuationError) {
        interval = artifact.origin.interval
        tradeWindow = artifact.origin.tradeWindow
        var histories: [BarSeries] = []
        for (index, asset) in artifact.assets.enumerated() {
            guard let given = bars.first(where: { $0.symbol == asset.symbol }), given.interval == interval,
                ArtifactBars(given.prefix(asset.bars.count)) == asset.bars
            else { throw .barsDiffer(asset.symbol) }
            let history = given.prefix(asset.bars.count)
            let group = artifact.origin.mode == .universal ? 0 : index
            desks[asset.symbol] = try Self.desk(asset, history, artifact.origin, group: group)
            histories.append(history)
        }
        let tails = zip(artifact.assets, histories).map { asset, history in
            asset.folds.last.flatMap { $0.tail ? history.firstRow(closingAtOrAfter: $0.trade.first) : nil }
                .map { row in (row..<history.count).map { history.closeTime($0).milliseconds } } ?? [Int64]()
        }
        let lasts = artifact.assets.map(\.bars.last)
        if artifact.origin.mode == .universal {
            windows = [Window(end: lasts.max() ?? 0, closes: Set(tails.joined()).sorted())]
        } else {
            windows = zip(tails, lasts).map { Window(end: $1, closes: $0) }
        }
    }

    /// Takes the next complete bar of `symbol` and gives the row decided at its close.
    ///
    /// - Throws: ``SignalContinuationError``; nothing has changed then.
    public mutating func take(_ bar: Bar, of symbol: Symbol) throws(SignalContinuationError) -> SignalRow {
        guard var desk = desks[symbol] else { throw .unknownAsset(symbol) }
        var window = windows[desk.group]
        let close = bar.openTime + interval.span
        guard bar.openTime.milliseconds - desk.lastOpen >= interval.milliseconds, close.milliseconds > window.end
        else { throw .notNext(symbol, bar.openTime) }
        let used = window.count(close.milliseconds)
        guard used <= tradeWindow || desk.isOpen else { throw .foldIsOver(symbol) }
        let decision = desk.strategy.decide(bar, mustBeFlat: used >= tradeWindow || desk.startsFlat)
        (desk.lastOpen, desk.startsFlat, desk.isOpen) = (bar.openTime.milliseconds, false, decision.target != 0)
        desks[symbol] = desk
        windows[desk.group] = window
        return decision.row(symbol: symbol, time: close, fold: desk.fold)
    }

    /// How many more moments the production genome of `symbol` may decide; nil for an asset the artifact does not have.
    public func barsLeft(_ symbol: Symbol) -> Int? {
        desks[symbol].map { Swift.max(0, tradeWindow - windows[$0.group].closes.count) }
    }

    /// A strategy that has seen the history and stands where the artifact ends.
    private static func desk(
        _ asset: ArtifactAsset, _ history: BarSeries, _ origin: ArtifactOrigin, group: Int
    ) throws(SignalContinuationError) -> Desk {
        guard let genome = origin.strategy(asset.production.genome) else { throw .unknownGenome(asset.symbol) }
        var strategy = LiveStrategy(
            genome: genome, costs: origin.costs,
            timeframes: origin.timeframes.map { TimeframeTrend($0, base: origin.interval) })
        let tail = asset.folds.last.flatMap { $0.tail ? $0.trade.first : nil }
        let start = tail.map { history.firstRow(closingAtOrAfter: $0) } ?? history.count
        for row in 0..<start { strategy.warm(history[row]) }
        let fold = asset.production.fold
        let startsFlat = asset.startsFlat(fold)
        for row in start..<history.count { _ = strategy.decide(history[row], mustBeFlat: startsFlat && row == start) }
        return Desk(
            strategy: strategy, fold: fold, group: group, lastOpen: history.openTimes[history.count - 1],
            startsFlat: startsFlat && start == history.count, isOpen: (asset.columns.target.last ?? 0) != 0)
    }
}

/// Why an artifact cannot be continued.
public enum SignalContinuationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The bars do not start with those the artifact was made from.
    case barsDiffer(Symbol)
    /// The production genome is not one of this program's strategy.
    case unknownGenome(Symbol)
    /// The artifact has no such asset.
    case unknownAsset(Symbol)
    /// The bar is not later than the ones before it.
    case notNext(Symbol, Timestamp)
    /// The production fold's trade window is full, and the asset is flat.
    case foldIsOver(Symbol)

    public var description: String {
        switch self {
        case .barsDiffer(let symbol): "\(symbol): the bars are not those of the artifact; import the same file"
        case .unknownGenome(let symbol): "\(symbol): the production genome is not known to this program; generate again"
        case .unknownAsset(let symbol): "\(symbol) is not in the artifact; generate signals for it"
        case .notNext(let symbol, let time): "\(symbol): the bar opening at \(time.milliseconds) is not the next one"
        case .foldIsOver(let symbol): "\(symbol): the production genome has served its window; generate signals again"
        }
    }
}
