import ArgumentParser
import Core
import Foundation
import Optimizer
import Signals
import Storage

/// Which trial ledger a command uses.
struct TrialLedgerOption: ParsableArguments {
    static let defaultPath = "data_cache/trials.sqlite"

    @Option(name: .customLong("trials"), help: "Trial ledger: the books of every search ever run.")
    var path = TrialLedgerOption.defaultPath
}

/// Writes one search into the trial ledger: when it begins, when it is stopped, and when it ends.
struct TrialBooks {
    private let ledger: TrialLedger
    private let generator: SignalGenerator
    private let options: WalkForwardOptions
    private let series: [BarSeries]
    private let summary: String

    /// Opens the ledger and writes down what the search sets out to try.
    ///
    /// - Throws: ``TrialLedgerError``, or ``CommandFailure`` (65) when its chain is broken.
    init(path: String, generator: SignalGenerator, options: WalkForwardOptions, series: [BarSeries]) throws {
        ledger = try TrialLedger(path: path)
        (self.generator, self.options, self.series) = (generator, options, series)
        summary =
            "aitrade \(AiTrade.version) \(options.mode.rawValue) \(options.preset) \(series[0].interval) seed "
            + "\(options.seed) \(options.search.population)x\(options.search.generations)"
        try Self.requireSound(ledger)
        let each = options.search.population * options.search.generations
        try append(.begun) { group in generator.units.count { $0.group == group } * each }
    }

    /// Refuses books somebody took lines out of.
    static func requireSound(_ ledger: TrialLedger) throws {
        let findings = try ledger.verified().findings
        guard let first = findings.first else { return }
        throw CommandFailure(
            .corruptInput, "the trial ledger \(ledger.path) is broken: \(first)",
            fix: "put the lines back from a copy: without them nobody knows how much was tried")
    }

    /// Notes that the search was stopped before its end.
    func interrupted(_ collector: UnitCollector) throws {
        try append(.interrupted) { collector.evaluations(of: $0) }
    }

    /// Notes the end of the search and its artifact.
    func finished(_ artifact: SignalsArtifact, _ digest: Digest) throws {
        try ledger.append(
            TrialEntry(
                kind: .finished, at: SystemTime.wall(), fingerprint: generator.fingerprint, artifact: digest,
                search: artifact.origin.search.digest, summary: summary,
                assets: artifact.assets.map { asset in
                    let record = asset.judgement?.trials
                    return TrialEntry.Asset(
                        symbol: asset.symbol, first: asset.bars.first, last: asset.bars.last,
                        evaluations: record?.evaluations ?? 0, trials: record?.trials ?? 0,
                        effective: record?.effective ?? 0, sharpeVariance: record?.sharpeVariance,
                        bars: record?.bars ?? 0, group: group(of: asset.symbol))
                }))
    }

    private func group(of symbol: Symbol) -> String {
        UnitKey.group(of: symbol, mode: options.mode, crossAsset: options.crossAsset)
    }

    /// A line with a count for each asset, by the name of its group.
    private func append(_ kind: TrialEntry.Kind, counting: (String) -> Int) throws {
        let assets = series.filter { !$0.isEmpty }.map { bars in
            let group = group(of: bars.symbol)
            let count = counting(group)
            return TrialEntry.Asset(
                symbol: bars.symbol, first: bars.closeTime(0).milliseconds,
                last: bars.closeTime(bars.count - 1).milliseconds, evaluations: count, trials: count,
                effective: Double(count), sharpeVariance: nil, bars: 0, group: group)
        }
        try ledger.append(
            TrialEntry(
                kind: kind, at: SystemTime.wall(), fingerprint: generator.fingerprint, summary: summary, assets: assets)
        )
    }
}
