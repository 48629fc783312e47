import ArgumentParser
import Foundation

/// Writes the page of promises from what was run before.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Write docs/reliability.md from the results of the runs before.")

    @Option(help: "The folder of the results.") var results: String
    @Option(help: "The page to write.") var out: String
    @Option(help: "What was left out, in words.") var note: String?

    func run() throws {
        let found = Results(folder: results)
        let page = ReliabilityPage(results: found, date: Results.day(Date()), machine: Self.machine, note: note)
        try page.text.write(toFile: out, atomically: true, encoding: .utf8)
        print("  \(page.kept) of \(Promise.all.count) promises fully proven by this run, \(page.broken) broken: \(out)")
        if page.broken > 0 { throw ExitCode(1) }
    }

    /// The processor and how many of it, because a time without them says little.
    private static var machine: String {
        let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model = info.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last ?? "?"
        let cores = ProcessInfo.processInfo.activeProcessorCount
        return "\(model.trimmingCharacters(in: .whitespaces)), \(cores) cores, "
            + ProcessInfo.processInfo.operatingSystemVersionString
    }
}
