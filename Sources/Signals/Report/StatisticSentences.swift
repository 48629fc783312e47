/// Each statistic of a judgement in one plain sentence.
public struct StatisticSentences: Sendable {
    private let evidence: ArtifactEvidence
    private let trials: TrialRecord
    private let verdict: GateVerdict
    private let own: TrialRecord?

    /// The sentences of a judgement; `own` is what the search of its artifact alone has tried.
    public init(_ judgement: ArtifactJudgement, own: TrialRecord? = nil) {
        (evidence, trials, verdict) = (judgement.evidence, judgement.trials, judgement.verdict)
        self.own = own
    }

    /// What the verdict means.
    public var headline: String {
        switch verdict {
        case .pass: "Edge: every clause holds, with every trial counted that is known here."
        case .weak: "Perhaps an edge: it beats chance on its own, but not everything that was tried is accounted for."
        case .fail: "No edge: what came out is what luck, costs or the market alone would have given."
        }
    }

    /// Every statistic, in a fixed order.
    public var all: [AssetReport.Sentence] { [counted] + ratios + overfitting + baselines }

    private func sentence(_ name: String, _ value: String?, _ meaning: String) -> AssetReport.Sentence {
        AssetReport.Sentence(name: name, value: value ?? "n/a", meaning: meaning)
    }

    private var counted: AssetReport.Sentence {
        let others = (own?.trials).map { trials.trials - $0 } ?? 0
        return sentence(
            "Trials counted", "\(trials.trials)",
            "Genomes tried, worth \(Self.number(trials.effective, 0)) independent ones"
                + (others > 0
                    ? ": \(own?.trials ?? 0) by this search on this asset, \(others) by all others known here over "
                        + "these bars." : ": those of this search; no other over these bars is known here."))
    }

    private var ratios: [AssetReport.Sentence] {
        let luck = evidence.luck(trials).map { Self.number($0, 4) }
        return [
            sentence(
                "Sharpe ratio per bar", evidence.sharpe.map { Self.number($0, 4) },
                "Mean profit per bar over its standard deviation, measured on \(evidence.periods) bars."),
            sentence(
                "t-statistic", evidence.tStatistic.map { Self.number($0) },
                "How many standard errors the mean profit lies above zero; less than 2 is easily chance."),
            sentence(
                "Probabilistic Sharpe", evidence.probabilisticSharpe.map { Self.percent($0) },
                "The probability that the true ratio is positive, if this had been the only thing ever tried."),
            sentence(
                "Deflated Sharpe", evidence.deflatedSharpe(trials).map { Self.percent($0) },
                "The same after \(trials.trials) trials, worth \(Self.number(trials.effective, 0)) independent ones: "
                    + "the best of so many reaches \(luck ?? "n/a") per bar by luck."),
            sentence(
                "Minimum track record", evidence.minimumTrackRecord.map { "\(Self.number($0, 0)) bars" },
                "So many bars are needed before such a ratio is significant at 5 %; there are \(evidence.periods)."),
            sentence(
                "Minimum backtest length", evidence.minimumBacktestYears(trials).map { "\(Self.number($0, 1)) years" },
                "With less history, so many trials are expected to reach this ratio by luck; there are "
                    + "\(Self.number(evidence.years, 1)) years."),
            sentence(
                "Walk-forward efficiency", evidence.efficiency.map { Self.number($0) },
                "The share of the fitted profit per bar that was left on bars nobody had fitted on; n/a when fitting "
                    + "itself did not pay, or was done on other assets."),
        ]
    }

    private var overfitting: [AssetReport.Sentence] {
        let (overfitting, snooping) = (evidence.overfitting, evidence.snooping)
        return [
            sentence(
                "Probability of overfitting", overfitting.map { Self.percent($0.probability) },
                overfitting.map {
                    "How often the best trial of one half of the history is below the median in the other half, over "
                        + "\($0.splits) splits of \($0.trials) distinct trials (of \($0.candidates) sampled); 50 % is "
                        + "pure noise."
                } ?? "Too few bars or trials to tell."),
            sentence(
                "Degradation slope", overfitting.map { Self.number($0.slope) },
                "How much of a better past shows in the future: 1 all of it, 0 nothing, negative means the opposite."),
            sentence(
                "Probability of loss", overfitting.map { Self.percent($0.lossProbability) },
                "How often the best trial of one half loses money in the other half."),
            sentence(
                "Stochastic dominance", overfitting.map { Self.percent($0.dominance) },
                "The share of percentiles at which picking the best was at least as good as picking blindly."),
            sentence(
                "White's reality check", snooping.map { "p = \(Self.number($0.realityCheck, 3))" },
                "The probability that the best of \(snooping?.models ?? 0) models looks this good by luck alone."),
            sentence(
                "Against all of them", snooping.map { "p = \(Self.number($0.rows, 3))" },
                "The probability that luck alone gives the best of those models what these rows have; the gate asks "
                    + "this."),
            sentence(
                "Hansen's SPA", snooping.map { "p = \(Self.number($0.consistent, 3))" },
                snooping.map {
                    "The same without being fooled by clearly bad models; between \(Self.number($0.lower, 3)) and "
                        + "\(Self.number($0.upper, 3)) whatever one assumes of them."
                } ?? "Too few bars to tell."),
        ]
    }

    private var baselines: [AssetReport.Sentence] {
        [
            sentence(
                "Buy and hold", Self.percent(evidence.buyAndHold, signed: true),
                "What holding one budget over the same bars returned, without costs; the strategy returned "
                    + "\(Self.percent(evidence.netReturn, signed: true))."),
            sentence(
                "Random entries", evidence.randomEntries.map { "p = \(Self.number($0.pValue, 3))" },
                evidence.randomEntries.map {
                    "The share of \($0.simulations) runs of the same trades at random moments that did as well; they "
                        + "returned \(Self.percent($0.mean, signed: true)) on average, the best twentieth more than "
                        + "\(Self.percent($0.high, signed: true))."
                } ?? "There was no trade to place at random."),
            sentence(
                "Phase-shuffled bars", evidence.shuffledBars.map { "p = \(Self.number($0.pValue, 3))" },
                evidence.shuffledBars.map {
                    "The share of \($0.simulations) shuffles of the market, which keep its moves and their linear "
                        + "correlation, on which the strategy did as well; it returned "
                        + "\(Self.percent($0.mean, signed: true)) on average."
                } ?? "There was no trade to repeat."),
        ]
    }

    private static func number(_ value: Double, _ places: Int = 2) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        guard abs(value) < 1e15, abs(value) * scale < 9e18 else { return "n/a" }
        let whole = Int64((abs(value) * scale).rounded())
        let (before, behind) = whole.quotientAndRemainder(dividingBy: Int64(scale))
        let digits = String(behind)
        let padded = String(repeating: "0", count: Swift.max(0, places - digits.count)) + digits
        return (value < 0 && whole != 0 ? "-" : "") + (places == 0 ? "\(before)" : "\(before).\(padded)")
    }

    private static func percent(_ share: Double, signed: Bool = false) -> String {
        (signed && share > 0 ? "+" : "") + number(share * 100, 1) + " %"
    }
}
