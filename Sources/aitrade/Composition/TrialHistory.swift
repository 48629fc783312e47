import Core
import Signals
import Storage

/// What was ever tried, as far as anybody here knows: by the trial ledger, and where there is none by the artifact.
struct TrialHistory {
    /// nil where there is no ledger.
    let rows: [TrialRow]?

    /// The lines of the ledger at `path`.
    ///
    /// - Throws: `TrialLedgerError`, or ``CommandFailure`` (65) when its chain is broken.
    init(path: String) throws {
        guard let ledger = try TrialLedger.existing(path) else {
            rows = nil
            return
        }
        try TrialBooks.requireSound(ledger)
        rows = try ledger.verified().rows
    }

    /// Whether the artifact is known; without a ledger nothing is unknown.
    func knows(_ artifact: Digest) -> Bool { rows.map { $0.know(artifact) } ?? true }

    /// The judgement of an asset under everything that was ever tried on whatever asset over its bars; its own search
    /// at least.
    func judgement(_ asset: ArtifactAsset, of artifact: SignalsArtifact) -> ArtifactJudgement? {
        guard let judgement = asset.judgement else { return nil }
        return judgement.rejudged(
            record(own: artifact.allTrials(with: judgement.trials), first: asset.bars.first, last: asset.bars.last))
    }

    /// Everything that was ever tried over bars that overlap `first ... last`; a search's own trials at least.
    func record(own: TrialRecord, first: Int64, last: Int64) -> TrialRecord {
        let tried = (rows ?? []).tried(first: first, last: last).map {
            TrialRecord(
                evaluations: $0.evaluations, trials: $0.trials, effective: $0.effective,
                sharpeVariance: $0.sharpeVariance, bars: $0.sharpeVariance == nil ? own.bars : $0.bars)
        }
        guard let first = tried.first else { return own }
        let all = tried.dropFirst().reduce(first) { $0.joined($1) }
        return all.trials < own.trials ? own : all
    }

    /// Every asset that was judged, under everything that was ever tried.
    func judgements(_ artifact: SignalsArtifact) -> [Symbol: ArtifactJudgement] {
        var judged: [Symbol: ArtifactJudgement] = [:]
        for asset in artifact.assets { judged[asset.symbol] = judgement(asset, of: artifact) }
        return judged
    }
}

extension SignalsArtifact {
    /// The trials of all assets of this artifact together; those that share genomes have tried them once.
    fileprivate func allTrials(with own: TrialRecord) -> TrialRecord {
        guard origin.mode == .walk || origin.crossAsset else { return own }
        let records = assets.compactMap(\.judgement?.trials)
        return records.dropFirst().reduce(records.first ?? own) { $0.joined($1) }
    }
}
