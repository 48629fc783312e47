import Core
import Testing

@Suite struct BarSeriesTests {
    private func symbol() throws -> Symbol { try #require(Symbol("BTCUSDT")) }
    private func hour() throws -> BarInterval { try #require(BarInterval("1h")) }

    private func bars(_ openTimes: [Int64]) -> [Bar] {
        openTimes.enumerated().map { row, time in
            let price = Double(row + 1)
            return Bar(
                openTime: Timestamp(milliseconds: time), open: price, high: price + 2, low: price - 0.5,
                close: price + 1, volume: price * 10)
        }
    }

    private func series(hours: [Int64]) throws -> BarSeries {
        try BarSeries(symbol: symbol(), interval: hour(), bars: bars(hours.map { $0 * 3_600_000 }))
    }

    @Test func rowsComeBackAsTheyWentIn() throws {
        let rows = bars([0, 3_600_000, 7_200_000])
        let series = try BarSeries(symbol: symbol(), interval: hour(), bars: rows)
        #expect(series.count == 3 && !series.isEmpty)
        #expect((0..<3).map { series[$0] } == rows)
        #expect((0..<3).map { series.closeTime($0).milliseconds } == [3_600_000, 7_200_000, 10_800_000])
        #expect(try self.series(hours: []).isEmpty)
    }

    @Test(arguments: 0..<5) func aColumnOfAnotherLengthIsRefused(short: Int) throws {
        let columns = (0..<5).map { [Double](repeating: 1, count: $0 == short ? 1 : 2) }
        #expect(throws: BarSeriesError.columnsDiffer) {
            try BarSeries(
                symbol: symbol(), interval: hour(), openTimes: [0, 3_600_000], open: columns[0], high: columns[1],
                low: columns[2], close: columns[3], volume: columns[4])
        }
    }

    @Test func aRowLessThanAnIntervalAfterTheLastIsRefused() throws {
        for step in [Int64(-3_600_000), -1, 0, 1, 3_599_999] {
            #expect(throws: BarSeriesError.notAscending(row: 1), "step \(step)") {
                try BarSeries(symbol: symbol(), interval: hour(), bars: bars([0, step]))
            }
        }
        for step in [Int64(3_600_000), 3_600_001, 7_200_000] {
            #expect(try BarSeries(symbol: symbol(), interval: hour(), bars: bars([0, step])).count == 2)
        }
    }

    @Test(arguments: 0..<4) func theFlawedRowIsNamed(row: Int) throws {
        var rows = bars([0, 3_600_000, 7_200_000, 10_800_000])
        let good = rows[row]
        rows[row] = Bar(openTime: good.openTime, open: .nan, high: 1, low: 1, close: 1, volume: 1)
        #expect(throws: BarSeriesError.flawedBar(row: row, .notFinite)) {
            try BarSeries(symbol: symbol(), interval: hour(), bars: rows)
        }
    }

    @Test func timesThatCannotBeSubtractedAreRefusedInsteadOfTrapping() throws {
        for times in [[Int64.min, Int64.max], [Int64.max], [Int64.min]] {
            #expect(throws: BarSeriesError.timeOutOfRange(row: 0)) {
                try BarSeries(symbol: symbol(), interval: hour(), bars: bars(times))
            }
        }
        let far = Timestamp.distantFuture.milliseconds
        #expect(try BarSeries(symbol: symbol(), interval: hour(), bars: bars([-far, far])).count == 2)
    }

    @Test func gapsAreCountedAndStayGaps() throws {
        #expect(try series(hours: []).gaps.isEmpty)
        #expect(try series(hours: [5]).gaps.isEmpty)
        #expect(try series(hours: [0, 1, 2]).gaps.isEmpty)
        let gaps = try series(hours: [0, 1, 4, 5, 7]).gaps
        #expect(gaps.map(\.after) == [1, 3])
        #expect(gaps.map(\.missing) == [2, 1])
        #expect(try series(hours: [0, 1, 4, 5, 7]).count == 5)
    }

    @Test func slicesAndPrefixesAreWhatTheRowsSay() throws {
        let whole = try series(hours: [0, 1, 2, 5, 6])
        for lower in 0...5 {
            for upper in lower...5 {
                let part = whole.slice(lower..<upper)
                #expect((0..<part.count).map { part[$0] } == (lower..<upper).map { whole[$0] })
                #expect(part.symbol == whole.symbol && part.interval == whole.interval)
            }
        }
        #expect(whole.prefix(9) == whole)
        #expect(whole.prefix(2) == whole.slice(0..<2))
        #expect(whole.prefix(0).isEmpty)
    }

    /// The rows 1, 2 written down by hand: i64 open time, then five f64, all little-endian.
    @Test func theDigestIsTheOneOfTheCanonicalBytes() throws {
        let whole = try series(hours: [0, 1])
        var bytes: [UInt8] = []
        for (time, values) in [(UInt64(0), [1, 3, 0.5, 2, 10]), (3_600_000, [2, 4, 1.5, 3, 20.0])] {
            for word in [time] + values.map(\.bitPattern) {
                for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(word >> shift & 0xff)) }
            }
        }
        #expect(bytes.count == 96)
        #expect(whole.digest == Digest.sha256(bytes))
        #expect(try series(hours: []).digest == Digest.sha256(""))
        #expect(try series(hours: [0, 2]).digest != whole.digest)
        #expect(whole.prefix(1).digest != whole.digest)
    }
}
