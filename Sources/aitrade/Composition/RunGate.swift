import Core
import Signals
import Storage

/// What stands between an artifact and a run: the trial ledger and the deployment gate.
struct RunGate {
    let file: ArtifactFile
    let assets: [ArtifactAsset]
    let trials: String

    /// Shows the verdict, and refuses what must not run. A rehearsal against venues on this machine trades no money:
    /// there a verdict of `fail` is only shown.
    ///
    /// - Throws: ``CommandFailure``: 65 when the ledger is broken or does not know the artifact, 77 when live trading
    ///   meets a verdict of `fail` that nobody has overridden in writing.
    func admit(mode: ExecutionMode, isRehearsal: Bool, override reason: String?, isQuiet: Bool) throws {
        let history = try TrialHistory(path: trials)
        if !history.knows(file.digest) {
            throw CommandFailure(
                .corruptInput, "\(file.path) is not in the trial ledger \(trials): nobody knows what was tried for it",
                fix: "generate it here (aitrade signals), or name the ledger it was generated with (--trials)")
        }
        let judged = assets.map { (asset: $0, judgement: history.judgement($0, of: file.artifact)) }
        if !isQuiet { GateText.show(judged, in: file.path) }
        let refused = judged.filter { ($0.judgement?.verdict ?? .fail) == .fail }.map(\.asset.symbol)
        guard mode == .live, !refused.isEmpty else { return }
        if isRehearsal, reason == nil {
            Output.warn(
                "the deployment gate says fail for \(Self.list(refused)); the venues are on this machine, "
                    + "so this is a rehearsal and goes on")
            return
        }
        try requireOverride(reason, history, refused)
    }

    private func requireOverride(_ reason: String?, _ history: TrialHistory, _ refused: [Symbol]) throws {
        if let reason {
            guard reason.trimmed.count >= 10 else {
                throw CommandFailure(
                    .usage, "--override-gate needs a reason that somebody can read later", fix: "say why in a sentence")
            }
            try TrialLedger(path: trials).append(
                TrialEntry(
                    kind: .override, at: SystemTime.wall(), fingerprint: file.digest, artifact: file.digest,
                    summary: "gate overridden for \(Self.list(refused))", reason: reason.trimmed,
                    overridden: refused))
            return Output.warn("the deployment gate is overridden for \(Self.list(refused)): \(reason.trimmed)")
        }
        // An override counts for the assets that it named, and for no other.
        let overrides = history.rows?.overrides(of: file.digest) ?? []
        let named = Set(overrides.flatMap { $0.overridden ?? [] })
        let left = refused.filter { !named.contains($0) }
        guard left.isEmpty, let last = overrides.last, let reason = last.reason else {
            throw CommandFailure(
                .notAllowed, "the deployment gate says fail for \(Self.list(left)): the signals show no edge",
                fix: (file.artifact.origin.mode == .universal ? "" : "leave them out with --assets, ")
                    + "generate better signals, or write down why it shall trade all the same: "
                    + "--override-gate \"REASON\"")
        }
        Output.warn("the deployment gate was overridden on \(Output.time(last.at)): \(reason)")
    }

    private static func list(_ symbols: [Symbol]) -> String { symbols.map(\.name).joined(separator: ", ") }
}

/// The gate's verdicts as text.
enum GateText {
    /// A line for each asset.
    static func show(_ judged: [(asset: ArtifactAsset, judgement: ArtifactJudgement?)], in path: String) {
        for (asset, judgement) in judged {
            guard let judgement else {
                print("  gate       \(asset.symbol): not judged, counts as fail")
                continue
            }
            let missing = judgement.clauses.count { !$0.holds }
            let why =
                missing == 0
                ? "every clause holds"
                : "misses \(missing) of \(judgement.clauses.count) clauses; aitrade signals inspect \(path)"
            print("  gate       \(asset.symbol): \(judgement.verdict.rawValue) (\(why))")
        }
    }

    /// Every clause of an asset as a table.
    static func table(_ symbol: Symbol, _ judgement: ArtifactJudgement, own: TrialRecord?) {
        print("\n  \(symbol): \(judgement.verdict.rawValue). \(StatisticSentences(judgement, own: own).headline)")
        print(
            "  \(judgement.trials.trials) genomes tried, worth \(Output.number(judgement.trials.effective, 0))",
            terminator: " ")
        print("independent ones\(own.map { "; \($0.trials) of them by this search on \(symbol)" } ?? "")")
        Output.table(
            ["clause", "weight", "", "found", "limit"],
            judgement.clauses.map { clause in
                [
                    clause.name, clause.isEssential ? "essential" : "supporting", clause.holds ? "holds" : "MISSES",
                    clause.value.map { Output.number($0, 4) } ?? "n/a", Output.number(clause.limit),
                ]
            })
    }
}
