import ArgumentParser
import Core
import Foundation
import Simulator
import Storage
import Synchronization

/// A warm-up and a simulated day under load through the runner: what it holds in memory, hour by hour, and how long its queues get.
struct SoakCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak", abstract: "Run 24 + 24 simulated hours at a multiple of the largest bundled day's load.")

    @Option(help: "How many times the bars of the largest bundled day.") var factor = 2
    @Option(help: "The folder of the bundled bars.") var data = "data_cache/bars"
    @Option(help: "A folder for the ledger; made new and removed afterwards.") var state = ".build/bench-soak"

    func run() async throws {
        let folder = URL(fileURLWithPath: state)
        try? FileManager.default.removeItem(at: folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }

        let largest = try Self.largestDay(data)
        let day = try SoakDay(barsPerDay: largest * factor, days: 2)
        let loop = MeasuredLoop(
            market: try W4Market(day.series, .pessimistic), rows: day.rows, state: folder)
        let memory = Mutex<[Double]>([])
        let first = day.firstOpen
        try await loop.run { moment in
            let hour = Int((moment - first).milliseconds / 3_600_000)
            memory.withLock { samples in
                while samples.count <= hour { samples.append(Measurement.residentMiB) }
            }
        }
        report(day, largest, memory.withLock { $0 }, loop)
    }

    private func report(_ day: SoakDay, _ largest: Int, _ memory: [Double], _ loop: MeasuredLoop) {
        var line = ReportLine(workload: "soak", case: "\(factor)x")
        line.add("largest_day_bars", largest)
        line.add("bars", day.series.reduce(0) { $0 + $1.count })
        line.add("hours", memory.count)
        line.add("orders", loop.watch.measurement.seconds.count)
        // The first day warms up caches and pools; the second one has to do with what there is.
        let (start, end) = (memory.count > 24 ? memory[24] : .nan, memory.last ?? .nan)
        line.add("rss_start_mib", memory.first ?? .nan)
        line.add("rss_24h_mib", start)
        line.add("rss_48h_mib", end)
        line.add("rss_growth_percent", (end / start - 1) * 100)
        line.add("largest_batch", loop.watch.largestBatch)
        line.add("most_in_flight", loop.watch.mostInFlight)
        line.print()
    }

    /// The most bars that the bundled files close in one UTC day, over all symbols.
    private static func largestDay(_ folder: String) throws -> Int {
        let store = BarStore(folder: folder)
        var days: [Int64: Int] = [:]
        for name in try store.names() {
            for time in try store.load(name.symbol, name.interval).openTimes {
                days[time / 86_400_000, default: 0] += 1
            }
        }
        return try required(days.values.max())
    }
}

/// Bars of six symbols over some days, and rows that turn every position at every second bar.
struct SoakDay {
    let series: [BarSeries]
    let rows: [SignalRow]

    var firstOpen: Timestamp { Timestamp(milliseconds: series.first?.openTimes.first ?? 0) }

    init(barsPerDay: Int, days: Int) throws {
        let symbols = 6
        let daily = max(1, barsPerDay / symbols)
        let interval = try required(BarInterval(milliseconds: max(1, 86_400 / Int64(daily)) * 1000))
        let each = daily * days
        let source = BenchmarkBars(count: each * symbols).rows
        var (series, rows): ([BarSeries], [SignalRow]) = ([], [])
        for number in 0..<symbols {
            let own = source[(number * each)..<((number + 1) * each)]
            let bars = own.enumerated().map { index, row in
                Bar(
                    openTime: Timestamp(milliseconds: 1_704_067_200_000 + Int64(index) * interval.milliseconds),
                    open: Double(row.open) / 100, high: Double(row.high) / 100, low: Double(row.low) / 100,
                    close: Double(row.close) / 100, volume: Double(row.volume) / 10_000)
            }
            let made = try BarSeries(symbol: try required(Symbol("SOAK\(number)")), interval: interval, bars: bars)
            series.append(made)
            rows += (0..<made.count).map { w4Row(made, bar: $0, .busy).turned(at: $0) }
        }
        (self.series, self.rows) = (series, rows)
    }
}

extension SignalRow {
    /// Long, flat, short, flat, and so on: each bar is another decision.
    fileprivate func turned(at bar: Int) -> SignalRow {
        let direction = [1.0, 0, -1, 0][bar % 4]
        return SignalRow(
            symbol: symbol, time: time, target: target * direction, confidence: 1,
            stop: direction == 0 ? nil : direction > 0 ? stop : takeProfit,
            takeProfit: direction == 0 ? nil : direction > 0 ? takeProfit : stop, fold: 0)
    }
}
