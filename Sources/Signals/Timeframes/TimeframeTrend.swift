public import Core

/// The weighted trend over several timeframes, fed bars of the shortest one by one.
///
/// Each timeframe contributes ``Feature/trend`` over ``period`` of its own bars, which are made of the bars fed
/// (``BarAggregator``) and count from their close on: the value at a bar's close rests on that bar, on earlier ones and
/// on no unfinished longer bar. A timeframe that is still warming up is left out and the others share its weight; NaN
/// while all are. The value lies in -3 ... 3.
public struct TimeframeTrend: Sendable {
    /// Over how many of its own bars each timeframe's trend is taken.
    public static let period = 12

    private struct Frame: Sendable {
        let weight: Double
        /// nil for the timeframe of the bars themselves.
        var aggregator: BarAggregator?
        var trend = TrendFeature(period: TimeframeTrend.period)
        var value = Double.nan

        mutating func take(_ bar: Bar) {
            guard var maker = aggregator else {
                value = trend.update(bar)
                return
            }
            maker.take(bar) { value = trend.update($0) }
            aggregator = maker
        }
    }

    private var frames: [Frame]

    /// The trend over the timeframes that bars of `base` can make; it has seen no bar.
    public init(_ weights: TimeframeWeights, base: BarInterval) {
        frames = weights.used(on: base).map { entry in
            Frame(
                weight: entry.weight,
                aggregator: entry.interval == base ? nil : BarAggregator(from: base, to: entry.interval))
        }
    }

    /// Takes the next bar and gives the trend at its close.
    public mutating func update(_ bar: Bar) -> Double {
        var (sum, known) = (0.0, 0.0)
        for index in frames.indices {
            frames[index].take(bar)
            guard !frames[index].value.isNaN else { continue }
            sum += frames[index].weight * frames[index].value
            known += frames[index].weight
        }
        return known > 0 ? sum / known : .nan
    }

    /// The trend at every bar's close.
    public func column(over bars: BarSeries) -> [Double] {
        var machine = self
        return (0..<bars.count).map { machine.update(bars[$0]) }
    }

    /// How many bars of `base` the slowest timeframe needs before it counts.
    public static func reach(_ weights: TimeframeWeights, base: BarInterval) -> Int {
        guard let longest = weights.used(on: base).last else { return 0 }
        // One more for the incomplete bar at the start, and one for the close before the first range.
        return (period + 2) * Int(longest.interval.milliseconds / base.milliseconds)
    }
}
