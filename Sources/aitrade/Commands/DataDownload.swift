import ArgumentParser
import Brokers
import Core
import Foundation
import Storage

/// `aitrade data download`.
struct DataDownload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "download", abstract: "Fetches recorded bars of a venue into data_cache/bars.",
        discussion: """
            Only closed bars, aligned to UTC; nothing that is stored is fetched again. Interrupted, the same command
            goes on where it was.

            Example: aitrade data download --venue bitget --assets BTCUSDT --interval 1h --from 2024-01-01
            """)

    @Option(help: "bitget (futures), bitget-spot or tinkoff.") var venue = "bitget"
    @Option(help: "Assets, separated by commas.") var assets: String
    @Option(help: "Interval such as 15m, 1h, 1d.") var interval = "1h"
    @Option(help: "First moment (UTC); two years ago by default.") var from: String?
    @Option(help: "Last moment (UTC); now by default.") var to: String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var bars: BarFolderOption

    func run() async throws {
        let settings = try await Settings.load()
        let length = try Flags.interval(interval)
        let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        let start = try from.map { try Flags.moment($0, flag: "--from") } ?? now - .seconds(2 * 365 * 86_400)
        let end = min(try to.map { try Flags.moment($0, flag: "--to") } ?? now, now)
        guard start < end else { throw CommandFailure(.usage, "--from is not before --to", fix: "swap them") }
        let source = try BarSource(try Venues.named(venue), settings.venues)
        let summaries: [BarSummary]
        do {
            summaries = try await fetch(source, length, from: start, to: end)
            await source.close()
        } catch {
            await source.close()
            throw error is VenueError ? Venues.failure(error) : error
        }
        if json { try Output.json(summaries) }
    }

    private func fetch(
        _ source: BarSource, _ length: BarInterval, from start: Timestamp, to end: Timestamp
    ) async throws -> [BarSummary] {
        var summaries: [BarSummary] = []
        for symbol in try Flags.symbols(assets) {
            let download = BarDownload(
                symbol: symbol, interval: length, from: start, to: end, source: source,
                store: BarStore(folder: bars.folder), isQuiet: json)
            let result = try await download.run()
            summaries.append(result.summary)
            if !json { print("  \(symbol)-\(length): \(result.summary.rows) bars, \(result.added) new") }
        }
        return summaries
    }
}
