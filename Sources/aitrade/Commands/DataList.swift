import ArgumentParser
import Core
import Storage

/// `aitrade data list`.
struct DataList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Shows the stored bars and their gaps.",
        discussion: "Example: aitrade data list --gaps")

    @OptionGroup var bars: BarFolderOption
    @Flag(help: "List every gap.") var gaps = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let listings = try BarStore(folder: bars.folder).list()
        let sound = listings.compactMap { try? $0.content.get() }
        if json {
            try Output.json(sound)
        } else {
            Output.table(
                ["symbol", "interval", "bars", "first (UTC)", "last (UTC)", "gaps", "bars missing"],
                sound.map {
                    [
                        $0.symbol.name, "\($0.interval)", "\($0.rows)", Output.time($0.first), Output.time($0.last),
                        "\($0.gaps.count)", "\($0.missingBars)",
                    ]
                })
            if gaps { sound.forEach(printGaps) }
        }
        for listing in listings {
            if case .failure(let error) = listing.content { print("  \(listing.path): \(error)") }
        }
        if sound.count < listings.count { throw ExitStatusRequest(.corruptInput) }
        if listings.isEmpty {
            throw CommandFailure(
                .corruptInput, "there are no bars in \(bars.folder)", fix: "import some: aitrade data import FILE.csv")
        }
    }

    private func printGaps(_ summary: BarSummary) {
        guard !summary.gaps.isEmpty else { return }
        print("\n  \(summary.symbol)-\(summary.interval)")
        for gap in summary.gaps {
            print("    after \(Output.time(gap.after)): \(gap.missingBars) bars missing")
        }
    }
}
