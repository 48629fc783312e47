import Core
import Signals

/// What the tests of sweeps share: made bars, and a rule bar by bar that shares no code with the product.
enum SweepBars {
    /// Hourly bars whose closes are given; opens are the closes before.
    static func series(_ closes: [Double]) throws -> BarSeries {
        let bars = closes.indices.map { row -> Bar in
            let (open, close) = (closes[max(row - 1, 0)], closes[row])
            return Bar(
                openTime: Timestamp(milliseconds: Int64(row) * 3_600_000), open: open,
                high: max(open, close) * 1.001, low: min(open, close) * 0.999, close: close, volume: 1 + Double(row % 7)
            )
        }
        guard let symbol = Symbol("TEST"), let hour = BarInterval("1h") else { throw SweepError.bars("no hour") }
        return try BarSeries(symbol: symbol, interval: hour, bars: bars)
    }

    /// A random walk without any skill to find in it.
    static func noise(_ count: Int, seed: UInt64) throws -> BarSeries {
        var random = SeededRandom(seed: seed, stream: "noise")
        var price = 100.0
        return try series(
            (0..<count).map { _ in
                let steps = (0..<8).reduce(0) { sum, _ in sum + random.below(2001) - 1000 }
                price *= 1 + Double(steps) / 400_000
                return price
            })
    }

    /// Long swings under a little noise: crossing averages earn on them, before and after any cut.
    static func swings(_ count: Int) throws -> BarSeries {
        var random = SeededRandom(seed: 5, stream: "swings")
        var price = 100.0
        return try series(
            (0..<count).map { row in
                let drift = row / 150 % 2 == 0 ? 0.0022 : -0.0020
                price *= 1 + drift + Double(random.below(2001) - 1000) / 400_000
                return price
            })
    }

    /// One line, from its definition.
    static func line(_ kind: String, _ period: Int, _ bars: BarSeries) -> [Double] {
        var average = bars.close.first ?? .nan
        return bars.close.indices.map { row in
            if kind == "close" { return bars.close[row] }
            if kind == "ema" {
                average += 2 / Double(period + 1) * (bars.close[row] - average)
                return average
            }
            guard row >= period - 1 else { return .nan }
            let rows = (row - period + 1)...row
            if kind == "sma" { return rows.reduce(0) { $0 + bars.close[$1] } / Double(period) }
            let money = rows.reduce(0) {
                $0 + (bars.high[$1] + bars.low[$1] + bars.close[$1]) / 3 * bars.volume[$1]
            }
            return money / rows.reduce(0) { $0 + bars.volume[$1] }
        }
    }

    /// A rule's profit over `rows`, decided at closes from the one before the first row on, filled at next opens.
    static func plain(
        _ bars: BarSeries, _ above: [Double], _ below: [Double], warmUp: Int, rows: Range<Int>, share: Double,
        cash: Double = 10_000
    ) -> Double {
        var (money, units) = (cash, 0.0)
        for row in rows {
            let wants = row - 1 >= warmUp && above[row - 1] > below[row - 1]
            if wants, units == 0 {
                (units, money) = (money / (bars.open[row] * (1 + share)), 0)
            } else if !wants, units > 0 {
                (money, units) = (units * bars.open[row] * (1 - share), 0)
            }
        }
        return (money + units * bars.close[rows.upperBound - 1]) / cash - 1
    }
}
