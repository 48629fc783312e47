import ArgumentParser
import Core
import Foundation

/// What the benchmarks of indicators, sweeps and searches share.
struct SearchOptions: ParsableArguments {
    @Option(help: "Bars of our convention; generated ones without it.") var csv: String?
    @Option(help: "Generated bars, without --csv.") var bars = 100_000
    @Option(help: "Calls to take the median of, after one warm-up.") var runs = 5
    @Option(help: "A folder for the values.") var dump: String?

    func series() throws -> BarSeries { try BenchmarkBars(path: csv, count: bars).series() }

    /// The times of fresh calls after one warm-up, and the last result. Of the processor time, which other programs on
    /// the machine change less, the least is kept.
    func measure<Result>(_ body: () -> Result) -> (Measurement, Result) {
        var measurement = Measurement()
        var result = body()
        var least = Double.infinity
        for _ in 0..<max(1, runs) {
            result = measurement.time(body)
            least = min(least, measurement.processorSeconds)
        }
        measurement.keep(processorSeconds: least)
        return (measurement, result)
    }

    func write(_ text: String, to name: String) throws {
        guard let dump else { return }
        try FileManager.default.createDirectory(atPath: dump, withIntermediateDirectories: true)
        try text.write(toFile: "\(dump)/\(name)", atomically: true, encoding: .utf8)
    }

    /// The line of one measurement.
    func line(
        _ workload: String, _ name: String, bars: Int, evaluations: Int, _ measurement: Measurement
    ) -> ReportLine {
        var line = ReportLine(workload: workload, case: name)
        line.add("bars", bars)
        line.add("evals", evaluations)
        line.add(measurement)
        line.add("ns_per_bar_eval", measurement.median / Double(bars) / Double(evaluations) * 1e9)
        return line
    }
}

/// Runs `body` for each part of `count` on a thread of its own.
func onThreads(_ threads: Int, _ count: Int, _ body: @Sendable (Range<Int>) -> Void) {
    let size = (count + threads - 1) / max(threads, 1)
    DispatchQueue.concurrentPerform(iterations: threads) { part in
        let first = min(part * size, count)
        body(first..<min(first + size, count))
    }
}
