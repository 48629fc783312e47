public import Core

/// The rows of one asset as a struct of arrays; all columns have the same length.
public struct SignalColumns: Sendable {
    /// Milliseconds UTC of the close of each row's bar: the row must not be acted on earlier.
    public private(set) var time: [Int64] = []
    /// The position to hold as a share of the asset's budget, -1...1; negative is short.
    public private(set) var target: [Double] = []
    /// How sure the generator is, 0...1.
    public private(set) var confidence: [Double] = []
    /// Absolute stop prices; NaN where a row has none.
    public private(set) var stop: [Double] = []
    /// Absolute take-profit prices; NaN where a row has none.
    public private(set) var takeProfit: [Double] = []
    /// The walk-forward fold that decided each row, an index into the asset's folds.
    public private(set) var fold: [Int32] = []

    /// No rows yet.
    public init() {}

    /// Columns as they were read; the caller has checked that their lengths agree.
    init(
        time: [Int64], target: [Double], confidence: [Double], stop: [Double], takeProfit: [Double], fold: [Int32]
    ) {
        (self.time, self.target, self.confidence) = (time, target, confidence)
        (self.stop, self.takeProfit, self.fold) = (stop, takeProfit, fold)
    }

    /// The number of rows.
    public var count: Int { time.count }

    /// Adds one row; its symbol is not kept. Zero and NaN get their one spelling, as in the file.
    public mutating func append(_ row: SignalRow) {
        time.append(row.time.milliseconds)
        target.append(row.target == 0 ? 0 : row.target)
        confidence.append(row.confidence == 0 ? 0 : row.confidence)
        stop.append(Self.priceOrNone(row.stop))
        takeProfit.append(Self.priceOrNone(row.takeProfit))
        fold.append(Int32(clamping: row.fold))
    }

    private static func priceOrNone(_ price: Double?) -> Double {
        guard let price, !price.isNaN else { return .nan }
        return price
    }

    /// One row of the asset `symbol` as a value.
    public func row(_ index: Int, of symbol: Symbol) -> SignalRow {
        SignalRow(
            symbol: symbol, time: Timestamp(milliseconds: time[index]), target: target[index],
            confidence: confidence[index], stop: stop[index].isNaN ? nil : stop[index],
            takeProfit: takeProfit[index].isNaN ? nil : takeProfit[index], fold: Int(fold[index]))
    }
}

extension SignalColumns: Hashable {
    /// Bit for bit, so that a missing stop (NaN) equals a missing stop.
    public static func == (left: SignalColumns, right: SignalColumns) -> Bool {
        left.time == right.time && left.fold == right.fold
            && zip(left.prices, right.prices).allSatisfy { sides in
                sides.0.elementsEqual(sides.1) { $0.bitPattern == $1.bitPattern }
            }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(time)
        hasher.combine(fold)
        for column in prices { hasher.combine(column.map(\.bitPattern)) }
    }

    private var prices: [[Double]] { [target, confidence, stop, takeProfit] }
}
