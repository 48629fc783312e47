/// One bar of market data. Prices are measurements, not money: they enter the money path through ``Price``.
public struct Bar: Hashable, Codable, Sendable {
    /// When the bar opens; it is complete, and may be acted on, only one interval later.
    public let openTime: Timestamp
    /// First traded price.
    public let open: Double
    /// Highest traded price.
    public let high: Double
    /// Lowest traded price.
    public let low: Double
    /// Last traded price.
    public let close: Double
    /// Traded volume in units of the instrument; zero is legal.
    public let volume: Double

    /// A bar from its parts; ``flaw`` tells whether they make sense together.
    @inlinable public init(openTime: Timestamp, open: Double, high: Double, low: Double, close: Double, volume: Double)
    {
        self.openTime = openTime
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
    }

    /// What is wrong with this bar, or nil when it is sound.
    public var flaw: BarFlaw? {
        for value in [open, high, low, close, volume] where !value.isFinite { return .notFinite }
        for value in [open, high, low, close] where value <= 0 { return .notPositive }
        if volume < 0 { return .negativeVolume }
        if high < low { return .highBelowLow }
        if open > high || close > high || open < low || close < low { return .outsideRange }
        return nil
    }
}

/// Why a bar is refused.
public enum BarFlaw: String, Codable, Sendable, CaseIterable {
    /// A price or the volume is NaN or infinite.
    case notFinite
    /// A price is zero or negative.
    case notPositive
    /// The volume is negative.
    case negativeVolume
    /// The high is below the low.
    case highBelowLow
    /// Open or close lie outside the bar's own high and low.
    case outsideRange
}
