/// Makes longer bars of shorter ones, fed one by one, and gives each out once it is closed: never earlier.
///
/// A bar belongs to the longer bar in which it opens (``BarInterval/start(holding:)``). A longer bar is closed by the
/// first bar that closes at its end or opens after it, so it holds nothing that was not known at that bar's close.
/// Where bars are missing it holds what was traded; where none was traded there is no longer bar. The one that was
/// under way when the bars begin is incomplete, and is never given out.
public struct BarAggregator: Sendable {
    private let shorter: Int64
    private let interval: BarInterval
    /// The longer bar under way; its open time is its own start.
    private var current: Bar?
    private var isFirst = true
    private var isComplete = true

    /// Makes bars of `interval` from bars of `shorter`; nil when the one is not a whole multiple of the other.
    public init?(from shorter: BarInterval, to interval: BarInterval) {
        guard interval.milliseconds % shorter.milliseconds == 0 else { return nil }
        self.shorter = shorter.milliseconds
        self.interval = interval
    }

    /// Takes the next bar and hands `close` what is closed by its close: nothing, one longer bar, or two.
    public mutating func take(_ bar: Bar, close: (Bar) -> Void) {
        let start = interval.start(holding: bar.openTime.milliseconds)
        if let open = current, open.openTime.milliseconds != start { finish(open, close) }
        if let open = current {
            current = Self.joined(open, bar)
        } else {
            isComplete = !isFirst || bar.openTime.milliseconds == start
            current = Bar(
                openTime: Timestamp(milliseconds: start), open: bar.open, high: bar.high, low: bar.low,
                close: bar.close, volume: bar.volume)
        }
        isFirst = false
        if let open = current, bar.openTime.milliseconds + shorter >= start + interval.milliseconds {
            finish(open, close)
        }
    }

    private mutating func finish(_ bar: Bar, _ close: (Bar) -> Void) {
        current = nil
        if isComplete { close(bar) }
    }

    private static func joined(_ bar: Bar, _ next: Bar) -> Bar {
        let volume = bar.volume + next.volume
        return Bar(
            openTime: bar.openTime, open: bar.open, high: max(bar.high, next.high), low: min(bar.low, next.low),
            close: next.close, volume: volume.isFinite ? volume : .greatestFiniteMagnitude)
    }
}

extension BarSeries {
    /// The closed bars of a longer interval that these bars make; nil when it is not a whole multiple of theirs.
    ///
    /// Bars added at the end never change what is there already.
    public func aggregated(to longer: BarInterval) -> BarSeries? {
        guard var aggregator = BarAggregator(from: interval, to: longer) else { return nil }
        var bars: [Bar] = []
        for row in 0..<count { aggregator.take(self[row]) { bars.append($0) } }
        return try? BarSeries(symbol: symbol, interval: longer, bars: bars)
    }
}
