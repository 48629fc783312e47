import Core
import Foundation
import Signals

/// A report as one HTML page that needs nothing else: no script, no font, no network.
struct ReportPage {
    private let report: StudyReport

    init(_ report: StudyReport) {
        self.report = report
    }

    var html: String {
        let names = report.assets.map(\.symbol.name)
        let links = names.map { "<a href=\"#\($0.escaped)\">\($0.escaped)</a>" }.joined()
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>AiTrade: \(names.joined(separator: ", ").escaped)</title>
            <style>\(ReportStyle.css)</style></head><body>
            <h1>Walk-forward report
            <span class="verdict \(report.verdict.rawValue)">\(report.verdict.rawValue)</span></h1>
            <p class="dim">\(origin.escaped)</p>
            <p class="dim">Artifact SHA-256 <code>\(report.artifact.hex)</code></p>
            <nav>\(report.assets.count > 1 ? links : "")</nav>
            \(report.assets.map { ReportSection($0, crossAsset: report.crossAsset).html }.joined(separator: "\n"))
            <h2>How to read this</h2>
            <p>Everything called out-of-sample comes from bars that the genome trading them had never seen; fitted
            figures stand apart and prove nothing. Returns are shares of one fixed budget, fees and slippage paid.
            docs/statistics.md has every formula and its source.</p>
            </body></html>

            """
    }

    private var origin: String {
        let interval = BarInterval(milliseconds: report.intervalMs).map(\.description) ?? "\(report.intervalMs) ms"
        return "\(report.generator.name) \(report.generator.version), mode \(report.mode.rawValue), preset "
            + "\(report.preset), seed \(report.seed), \(interval) bars, train \(report.trainWindow), trade "
            + "\(report.tradeWindow); fee \(report.costs.feeBps) bp and slippage \(report.costs.slippageBps) bp each; "
            + "\(report.search.trials) genomes tried in \(report.search.evaluations) evaluations."
            + (report.timeframesNote.map { " Entries may ask the \($0)." } ?? "")
    }
}

/// Texts and tables that all sections share.
enum ReportText {
    static func percent(_ share: Double?, _ places: Int = 1) -> String {
        guard let share, share.isFinite else { return "n/a" }
        return String(format: "%+.\(places)f %%", share * 100)
    }

    static func number(_ value: Double?, _ places: Int = 2) -> String {
        guard let value, value.isFinite else { return "n/a" }
        return String(format: "%.\(places)f", value)
    }

    static func day(_ milliseconds: Double) -> String {
        let date = Date(timeIntervalSince1970: milliseconds / 1000)
        return String(date.ISO8601Format(.iso8601(timeZone: .gmt)).prefix(10))
    }

    /// A table; columns after the first stand to the right.
    static func table(_ headings: [String], _ rows: [[String]], numbersFrom first: Int = 1) -> String {
        func cells(_ row: [String], _ tag: String) -> String {
            row.enumerated().map { index, cell in
                "<\(tag)\(index >= first ? " class=\"n\"" : "")>\(cell)</\(tag)>"
            }.joined()
        }
        let body = rows.map { "<tr>\(cells($0, "td"))</tr>" }.joined(separator: "\n")
        return "<div class=\"wide\"><table><tr>\(cells(headings, "th"))</tr>\n\(body)</table></div>"
    }

    /// Six dates over a curve.
    static func days(_ times: [Int64]) -> [(Double, String)] {
        guard let first = times.first, let last = times.last, last > first else { return [] }
        return (0...5).map { step in
            let at = Double(first) + Double(last - first) * Double(step) / 5
            return (at, day(at))
        }
    }
}
