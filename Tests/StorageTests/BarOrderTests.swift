import Core
import Storage
import Testing

@Suite struct BarOrderTests {
    /// Random short sequences: the run kept is as long as the longest that a search over every
    /// subset finds, and it is in order.
    @Test func keepsAsManyRowsAsAnySubset() throws {
        let interval = try #require(BarInterval(milliseconds: 1000))
        var random = SeededRandom(seed: 4)
        for _ in 0..<2000 {
            let times = (0..<(1 + random.below(7))).map { _ in Int64(random.below(12)) * 500 }
            var rows = BarRows(capacity: 8)
            for (index, time) in times.enumerated() {
                let bar = Bar(
                    openTime: Timestamp(milliseconds: time), open: 1, high: 1, low: 1, close: 1, volume: 0)
                rows.append(bar, line: index + 2, text: 0..<0)
            }
            let checked = BarOrder.check(rows, interval: interval)
            let kept = checked?.kept ?? Array(times.indices)
            #expect(isOrdered(kept.map { times[$0] }))
            #expect(kept.count == longest(times))
            #expect((checked?.faults.count ?? 0) + kept.count == times.count)
        }
    }

    private func isOrdered(_ times: [Int64]) -> Bool { zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= 1000 } }

    private func longest(_ times: [Int64]) -> Int {
        (0..<(1 << times.count)).map { mask in times.indices.filter { mask >> $0 & 1 == 1 }.map { times[$0] } }
            .filter(isOrdered).map(\.count).max() ?? 0
    }
}
