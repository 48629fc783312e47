public import Core

/// What a sweep of one series came to.
public struct SweepResult: Hashable, Codable, Sendable {
    /// The asset.
    public let symbol: Symbol
    /// The line that must lie above, as it was asked for.
    public let above: String
    /// The line that must lie below.
    public let below: String
    /// How every pair did, in the grid's order.
    public let pairs: [Outcome]
    /// The best pair of the first part: the only one that is judged.
    public let best: Outcome
    /// The first part: what the choice was made on. No evidence.
    public let chosenOn: Part
    /// The part held out.
    public let heldOut: Part
    /// The best pair's ratio on the first part beside what luck alone gives.
    public let selection: Selection
    /// What speaks for and against the best pair on the part held out, and what it comes to.
    public let judgement: ArtifactJudgement

    /// One pair's profit on both parts, as shares of the cash.
    public struct Outcome: Hashable, Codable, Sendable {
        /// The pair.
        public let pair: RuleGrid.Pair
        /// On the part that was chosen on.
        public let chosenOn: Double
        /// On the part held out.
        public let heldOut: Double
    }

    /// What the best pair did on one part.
    public struct Part: Hashable, Codable, Sendable {
        /// When the part's first bar opens, milliseconds UTC.
        public let first: Int64
        /// When its last bar closes.
        public let last: Int64
        /// Its bars.
        public let bars: Int
        /// The profit as a share of the cash, costs paid.
        public let netReturn: Double
        /// Of holding from the first close to the last, without costs.
        public let buyAndHold: Double
        /// The profit of the pair in the middle.
        public let median: Double
        /// The share of pairs that did better than holding.
        public let beating: Double
        /// The Sharpe ratio per bar; nil where nothing was traded.
        public let sharpe: Double?
        /// The deepest fall of the equity from its peak.
        public let maxDrawdown: Double
        /// Positions, one that is open at the end included.
        public let trades: Int
        /// The share of closes with a position.
        public let exposure: Double
        /// The equity at up to a thousand closes, 1 before the first.
        public let equity: [Point]
    }

    /// A place on an equity curve.
    public struct Point: Hashable, Codable, Sendable {
        /// The close, milliseconds UTC.
        public let time: Int64
        /// The rule's equity.
        public let rule: Double
        /// What holding came to.
        public let holding: Double
    }

    /// How good the best of so many must look by luck alone.
    public struct Selection: Hashable, Codable, Sendable {
        /// Pairs tried.
        public let trials: Int
        /// How many independent ones they are worth.
        public let effective: Double
        /// The best pair's Sharpe ratio per bar on the first part.
        public let sharpe: Double?
        /// The ratio that the best of so many without any skill is expected to reach.
        public let expectedMaximum: Double?
        /// The probability that its true ratio is positive, given how much was tried.
        public let deflatedSharpe: Double?
    }

    /// The same result judged by everything that was ever tried over these bars.
    public func rejudged(_ cumulative: TrialRecord) -> SweepResult {
        SweepResult(
            symbol: symbol, above: above, below: below, pairs: pairs, best: best, chosenOn: chosenOn,
            heldOut: heldOut, selection: selection, judgement: judgement.rejudged(cumulative))
    }

    /// The pairs that earned the most on the first part, the best first.
    public func leaders(_ count: Int) -> [Outcome] {
        let order = pairs.indices.sorted { left, right in
            let (one, other) = (pairs[left].chosenOn, pairs[right].chosenOn)
            return one == other ? left < right : one > other
        }
        return order.prefix(count).map { pairs[$0] }
    }

    /// Whether an edge is left, in one sentence.
    public var sentence: String {
        switch judgement.verdict {
        case .pass:
            "An edge remains: on bars that the choice never saw every clause of the gate holds, with all known trials "
                + "counted."
        case .weak:
            "Perhaps an edge remains: on bars that the choice never saw it beats chance on its own, but not everything "
                + "that was tried is accounted for."
        case .fail:
            "No edge: on bars that the choice never saw, what is left is what luck, costs or the market alone would "
                + "have given."
        }
    }
}
