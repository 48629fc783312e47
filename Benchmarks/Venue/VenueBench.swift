import ArgumentParser
import Foundation

/// What the venue client costs on loopback. Each figure stands beside a reference of the same run, so that a busy
/// machine shows in both.
@main struct VenueBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "venuebench",
        abstract: "Measures the venue client against the local twin, and puts the table into a page.")

    @Option(help: "A page; the table between its two venue-bench marks is replaced.") var page: String?
    @Option(help: "Orders for each latency.") var orders = 1000
    @Option(help: "Stream messages to parse.") var messages = 1_000_000

    func run() async throws {
        var table = FigureTable()
        StreamParsing.measure(messages, into: &table)
        try await Latencies.measure(orders, into: &table)
        try await Storm.measure(into: &table)
        print(table.markdown)
        guard let page else { return }
        let text = try String(contentsOfFile: page, encoding: .utf8)
        guard let start = text.range(of: FigureTable.begin), let end = text.range(of: FigureTable.end),
            start.upperBound <= end.lowerBound
        else { throw ValidationError("\(page) has no marks \(FigureTable.begin) and \(FigureTable.end)") }
        let made = text.replacingCharacters(
            in: start.upperBound..<end.lowerBound, with: "\n\(table.preface)\n\n\(table.markdown)\n")
        try Data(made.utf8).write(to: URL(fileURLWithPath: page), options: .atomic)
    }
}

/// The figures, each with its reference.
struct FigureTable {
    static let begin = "<!-- venue-bench -->"
    static let end = "<!-- /venue-bench -->"

    private var rows: [[String]] = []

    mutating func add(_ figure: String, _ value: String, beside reference: String = "-", ratio: Double? = nil) {
        // Seen at once; the table comes at the end.
        FileHandle.standardError.write(Data("  \(figure): \(value); \(reference)\n".utf8))
        rows.append([figure, value, reference, ratio.map { String(format: "%.2f", $0) } ?? "-"])
    }

    var markdown: String {
        let lines =
            [["figure", "measured", "reference in the same run", "ratio"], ["---", "---", "---", "---"]] + rows
        return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
    }

    /// Where and how it was measured.
    var preface: String {
        let load = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8))?.split(separator: " ").first ?? "?"
        let cores = ProcessInfo.processInfo.activeProcessorCount
        return "Measured by `make bench-venue` on \(cores) cores at a load of \(load), release build."
    }
}

/// Times in milliseconds.
struct Spread {
    private let sorted: [Double]

    init(_ values: [Duration]) { sorted = values.map { $0 / .milliseconds(1) }.sorted() }

    func at(_ share: Double) -> Double {
        sorted.isEmpty ? .nan : sorted[min(Int(Double(sorted.count) * share), sorted.count - 1)]
    }

    var text: String { String(format: "p50 %.3f ms, p99 %.3f ms", at(0.5), at(0.99)) }
}
