import Core
import Optimizer
import Signals
import Testing

/// Seeded bars of any interval and calendar, and genomes that look at several timeframes.
enum TimeframeBars {
    /// Opens of hourly bars of a share: weekdays, 07:00 to 20:00 UTC without the hour between day and evening session.
    static func shareHours(_ count: Int) -> [Int64] {
        var times: [Int64] = []
        var hour: Int64 = 4 * 24  // Monday, 1970-01-05.
        while times.count < count {
            let (day, clock) = ((hour / 24 + 3) % 7, hour % 24)
            if day < 5, (7...20).contains(clock), clock != 16 { times.append(hour * 3_600_000) }
            hour += 1
        }
        return times
    }

    /// Opens of bars without a calendar, from some moment on, with holes.
    static func withHoles(_ count: Int, step: Int64, from start: Int64, seed: UInt64) -> [Int64] {
        var random = SeededRandom(seed: seed, stream: "holes")
        var time = start
        return (0..<count).map { _ in
            defer { time += step * (random.chance(0.02) ? Int64(2 + random.below(200)) : 1) }
            return time
        }
    }

    /// A walk with slow waves on these opens.
    static func walk(_ name: String, _ interval: String, _ times: [Int64], seed: UInt64) throws -> BarSeries {
        var random = SeededRandom(seed: seed, stream: name)
        var (price, drift) = (100.0, 0.0)
        let bars = times.enumerated().map { row, time in
            let open = price
            if row % 70 == 0 { drift = (random.unit() - 0.5) * 0.006 }
            price *= 1 + drift + (random.unit() - 0.5) * 0.016
            return Bar(
                openTime: Timestamp(milliseconds: time), open: open,
                high: max(open, price) * (1 + random.unit() * 0.004),
                low: min(open, price) * (1 - random.unit() * 0.004), close: price, volume: random.unit() * 100)
        }
        return try BarSeries(
            symbol: try #require(Symbol(name)), interval: try #require(BarInterval(interval)), bars: bars)
    }

    /// Genomes of the space with a gate on timeframes, three of four with the gate on; most of them trade often.
    static func genomes(_ count: Int, seed: UInt64) throws -> [StrategyGenome] {
        let space = try StrategyGenome.space(timeframes: true)
        var random = SeededRandom(seed: seed)
        return (0..<count).map { index in
            var genome = StrategyGenome(genes: space.randomGenome(&random).values)
            if index % 2 == 0 { genome.entryThreshold = min(genome.entryThreshold, 0.5) }
            if index % 7 == 0 { genome.exitShare = -1 }
            if index % 4 != 0 { genome.timeframes?.isOn = true }
            return genome
        }
    }
}
