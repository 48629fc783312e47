import Core
import Signals
import Testing

/// No feature sees the future: on any prefix of the bars it has, bit for bit, the values it has on all of them.
@Suite struct LookAheadTests {
    /// The first cut at which `column` over the prefix differs from the prefix of `column` over everything.
    private func firstLeak(
        over bars: BarSeries, cuts: [Int], in column: (BarSeries) -> [Double]
    ) -> Int? {
        let whole = column(bars)
        return cuts.first { cut in
            let part = column(bars.prefix(cut))
            return part.count != cut || !zip(part, whole).allSatisfy { $0.bitPattern == $1.bitPattern }
        }
    }

    private func randomCuts(_ count: Int, below end: Int) -> [Int] {
        var random = SeededRandom(seed: 17)
        return (0..<count).map { _ in 1 + random.below(end - 1) }
    }

    @Test(arguments: Fixture.names) func noColumnChangesWhenBarsAreAdded(_ name: String) throws {
        let bars = try Fixture(name).bars
        let cuts = randomCuts(25, below: bars.count)
        for key in ColumnKey.all {
            let leak = firstLeak(over: bars, cuts: cuts) { key.column(over: $0) }
            #expect(leak == nil, "\(key)")
        }
    }

    @Test(arguments: Fixture.names) func aThousandCutsFindNoColumnThatSeesTheFuture(_ name: String) throws {
        let bars = try Fixture(name).bars
        let whole = ColumnKey.all.map { $0.column(over: bars) }
        for (number, cut) in randomCuts(1000, below: bars.count).enumerated() {
            // Three columns a cut, in turn, so that each column meets more than twenty cuts of its own.
            for place in 0..<3 {
                let slot = (number * 3 + place) % ColumnKey.all.count
                let part = ColumnKey.all[slot].column(over: bars.prefix(cut))
                let isPrefix = zip(part, whole[slot]).allSatisfy { $0.bitPattern == $1.bitPattern }
                #expect(part.count == cut && isPrefix, "\(ColumnKey.all[slot]) at \(cut)")
            }
        }
    }

    @Test func aLeakyFeatureIsCaught() throws {
        let bars = try Fixture("btcusdt-1h").bars
        let cuts = randomCuts(25, below: bars.count)
        let centred = firstLeak(over: bars, cuts: cuts) { part in
            part.close.indices.map { part.close[min($0 + 1, part.count - 1)] - part.close[$0] }
        }
        let normalised = firstLeak(over: bars, cuts: cuts) { part in
            let highest = part.high.max() ?? 1
            return part.close.map { $0 / highest }
        }
        #expect(centred != nil && normalised != nil)
    }
}
