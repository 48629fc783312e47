public import Core

/// On-balance volume: the running sum of volume, added on a higher close, subtracted on a lower one.
///
/// It starts with the first bar's volume, so it is valid at once; only its changes mean anything.
/// Source: Joseph Granville 1963; TA-Lib's OBV.
public struct OBV: Indicator {
    private var previousClose = -Double.infinity
    private var balance = 0.0

    /// A balance that starts with the first bar.
    public init() {}

    /// 0.
    public var warmUp: Int { 0 }

    /// The balance after `bar`.
    public mutating func update(_ bar: Bar) -> Double {
        if bar.close > previousClose { balance += bar.volume }
        if bar.close < previousClose { balance -= bar.volume }
        previousClose = bar.close
        return balance
    }
}
