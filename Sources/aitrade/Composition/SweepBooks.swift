import Core
import Signals
import Storage

/// Writes one sweep into the trial ledger: every pair is a trial, when it begins, when it is stopped, and when it ends.
struct SweepBooks {
    private let ledger: TrialLedger
    private let studies: [SweepStudy]
    private let fingerprint: Digest
    private let summary: String

    /// Opens the ledger and writes down what the sweep sets out to try.
    ///
    /// - Throws: `TrialLedgerError`, or ``CommandFailure`` (65) when its chain is broken.
    init(path: String, studies: [SweepStudy]) throws {
        ledger = try TrialLedger(path: path)
        self.studies = studies
        let (first, options) = (studies[0], studies[0].options)
        summary = "aitrade \(AiTrade.version) sweep \(first.grid.above) over \(first.grid.below) \(first.bars.interval)"
        let bars = studies.map { "\($0.bars.symbol) \($0.bars.digest)" }.joined(separator: ",")
        let choices = "\(options.costs.feeBps) \(options.costs.slippageBps) \(options.heldOut)"
        fingerprint = Digest.sha256(Array("\(summary)|\(bars)|\(choices)".utf8))
        try TrialBooks.requireSound(ledger)
        try append(.begun, studies.map { Self.planned($0, count: $0.grid.pairs.count) })
    }

    /// Notes that the sweep was stopped: of the asset after those in `finished` so many pairs were tried.
    func interrupted(_ finished: [SweepResult], tried: Int) throws {
        try append(
            .interrupted,
            studies.enumerated().map { index, study in
                finished.indices.contains(index)
                    ? Self.entry(study, finished[index].judgement.trials)
                    : Self.planned(study, count: index == finished.count ? tried : 0)
            })
    }

    /// Notes the end of the sweep.
    func finished(_ results: [SweepResult]) throws {
        try append(.finished, zip(studies, results).map { Self.entry($0, $1.judgement.trials) })
    }

    private func append(_ kind: TrialEntry.Kind, _ assets: [TrialEntry.Asset]) throws {
        try ledger.append(
            TrialEntry(kind: kind, at: SystemTime.wall(), fingerprint: fingerprint, summary: summary, assets: assets))
    }

    private static func planned(_ study: SweepStudy, count: Int) -> TrialEntry.Asset {
        entry(
            study,
            TrialRecord(evaluations: count, trials: count, effective: Double(count), sharpeVariance: nil, bars: 0))
    }

    private static func entry(_ study: SweepStudy, _ record: TrialRecord) -> TrialEntry.Asset {
        TrialEntry.Asset(
            symbol: study.bars.symbol, first: study.bars.closeTime(0).milliseconds,
            last: study.bars.closeTime(study.bars.count - 1).milliseconds, evaluations: record.evaluations,
            trials: record.trials, effective: record.effective, sharpeVariance: record.sharpeVariance,
            bars: record.bars)
    }
}
