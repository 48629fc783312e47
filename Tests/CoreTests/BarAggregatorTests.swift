import Core
import Testing

@Suite struct BarAggregatorTests {
    private static let hour: Int64 = 3_600_000

    private static func series(_ interval: String, opens: [Int64]) throws -> BarSeries {
        let bars = opens.enumerated().map { row, time in
            let price = 100 + Double(row)
            return Bar(
                openTime: Timestamp(milliseconds: time), open: price, high: price + 2, low: price - 2,
                close: price + 1, volume: 1)
        }
        return try BarSeries(
            symbol: try #require(Symbol("ABC")), interval: try #require(BarInterval(interval)), bars: bars)
    }

    private static func longer(_ bars: BarSeries, _ interval: String) throws -> BarSeries {
        let interval = try #require(BarInterval(interval))
        return try #require(bars.aggregated(to: interval))
    }

    @Test func fourHoursMakeABarThatClosesWithTheLast() throws {
        let bars = try Self.series("1h", opens: (0..<11).map { $0 * Self.hour })
        let four = try Self.longer(bars, "4h")
        #expect(four.openTimes == [0, 4 * Self.hour] && four.interval.description == "4h")
        #expect(four[1].open == 104 && four[1].close == 108 && four[1].volume == 4)
        #expect(four[1].high == 109 && four[1].low == 102)
        #expect(try Self.longer(bars.prefix(7), "4h").count == 1)
        #expect(try Self.longer(bars.prefix(8), "4h").count == 2)
    }

    @Test func theBarUnderWayAtTheStartIsNeverGivenOut() throws {
        let bars = try Self.series("1h", opens: (2..<13).map { $0 * Self.hour })
        #expect(try Self.longer(bars, "4h").openTimes == [4 * Self.hour, 8 * Self.hour])
    }

    @Test func aGapClosesTheBarWithTheNextBarThatComes() throws {
        let opens: [Int64] = [0, 1, 2, 9, 10, 11, 24]
        let bars = try Self.series("1h", opens: opens.map { $0 * Self.hour })
        let four = try Self.longer(bars, "4h")
        #expect(four.openTimes == [0, 8 * Self.hour])
        #expect(four.close == [103, 106] && four.open == [100, 103])
        #expect(try Self.longer(bars.prefix(3), "4h").isEmpty)
        #expect(try Self.longer(bars.prefix(4), "4h").count == 1)
        let day = try Self.longer(bars, "1d")
        #expect(day.openTimes == [0] && day.close == [106] && day.volume == [6])
    }

    @Test func weeksBeginOnMondayAndDaysAtMidnight() throws {
        let day = 24 * Self.hour
        let week = try #require(BarInterval("1w"))
        // 1970-01-05 was a Monday.
        #expect(week.start(holding: 4 * day) == 4 * day && week.start(holding: 11 * day - 1) == 4 * day)
        #expect(week.start(holding: 0) == -3 * day && week.start(holding: -3 * day - 1) == -10 * day)
        let daily = try #require(BarInterval("1d"))
        #expect(daily.start(holding: -1) == -day)
        let bars = try Self.series("1d", opens: (0..<20).map { $0 * day })
        #expect(try Self.longer(bars, "1w").openTimes == [4 * day, 11 * day])
    }

    @Test func aBarAcrossABoundaryBelongsWhereItOpens() throws {
        // Days of a market that begin at 21:00 UTC: the one of Sunday ends inside the next week and closes the old one.
        let opens = (0..<14).map { (4 * 24 - 3 + 24 * Int64($0)) * Self.hour }
        let weeks = try Self.longer(try Self.series("1d", opens: opens), "1w")
        #expect(weeks.openTimes == [96 * Self.hour] && weeks.open == [101] && weeks.close == [108])
    }

    @Test func onlyWholeMultiplesCanBeMade() throws {
        let bars = try Self.series("4h", opens: [0, 4 * Self.hour])
        for interval in ["1h", "6h", "15m"] {
            let longer = try #require(BarInterval(interval))
            #expect(bars.aggregated(to: longer) == nil)
        }
        #expect(try Self.longer(bars, "4h") == bars)
    }

    @Test func moreBarsNeverChangeTheBarsThatAreThere() throws {
        var random = SeededRandom(seed: 3)
        var time: Int64 = 5 * Self.hour
        let opens = (0..<900).map { _ -> Int64 in
            defer { time += Self.hour * (random.chance(0.1) ? Int64(1 + random.below(60)) : 1) }
            return time
        }
        let bars = try Self.series("1h", opens: opens)
        for interval in ["4h", "1d", "1w"] {
            let whole = try Self.longer(bars, interval)
            for cut in 0...bars.count {
                let part = try Self.longer(bars.prefix(cut), interval)
                #expect(part == whole.prefix(part.count))
                // Closed means closed: its end lies at or before the close of the last bar.
                if let last = part.openTimes.last, cut > 0 {
                    #expect(last + part.interval.milliseconds <= bars.closeTime(cut - 1).milliseconds)
                }
            }
        }
    }
}
