import Foundation

/// Times of repeated runs, and the memory that the process ever held.
struct Measurement {
    private(set) var seconds: [Double] = []
    /// Processor time of the last run, which other programs on the machine do not change much.
    private(set) var processorSeconds = 0.0

    /// Runs `body` once and keeps the time.
    mutating func time<Result>(_ body: () throws -> Result) rethrows -> Result {
        let (start, processor) = (ContinuousClock.now, clock())
        let result = try body()
        processorSeconds = Double(clock() - processor) / Double(CLOCKS_PER_SEC)
        seconds.append((ContinuousClock.now - start) / .seconds(1))
        return result
    }

    /// Keeps a time that another process measured.
    mutating func append(seconds: Double, processorSeconds: Double = .nan) {
        self.seconds.append(seconds)
        self.processorSeconds = processorSeconds
    }

    /// Replaces the processor time by a better measured one.
    mutating func keep(processorSeconds: Double) { self.processorSeconds = processorSeconds }

    var median: Double { quantile(0.5) }

    /// The smallest value that at least `share` of all values do not exceed.
    func quantile(_ share: Double) -> Double {
        let sorted = seconds.sorted()
        guard !sorted.isEmpty else { return .nan }
        return sorted[min(sorted.count - 1, max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1))]
    }

    /// What this process holds in memory now, in MiB.
    static var residentMiB: Double { status("VmRSS:") }

    /// The largest resident size of this process so far, in MiB.
    static var peakMiB: Double { status("VmHWM:") }

    private static func status(_ key: String) -> Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(key) }
        return (line?.split(whereSeparator: { !$0.isNumber }).first).flatMap { Double($0) }.map { $0 / 1024 } ?? .nan
    }
}

/// One line of output: names and values in the order they were given.
struct ReportLine {
    private var fields: [String] = []

    /// A line about one case of one workload.
    init(workload: String, peer: String = "aitrade", version: String = "main", case name: String) {
        for (key, value) in [("workload", workload), ("peer", peer), ("version", version), ("case", name)] {
            add(key, value)
        }
    }

    /// The usual figures of repeated runs.
    mutating func add(_ measurement: Measurement) {
        add("runs", measurement.seconds.count)
        add("median_s", measurement.median)
        add("min_s", measurement.quantile(0))
        add("max_s", measurement.quantile(1))
        if !measurement.processorSeconds.isNaN { add("cpu_s", measurement.processorSeconds) }
    }

    /// How the times of many events are spread, in microseconds.
    mutating func add(quantiles measurement: Measurement) {
        add("count", measurement.seconds.count)
        for (name, share) in [("p50_us", 0.5), ("p99_us", 0.99), ("p999_us", 0.999), ("max_us", 1)] {
            add(name, measurement.quantile(share) * 1e6)
        }
    }

    mutating func add(_ name: String, _ text: String) { fields.append("\"\(name)\":\"\(text)\"") }
    mutating func add(_ name: String, _ number: Int) { fields.append("\"\(name)\":\(number)") }

    /// Four significant digits; more would be noise.
    mutating func add(_ name: String, _ number: Double) {
        fields.append("\"\(name)\":" + (number.isFinite ? String(format: "%.4g", number) : "null"))
    }

    /// Prints the line at once, so that a reader of a pipe sees it.
    func print() {
        FileHandle.standardOutput.write(Data(("{" + fields.joined(separator: ",") + "}\n").utf8))
    }
}
