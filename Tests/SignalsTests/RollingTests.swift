import Core
import Signals
import Testing

/// The rolling windows against sums taken afresh, on series made to break running sums.
@Suite struct RollingTests {
    /// Values of very different sizes, so that adding and subtracting in place would leave debris behind.
    private func wildSeries(_ count: Int) -> [Double] {
        var random = SeededRandom(seed: 11)
        return (0..<count).map { index in
            let value = random.unit() - 0.3
            return index % 97 < 3 ? value * 1e12 : value
        }
    }

    @Test(arguments: [1, 2, 3, 7, 50]) func sumsDoNotDrift(period: Int) {
        let values = wildSeries(20_000)
        var window = RollingSum(period: period)
        var worst = 0.0
        for (row, value) in values.enumerated() {
            let sum = window.add(value)
            let slice = values[max(0, row + 1 - period)...row]
            worst = max(worst, abs(sum - slice.reduce(0, +)) / slice.reduce(0) { $0 + abs($1) })
            #expect(window.isFull == (row + 1 >= period))
        }
        #expect(worst < 1e-14)
    }

    @Test(arguments: [1, 2, 5, 64]) func maximaAreExact(period: Int) {
        let values = wildSeries(5000)
        var window = RollingMaximum(period: period)
        for (row, value) in values.enumerated() {
            let largest = window.add(value)
            #expect(largest == values[max(0, row + 1 - period)...row].max())
        }
    }

    @Test(arguments: [2, 3, 20, 90]) func momentsAgreeWithTwoPasses(period: Int) {
        var random = SeededRandom(seed: 5)
        var price = 50_000.0
        let values = (0..<20_000).map { _ in
            price += random.unit() - 0.5
            return price
        }
        var window = RollingMoments(period: period)
        for (row, value) in values.enumerated() {
            let moments = window.add(value)
            guard row + 1 >= period else { continue }
            let slice = values[(row + 1 - period)...row]
            let mean = slice.reduce(0, +) / Double(period)
            let variance = slice.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(period)
            #expect(abs(moments.mean - mean) <= 1e-14 * mean)
            #expect(abs(moments.variance - variance) <= 1e-9 * variance + 1e-17)
        }
    }

    @Test func lagLooksExactlyThatFarBack() {
        var lag = Lag(period: 3)
        #expect((0..<3).allSatisfy { lag.exchange(Double($0)).isNaN })
        #expect((3..<20).allSatisfy { lag.exchange(Double($0)) == Double($0 - 3) })
    }
}
