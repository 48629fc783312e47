import Core
import Signals
import Testing

@Suite struct FeatureTests {
    @Test(arguments: Fixture.names) func streamAndTableGiveTheSameBits(_ name: String) throws {
        let bars = try Fixture(name).bars
        let table = FeatureTable(bars: bars)
        let columns = ColumnKey.all.map { table[$0] }
        var stream = FeatureStream(keys: ColumnKey.all)
        for row in 0..<bars.count {
            stream.update(bars[row])
            let same = zip(stream.values, columns).allSatisfy { $0.bitPattern == $1[row].bitPattern }
            #expect(same, "row \(row)")
        }
    }

    @Test(arguments: Fixture.names) func warmUpIsTheFirstDefinedRow(_ name: String) throws {
        let table = FeatureTable(bars: try Fixture(name).bars)
        for key in ColumnKey.all {
            #expect(table[key].firstIndex { !$0.isNaN } == key.warmUp, "\(key)")
            let isFinite = table[key].dropFirst(key.warmUp).allSatisfy { $0.isFinite }
            #expect(isFinite, "\(key)")
        }
    }

    @Test(arguments: Fixture.names) func featuresHaveComparableRanges(_ name: String) throws {
        let table = FeatureTable(bars: try Fixture(name).bars)
        for feature in Feature.allCases {
            for period in QuantisedPeriod.allCases where period.bars <= 40 {
                let values = table[.feature(feature, period)].filter { !$0.isNaN }
                let mean = values.reduce(0, +) / Double(values.count)
                let spread = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
                let isClipped = values.allSatisfy { abs($0) <= 3 }
                #expect(isClipped, "\(feature)")
                #expect((0.4...2).contains(spread), "\(feature) over \(period): \(spread)")
            }
        }
    }

    @Test func slotsNumberAllColumns() {
        #expect(ColumnKey.all.map(\.slot) == Array(ColumnKey.all.indices))
    }

    @Test func featuresOfMotionlessBarsAreZero() throws {
        let bars = try TestBars.flat(count: 300, price: 0.1, volume: 0)
        let table = FeatureTable(bars: bars)
        for key in ColumnKey.all {
            let value = try #require(table[key].last)
            #expect(abs(value) < 1e-12, "\(key)")
        }
    }
}
