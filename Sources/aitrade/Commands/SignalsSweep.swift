import ArgumentParser
import Core
import Foundation
import Signals
import Storage

/// `aitrade signals sweep`.
struct SignalsSweep: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Tries every pair of two lines, and says whether the best one is more than luck.",
        discussion: """
            A rule holds the asset while the first line lies above the second, all cash or none, decided at a close and
            filled at the next open. The best pair is chosen on the first part of the bars and judged on the part held
            out; every pair tried counts, here and for every later search, in the trial ledger. Lines: ema, sma, vwap
            with FROM..TO:STEP or N,N,N, and close.

            Example: aitrade signals sweep --assets BTCUSDT --above ema:4..52:2 --below ema:60..255:5 --report out
            """)

    @Option(help: "Assets, separated by commas; all with bars that make the interval by default.") var assets: String?
    @Option(help: "Length of a bar.") var interval = "1h"
    @Option(help: "The line that must lie above.") var above = "ema:4..52:2"
    @Option(help: "The line that must lie below.") var below = "ema:60..255:5"
    @Option(help: "Share of the bars, the latest, that the choice never sees.") var heldOut = 0.3
    @Option(help: "Fee of each fill in hundredths of a percent.") var feeBps = 10.0
    @Option(help: "Slippage of each fill in hundredths of a percent.") var slippageBps = 2.0
    @Option(help: "Seed of the simulations that judge the result.") var seed: UInt64 = 1
    @Option(help: "Threads; all processors by default.") var threads: Int?
    @Option(help: "Pairs in the closing table.") var top = 10
    @Option(help: "File for every pair as CSV.") var csv: String?
    @Option(help: "Folder for sweep.html and sweep.json.") var report: String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var bars: BarFolderOption
    @OptionGroup var trials: TrialLedgerOption

    func validate() throws {
        guard threads.map({ (1...256).contains($0) }) ?? true else { throw ValidationError("--threads takes 1 to 256") }
        guard (0.05...0.9).contains(heldOut) else { throw ValidationError("--held-out takes 0.05 to 0.9") }
        guard (0...1000).contains(feeBps) else { throw ValidationError("--fee-bps takes 0 to 1000") }
        guard (0...1000).contains(slippageBps) else { throw ValidationError("--slippage-bps takes 0 to 1000") }
        guard (1...1000).contains(top) else { throw ValidationError("--top takes 1 to 1000") }
    }

    func run() async throws {
        let grid = try grid()
        let settings = try await Settings.load()
        let series = try ChosenBars(folder: bars.folder, interval: interval, assets: assets).load(settings.universe)
        let studies = try studies(grid, series)
        let files = SweepFiles(csv: csv, report: report)
        try files.check()
        // Every pair counts from the moment that it may be tried.
        let books = try SweepBooks(path: trials.path, studies: studies)
        let results = try await run(studies, books)
        try books.finished(results)
        let history = try TrialHistory(path: trials.path)
        let judged = zip(studies, results).map { study, result in
            let (first, last) = (study.bars.closeTime(0), study.bars.closeTime(study.bars.count - 1))
            return result.rejudged(
                history.record(
                    own: result.judgement.trials, first: first.milliseconds, last: last.milliseconds))
        }
        let sweep = Sweep(
            program: "aitrade \(AiTrade.version)", interval: studies[0].bars.interval, options: studies[0].options,
            assets: judged)
        try files.write(sweep)
        if json { return try Output.json(sweep) }
        for (study, result) in zip(studies, judged) { SweepText.show(study, result, top: top) }
        files.announce()
    }

    private func grid() throws -> RuleGrid {
        func side(_ text: String, _ flag: String) throws -> SweepSide {
            do {
                return try SweepSide(text)
            } catch {
                throw CommandFailure(.usage, "\(flag): \(error)", fix: "for example \(flag) ema:4..52:2")
            }
        }
        let (first, second) = (try side(above, "--above"), try side(below, "--below"))
        do {
            return try RuleGrid(above: first, below: second)
        } catch {
            throw CommandFailure(
                .usage, "--above, --below: \(error)", fix: "choose other periods, or a longer step such as 4..52:4")
        }
    }

    private func studies(_ grid: RuleGrid, _ series: [BarSeries]) throws -> [SweepStudy] {
        var options = SweepStudy.Options()
        options.costs = ArtifactCosts(feeBps: feeBps, slippageBps: slippageBps)
        (options.heldOut, options.seed) = (heldOut, seed)
        var studies: [SweepStudy] = []
        var left: [String] = []
        for bars in series {
            do {
                studies.append(try SweepStudy(bars: bars, grid: grid, options: options))
            } catch {
                // Nobody named the assets: those that are too short are left out, and not without saying so.
                if case .bars = error, assets == nil, series.count > 1 {
                    left.append("\(bars.symbol) (\(bars.count) bars)")
                    continue
                }
                throw CommandFailure(
                    .configuration, "\(error)",
                    fix: "shorten the periods of --above and --below, change --held-out, or import more bars")
            }
        }
        guard !studies.isEmpty else {
            throw CommandFailure(
                .configuration, "no asset has bars enough for these periods: \(left.joined(separator: ", "))",
                fix: "shorten the periods of --above and --below, change --held-out, or import more bars")
        }
        if !left.isEmpty { Output.warn("left out, too short for these periods: \(left.joined(separator: ", "))") }
        return studies
    }

    private func run(_ studies: [SweepStudy], _ books: SweepBooks) async throws -> [SweepResult] {
        let stop = StopFlag()
        let listener = await StopSignals.forward(to: { stop.raise() })
        defer { listener.cancel() }
        var results: [SweepResult] = []
        for study in studies {
            if !json { SweepText.announce(study) }
            let display = SweepDisplay(name: study.bars.symbol.name, isSilent: json)
            defer { display.finish() }
            do {
                let result = try await study.run(
                    threads: threads ?? ProcessInfo.processInfo.activeProcessorCount,
                    onProgress: { display.show($0) }, isCancelled: { stop.isRaised })
                results.append(result)
            } catch SweepError.cancelled {
                display.finish()
                try books.interrupted(results, tried: display.tried)
                Output.warn("stopped; what was tried until now counts, nothing was written")
                throw ExitStatusRequest(.interrupted)
            }
        }
        return results
    }
}

/// What a sweep writes as JSON.
struct Sweep: Encodable {
    let program: String
    let interval: BarInterval
    let options: SweepStudy.Options
    let assets: [SweepResult]
}
