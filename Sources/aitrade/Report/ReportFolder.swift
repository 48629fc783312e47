import Core
import Foundation
import Signals
import Storage

/// Where `--report` writes: `report.html` and `report.json`.
struct ReportFolder {
    let path: String

    /// Draws up and writes both files.
    func write(_ reporter: StudyReporter) throws {
        let report = try reporter.report()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try AtomicFile.createFolder(path)
        try AtomicFile.write(Array(try encoder.encode(report)), to: "\(path)/report.json")
        try AtomicFile.write(ReportPage(report).html, to: "\(path)/report.html")
    }
}
