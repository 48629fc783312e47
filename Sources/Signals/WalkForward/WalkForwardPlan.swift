/// The folds of a walk-forward study over `barCount` bars.
///
/// Fold j trades rows `train + j * trade ..< train + (j + 1) * trade` with a genome fitted on rows
/// `j * trade ..< j * trade + train - purge` alone. The purge rows between the two are never fitted on: no position or
/// look-back that fitting saw reaches into the trade window. The last fold may be cut short by the end of the data; it
/// is the tail. A fold depends on the number of bars only through being cut, so a plan of fewer bars is a prefix.
public struct WalkForwardPlan: Hashable, Sendable {
    /// The number of bars planned for.
    public let barCount: Int
    /// Rows per train window, the purge gap included.
    public let trainWindow: Int
    /// Rows per trade window.
    public let tradeWindow: Int
    /// Rows at the end of each train window that are not fitted on.
    public let purge: Int
    /// The folds that trade at least one bar, ascending.
    public let folds: [WalkForwardFold]

    /// Plans the folds.
    ///
    /// - Parameter warmUp: rows at the start of the data on which no decision is possible.
    /// - Throws: ``WalkForwardError`` naming the window or the number of bars that is needed.
    public init(
        barCount: Int, trainWindow: Int, tradeWindow: Int, purge: Int, warmUp: Int = 0
    ) throws(WalkForwardError) {
        guard tradeWindow > 0 else { throw .tradeWindowTooShort(tradeWindow) }
        let needed = Swift.max(purge, 0) + Swift.max(warmUp, 0) + Self.minimumFittedRows
        guard purge >= 0, trainWindow >= needed else { throw .trainWindowTooShort(trainWindow, needed: needed) }
        guard trainWindow <= 1 << 40, tradeWindow <= 1 << 40 else { throw .tooFewBars(barCount, needed: .max) }
        guard barCount > trainWindow else { throw .tooFewBars(barCount, needed: trainWindow + 1) }
        (self.barCount, self.trainWindow) = (barCount, trainWindow)
        (self.tradeWindow, self.purge) = (tradeWindow, purge)
        let count = (barCount - trainWindow + tradeWindow - 1) / tradeWindow
        folds = (0..<count).map {
            Self.fold($0, barCount: barCount, train: trainWindow, trade: tradeWindow, purge: purge)
        }
    }

    /// The fold that the next, unseen bar belongs to: the tail, or an untraded fold after the last one when the data
    /// ends exactly at a fold's end.
    public var production: WalkForwardFold {
        if let last = folds.last, last.isTail { return last }
        return Self.fold(folds.count, barCount: barCount, train: trainWindow, trade: tradeWindow, purge: purge)
    }

    private static func fold(_ index: Int, barCount: Int, train: Int, trade: Int, purge: Int) -> WalkForwardFold {
        let start = index * trade
        let whole = (start + train)..<(start + train + trade)
        return WalkForwardFold(
            index: index, train: start..<(start + train - purge),
            trade: whole.lowerBound..<Swift.min(whole.upperBound, barCount), isTail: whole.upperBound > barCount)
    }

    /// The fewest rows of a train window, purge and warm-up aside, that are worth fitting on.
    public static let minimumFittedRows = 50
}

/// One fold of a ``WalkForwardPlan``, in rows.
public struct WalkForwardFold: Hashable, Codable, Sendable {
    /// The position among the folds, from 0.
    public let index: Int
    /// The rows the genome is fitted on.
    public let train: Range<Int>
    /// The rows it trades; empty only for a fold of the future.
    public let trade: Range<Int>
    /// Whether the end of the data cuts the trade window short.
    public let isTail: Bool
}

/// Why a walk-forward study cannot be planned.
public enum WalkForwardError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The trade window has no bar.
    case tradeWindowTooShort(Int)
    /// The train window leaves too little after the purge gap and the warm-up.
    case trainWindowTooShort(Int, needed: Int)
    /// There are not enough bars for one train window and one bar to trade.
    case tooFewBars(Int, needed: Int)

    public var description: String {
        switch self {
        case .tradeWindowTooShort(let rows): "--trade-window must be at least 1, not \(rows)"
        case .trainWindowTooShort(let rows, let needed):
            "--train-window must be at least \(needed) (purge gap, warm-up and "
                + "\(WalkForwardPlan.minimumFittedRows) bars to fit on), not \(rows)"
        case .tooFewBars(let count, let needed):
            "\(count) bars are too few: at least \(needed) are needed; import more bars or shorten --train-window"
        }
    }
}
