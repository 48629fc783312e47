import ArgumentParser
import Foundation

/// The event-driven workload: Engine and Simulator against the same trades of a plain loop.
struct W4Command: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "w4", abstract: "Backtest an EMA crossing with brackets, bar by bar, through the engine.")

    @Option(help: "Bars of our convention; 100,000 generated ones without it.") var csv: String?
    @Option(help: "Generated bars, without --csv.") var bars = 100_000
    @Option(help: "Fresh processes to take the median of.") var runs = 5
    @Option(name: .customLong("case"), help: "normal, busy or tight; all without it.") var rules: W4Case?
    @Option(help: "tp-first, levels or stop-first; all without it.") var convention: W4Convention?
    @Option(help: "A folder for the trades.") var dump: String?
    @Flag(help: .hidden) var once = false

    func run() throws {
        let cases = rules.map { [$0] } ?? W4Case.allCases
        let conventions = convention.map { [$0] } ?? W4Convention.allCases
        for rules in cases {
            for convention in conventions {
                if once { try single(rules, convention) } else { try median(rules, convention) }
            }
        }
    }

    /// Runs once in this process, compares, and prints the time.
    private func single(_ rules: W4Case, _ convention: W4Convention) throws {
        let bars = try BenchmarkBars(path: csv, count: bars)
        let run = try W4Run(bars, rules, convention)
        var measurement = Measurement()
        let trades = try measurement.time { try run.trades() }
        let peak = Measurement.peakMiB
        let expected = w4Reference(bars.rows, rules, convention)
        guard trades == expected else {
            let place = zip(trades, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? -1
            throw BenchmarkFault(
                "w4 \(rules) \(convention.rawValue): \(trades.count) trades against \(expected.count) of the reference,"
                    + " first difference at \(place)")
        }
        if let dump {
            try FileManager.default.createDirectory(atPath: dump, withIntermediateDirectories: true)
            let path = "\(dump)/aitrade-\(rules)-\(convention.rawValue).csv"
            try W4Trade.csv(trades).write(toFile: path, atomically: true, encoding: .utf8)
        }
        line(rules, convention, bars.rows.count, trades.count, measurement, peak).print()
    }

    /// Runs in fresh processes and prints the median.
    private func median(_ rules: W4Case, _ convention: W4Convention) throws {
        var measurement = Measurement()
        var last: [String: Any] = [:]
        for _ in 0..<max(1, runs) {
            var arguments = ["w4", "--once", "--bars", "\(bars)", "--case", "\(rules)"]
            arguments += ["--convention", convention.rawValue]
            if let csv { arguments += ["--csv", csv] }
            if let dump { arguments += ["--dump", dump] }
            last = try Self.child(arguments)
            measurement.append(
                seconds: last["median_s"] as? Double ?? .nan, processorSeconds: last["cpu_s"] as? Double ?? .nan)
        }
        line(
            rules, convention, last["bars"] as? Int ?? 0, last["trades"] as? Int ?? 0, measurement,
            last["peak_mib"] as? Double ?? .nan
        ).print()
    }

    private func line(
        _ rules: W4Case, _ convention: W4Convention, _ bars: Int, _ trades: Int, _ measurement: Measurement,
        _ peak: Double
    ) -> ReportLine {
        var line = ReportLine(workload: "W4", peer: "aitrade", version: "main", case: "\(rules)/\(convention.rawValue)")
        line.add("bars", bars)
        line.add("evals", 1)
        line.add(measurement)
        line.add("ns_per_bar_eval", measurement.median / Double(bars) * 1e9)
        line.add("bars_per_s", Int(Double(bars) / measurement.median))
        line.add("trades", trades)
        line.add("peak_mib", peak)
        return line
    }

    /// Runs this program again and reads its last line.
    private static func child(_ arguments: [String]) throws -> [String: Any] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0,
            let object = try JSONSerialization.jsonObject(with: output) as? [String: Any]
        else { throw BenchmarkFault("bench \(arguments.joined(separator: " ")) failed") }
        return object
    }
}
