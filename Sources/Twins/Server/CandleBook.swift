package import Core

/// A candle as measured.
package struct Candle: Hashable, Sendable {
    /// When it opens.
    package let openTime: Timestamp
    /// First price.
    package var open: Double
    /// Highest price.
    package var high: Double
    /// Lowest price.
    package var low: Double
    /// Last price.
    package var close: Double
    /// Units traded.
    package var volume: Double
}

/// The candles of one instrument: stored bars before the twin began, and what happened since, minute by minute.
///
/// Candles shorter than the stored bars follow the same road through a bar as the prices do.
struct CandleBook: Sendable {
    /// Stored bars up to the start.
    let history: BarSeries?
    /// Milliseconds from a bar's own time to the venue's time.
    let shift: Int64
    /// Where the stored part ends and the lived part begins.
    let bornAt: Timestamp
    private var minutes: [Candle] = []

    init(history: BarSeries?, shift: Int64, bornAt: Timestamp) {
        (self.history, self.shift, self.bornAt) = (history, shift, bornAt)
    }

    /// Notes a price that was traded.
    mutating func note(_ price: Double, volume: Double, at now: Timestamp) {
        let start = now.milliseconds - now.milliseconds % 60_000
        guard let last = minutes.last, last.openTime.milliseconds >= start else {
            // A minute begins where the one before it ended.
            let open = minutes.last?.close ?? price
            minutes.append(
                Candle(
                    openTime: Timestamp(milliseconds: start), open: open, high: max(open, price),
                    low: min(open, price), close: price, volume: volume))
            if minutes.count > 100_000 { minutes.removeFirst(50_000) }
            return
        }
        var candle = last
        (candle.high, candle.low, candle.close) = (max(last.high, price), min(last.low, price), price)
        candle.volume += volume
        minutes[minutes.count - 1] = candle
    }

    /// What happened from `start` up to, not including, `end`; nil when nothing is known.
    func candle(from start: Timestamp, to end: Timestamp) -> Candle? {
        var found: Candle?
        if start < bornAt {
            found = stored(from: start.milliseconds - shift, to: min(end, bornAt).milliseconds - shift)
        }
        var index = minutes.partitioningIndex { $0.openTime.milliseconds + 60_000 > start.milliseconds }
        while index < minutes.count, minutes[index].openTime < end {
            Self.append(minutes[index], to: &found)
            index += 1
        }
        return found.map {
            Candle(openTime: start, open: $0.open, high: $0.high, low: $0.low, close: $0.close, volume: $0.volume)
        }
    }

    /// The first moment anything is known of.
    var firstTime: Timestamp {
        history?.openTimes.first.map { Timestamp(milliseconds: $0 + shift) } ?? bornAt
    }

    private func stored(from start: Int64, to end: Int64) -> Candle? {
        guard let history else { return nil }
        let length = history.interval.milliseconds
        var row = history.openTimes.partitioningIndex { $0 + length > start }
        var found: Candle?
        while row < history.count, history.openTimes[row] < end {
            let open = history.openTimes[row]
            let (from, to) = (Double(max(start - open, 0)), Double(min(end - open, length)))
            let road = BarRoad(history[row]).extremes(from: from / Double(length), to: to / Double(length))
            Self.append(
                Candle(
                    openTime: Timestamp(milliseconds: open), open: road.open, high: road.high, low: road.low,
                    close: road.close, volume: history.volume[row] * (to - from) / Double(length)),
                to: &found)
            row += 1
        }
        return found
    }

    private static func append(_ part: Candle, to whole: inout Candle?) {
        guard var candle = whole else { return whole = part }
        (candle.high, candle.low, candle.close) = (max(candle.high, part.high), min(candle.low, part.low), part.close)
        candle.volume += part.volume
        whole = candle
    }
}

extension Array {
    /// The first place whose element is behind a border; elements before it are not.
    func partitioningIndex(where isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
