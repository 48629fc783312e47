/// Whether one asset's rows may be traded, and why: the record of the search, the evidence, and the gate's clauses.
///
/// The clauses always follow from evidence and record; a header in which they do not is refused.
public struct ArtifactJudgement: Hashable, Codable, Sendable {
    /// What the clauses come to.
    public let verdict: GateVerdict
    /// Every clause, in a fixed order.
    public let clauses: [GateClause]
    /// How much the search of this artifact tried; what was tried before is in the trial ledger.
    public let trials: TrialRecord
    /// What speaks for and against the rows.
    public let evidence: ArtifactEvidence

    /// Judges the evidence by the search's own record.
    public init(evidence: ArtifactEvidence, trials: TrialRecord) {
        (self.evidence, self.trials) = (evidence, trials)
        clauses = DeploymentGate.clauses(evidence, trials)
        verdict = GateVerdict(clauses)
    }

    /// The same evidence judged by everything that was ever tried on this asset and period.
    public func rejudged(_ cumulative: TrialRecord) -> ArtifactJudgement {
        ArtifactJudgement(evidence: evidence, trials: cumulative)
    }

    /// Whether the figures are possible, and verdict and clauses are what they come to.
    var isSound: Bool {
        evidence.isSound && trials.isSound && self == ArtifactJudgement(evidence: evidence, trials: trials)
    }
}

/// What a ``DeploymentGate`` says of an artifact or an asset.
public enum GateVerdict: String, Hashable, Codable, Sendable, CaseIterable, Comparable {
    /// At least one essential clause does not hold: there is no edge to trade. Live mode refuses it.
    case fail
    /// The essential clauses hold, a supporting one does not: it may be an edge, and it may be luck.
    case weak
    /// Every clause holds.
    case pass

    /// The verdict that clauses come to; no clauses are a failure.
    public init(_ clauses: [GateClause]) {
        if clauses.isEmpty || clauses.contains(where: { $0.isEssential && !$0.holds }) {
            self = .fail
        } else {
            self = clauses.allSatisfy(\.holds) ? .pass : .weak
        }
    }

    /// Worse is less.
    public static func < (left: GateVerdict, right: GateVerdict) -> Bool {
        let order = allCases
        return (order.firstIndex(of: left) ?? 0) < (order.firstIndex(of: right) ?? 0)
    }
}

/// One condition of the ``DeploymentGate``.
public struct GateClause: Hashable, Codable, Sendable {
    /// A stable name.
    public let name: String
    /// What was found; nil where the figure is not defined, and then the clause does not hold.
    public let value: Double?
    /// What it is held against.
    public let limit: Double
    /// Whether it holds.
    public let holds: Bool
    /// Whether the verdict is `fail` without it; else it is `weak`.
    public let isEssential: Bool

    private enum CodingKeys: String, CodingKey {
        case name
        case value
        case limit
        case holds
        case isEssential = "essential"
    }
}

/// The conditions under which rows may be traded with real money, at a level of 5 %.
public enum DeploymentGate {
    /// The level of every test.
    public static let alpha = 0.05
    /// Fewer closed trades than this prove little.
    public static let minimumTrades = 30.0

    /// The deflated Sharpe ratio of rows that are exactly as good as the luckiest of all trials: no result below it may
    /// be traded, however good it looks on its own. Without this, trying seed after seed would come through in the end.
    public static let evens = 0.5

    /// Every clause for some evidence under a record of trials.
    public static func clauses(_ evidence: ArtifactEvidence, _ trials: TrialRecord) -> [GateClause] {
        func atLeast(_ name: String, _ value: Double?, _ limit: Double, essential: Bool = false) -> GateClause {
            GateClause(
                name: name, value: value, limit: limit, holds: value.map { $0 >= limit } ?? false,
                isEssential: essential)
        }
        func atMost(_ name: String, _ value: Double?, _ limit: Double, essential: Bool = false) -> GateClause {
            GateClause(
                name: name, value: value, limit: limit, holds: value.map { $0 <= limit } ?? false,
                isEssential: essential)
        }
        let profit = GateClause(
            name: "profit", value: evidence.netReturn, limit: 0, holds: evidence.netReturn > 0, isEssential: true)
        // A high probability with a flat slope only says that neighbouring trials are all but the same strategy.
        let overfitting = GateClause(
            name: "overfitting", value: evidence.overfitting?.probability, limit: 0.5,
            holds: evidence.overfitting.map { $0.probability <= 0.5 || $0.slope >= 0 } ?? false, isEssential: false)
        return [
            profit,
            atLeast("probabilisticSharpe", evidence.probabilisticSharpe, 1 - alpha, essential: true),
            atMost("randomEntries", evidence.randomEntries?.pValue, alpha, essential: true),
            atLeast("luckOfTrials", evidence.deflatedSharpe(trials), evens, essential: true),
            atLeast("trades", Double(evidence.trades), minimumTrades),
            atLeast("deflatedSharpe", evidence.deflatedSharpe(trials), 1 - alpha),
            atMost("superiorAbility", evidence.snooping?.rows, alpha),
            overfitting,
        ]
    }
}
