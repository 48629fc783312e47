import Core
import Signals
import Testing

/// The trend over several timeframes rests on closed bars alone, and is the same however it is computed.
@Suite struct TimeframeTrendTests {
    /// Bars with holes, of a share's calendar, and of each interval a store may hold.
    private static func markets() throws -> [BarSeries] {
        let hour: Int64 = 3_600_000
        return [
            try TimeframeBars.walk(
                "HOLES", "1h", TimeframeBars.withHoles(4000, step: hour, from: 7 * hour, seed: 1), seed: 1),
            try TimeframeBars.walk("SHARE", "1h", TimeframeBars.shareHours(3000), seed: 2),
            try TimeframeBars.walk("QUICK", "15m", (0..<6000).map { Int64($0) * hour / 4 }, seed: 3),
            try TimeframeBars.walk("FOUR", "4h", (0..<2500).map { Int64($0) * 4 * hour }, seed: 4),
            // A market whose days begin at 21:00 UTC, weekends closed.
            try TimeframeBars.walk(
                "DAILY", "1d", (0..<1400).filter { $0 % 7 < 5 }.map { (Int64($0) * 24 + 21) * hour }, seed: 5),
            try TimeframeBars.walk("WEEKLY", "1w", (0..<400).map { (Int64($0) * 7 + 4) * 24 * hour }, seed: 6),
        ]
    }

    /// The definition, written down once more the slow way: for each timeframe all of its bars that are closed by the
    /// close of row `row`, made anew of the bars up to it, and the trend feature over them.
    private static func expected(_ bars: BarSeries, row: Int, _ weights: TimeframeWeights) throws -> Double {
        var (sum, known) = (0.0, 0.0)
        for entry in weights.used(on: bars.interval) {
            let length = entry.interval.milliseconds
            var groups: [Int64: [Int]] = [:]
            for index in 0...row {
                groups[entry.interval.start(holding: bars.openTimes[index]), default: []].append(index)
            }
            let isBase = entry.interval == bars.interval
            let now = bars.closeTime(row).milliseconds
            let closed = groups.keys.sorted().filter { start in
                isBase || (start + length <= now && (start >= bars.openTimes[0]))
            }
            let made = closed.compactMap { start -> Bar? in
                guard let rows = groups[start], let first = rows.first, let last = rows.last else { return nil }
                return Bar(
                    openTime: Timestamp(milliseconds: isBase ? bars.openTimes[first] : start), open: bars.open[first],
                    high: rows.map { bars.high[$0] }.max() ?? 0, low: rows.map { bars.low[$0] }.min() ?? 0,
                    close: bars.close[last], volume: 1)
            }
            let period = try #require(QuantisedPeriod(bars: 12))
            var stream = FeatureStream(keys: [.feature(.trend, period)])
            for bar in made { stream.update(bar) }
            guard !stream.values[0].isNaN else { continue }
            sum += entry.weight * stream.values[0]
            known += entry.weight
        }
        return known > 0 ? sum / known : .nan
    }

    @Test func itIsTheWeightedTrendOfClosedBars() throws {
        var random = SeededRandom(seed: 5)
        for bars in try Self.markets() {
            let column = TimeframeTrend(.usual, base: bars.interval).column(over: bars)
            #expect(column.contains { $0 > 0.3 } && column.contains { $0 < -0.3 })
            #expect(column.allSatisfy { !(abs($0) > 3) })
            for row in (0..<25).map({ _ in random.below(bars.count) }) + [0, 1, 11, 12, 13, bars.count - 1] {
                let slow = try Self.expected(bars, row: row, .usual)
                #expect(column[row].bitPattern == slow.bitPattern, "\(bars.symbol) at \(row)")
            }
        }
    }

    private static func firstLeak(
        _ bars: BarSeries, cuts: Int, _ column: (BarSeries) -> [Double]
    ) -> Int? {
        var random = SeededRandom(seed: 17)
        let whole = column(bars)
        return (0..<cuts).map { _ in 1 + random.below(bars.count - 1) }.first { cut in
            let part = column(bars.prefix(cut))
            return part.count != cut || !zip(part, whole).allSatisfy { $0.bitPattern == $1.bitPattern }
        }
    }

    @Test func twelveHundredCutsNeverChangeIt() throws {
        for bars in try Self.markets() {
            let leak = Self.firstLeak(bars, cuts: 200) {
                TimeframeTrend(.usual, base: $0.interval).column(over: $0)
            }
            #expect(leak == nil, "\(bars.symbol)")
        }
    }

    /// What a careless join does: each row sees the whole longer bar that it lies in, its close to come included.
    private static func leaky(_ bars: BarSeries) -> [Double] {
        let weights = TimeframeWeights.usual.used(on: bars.interval)
        var columns: [[Double]] = []
        for entry in weights where entry.interval > bars.interval {
            var closes: [Int64: Double] = [:]
            for row in 0..<bars.count { closes[entry.interval.start(holding: bars.openTimes[row])] = bars.close[row] }
            columns.append(
                (0..<bars.count).map { row in
                    let close = closes[entry.interval.start(holding: bars.openTimes[row])] ?? 0
                    return entry.weight * (close / bars.open[row] - 1)
                })
        }
        return (0..<bars.count).map { row in columns.reduce(0) { $0 + $1[row] } }
    }

    @Test func aTrendThatSeesTheUnfinishedBarIsCaught() throws {
        for bars in try Self.markets().dropLast() {
            #expect(Self.firstLeak(bars, cuts: 25, Self.leaky) != nil, "\(bars.symbol)")
        }
    }

    @Test func timeframesThatWarmUpLendTheirWeight() throws {
        let hour: Int64 = 3_600_000
        let bars = try TimeframeBars.walk("AAA", "1h", (0..<200).map { Int64($0) * hour }, seed: 9)
        let both = TimeframeTrend(try TimeframeWeights("1h=.3,1w=.7"), base: bars.interval).column(over: bars)
        let alone = TimeframeTrend(try TimeframeWeights("1h=1"), base: bars.interval).column(over: bars)
        #expect(zip(both, alone).allSatisfy { abs($0 - $1) < 1e-12 || ($0.isNaN && $1.isNaN) })
        #expect(both[11].isNaN && !both[12].isNaN)
        #expect(TimeframeTrend.reach(.usual, base: bars.interval) == 14 * 168)
    }
}
