import Core
import Optimizer

/// Turns a sweep's equities into its result: the choice, both parts, and the evidence for the part held out.
struct SweepJudge {
    private let study: SweepStudy
    private let outcomes: [SweepResult.Outcome]
    private let best: SweepResult.Outcome
    private let replays: (chosenOn: RuleReplay, heldOut: RuleReplay)
    /// Pairs at even distances that stand for all of them, the best one not among them.
    private let sample: [RuleGrid.Pair]
    private let options: JudgementOptions
    private let isCancelled: @Sendable () -> Bool

    /// The pairs whose returns are looked at to tell how alike all are, and how far their ratios lie apart.
    private static let measured = 256

    init(
        study: SweepStudy, chosenOn: [Double], heldOut: [Double], isCancelled: @escaping @Sendable () -> Bool
    ) {
        self.isCancelled = isCancelled
        let (cash, pairs) = (study.options.cash, study.grid.pairs)
        let outcomes = pairs.indices.map {
            SweepResult.Outcome(pair: pairs[$0], chosenOn: chosenOn[$0] / cash - 1, heldOut: heldOut[$0] / cash - 1)
        }
        // Of equals the first: the choice must not depend on anything else.
        let place = outcomes.indices.reduce(0) { outcomes[$1].chosenOn > outcomes[$0].chosenOn ? $1 : $0 }
        (self.study, self.outcomes, best, options) = (study, outcomes, outcomes[place], study.options.judgement)
        replays = (study.replay(pairs[place], study.chosenOn), study.replay(pairs[place], study.heldOut))
        sample = Judge.evenly(pairs, min(Self.measured, pairs.count)).filter { $0 != pairs[place] }
    }

    /// - Throws: ``SweepError/cancelled``.
    func result() throws(SweepError) -> SweepResult {
        let own = try record()
        let fitted = evidence(replays.chosenOn, study.chosenOn)
        var held = evidence(replays.heldOut, study.heldOut)
        held.efficiency = WalkForwardEfficiency.ratio(
            inSample: best.chosenOn, inSampleBars: study.chosenOn.count, outOfSample: best.heldOut,
            outOfSampleBars: study.heldOut.count)
        try goOn()
        held.overfitting = overfitting()
        try goOn()
        held.snooping = snooping()
        try goOn()
        held.randomEntries = randomEntries()
        held.shuffledBars = try replays.heldOut.trades.isEmpty ? nil : shuffledBars()
        return SweepResult(
            symbol: study.bars.symbol, above: study.grid.above.description, below: study.grid.below.description,
            pairs: outcomes, best: best, chosenOn: part(replays.chosenOn, study.chosenOn, outcomes.map(\.chosenOn)),
            heldOut: part(replays.heldOut, study.heldOut, outcomes.map(\.heldOut)),
            selection: SweepResult.Selection(
                trials: own.trials, effective: own.effective, sharpe: fitted.sharpe, expectedMaximum: fitted.luck(own),
                deflatedSharpe: fitted.deflatedSharpe(own)),
            judgement: ArtifactJudgement(evidence: held, trials: own))
    }

    private func goOn() throws(SweepError) {
        guard !isCancelled() else { throw .cancelled }
    }

    /// How much was tried: every pair.
    private func record() throws(SweepError) -> TrialRecord {
        var sharpes = RunningMoments()
        var columns: [[Double]] = []
        for pair in sample + [best.pair] {
            try goOn()
            let returns = study.replay(pair, study.chosenOn).returns
            sharpes.add((try? ReturnMoments(returns))?.sharpe)
            columns.append(Judge.summed(returns, into: options.periods))
        }
        let trials = study.grid.pairs.count
        return TrialRecord(
            evaluations: trials, trials: trials,
            effective: EffectiveTrials.count(
                trials: trials, correlation: EffectiveTrials.meanCorrelation(columns) ?? .nan),
            sharpeVariance: sharpes.variance, bars: Double(study.chosenOn.count))
    }

    private func evidence(_ replay: RuleReplay, _ rows: Range<Int>) -> ArtifactEvidence {
        let moments = try? ReturnMoments(replay.returns)
        let estimate = moments.map { SharpeEstimate($0) }
        return ArtifactEvidence(
            periods: rows.count, years: Double(rows.count) / WindowStatistics.barsPerYear(study.bars, rows),
            trades: replay.trades.count, netReturn: (replay.curve.last ?? 1) - 1, sharpe: moments?.sharpe,
            skewness: moments?.skewness, kurtosis: moments?.kurtosis, tStatistic: moments?.tStatistic,
            probabilisticSharpe: estimate.flatMap { try? ProbabilisticSharpe.probability($0) },
            minimumTrackRecord: estimate.flatMap { (try? MinimumTrackRecord.observations($0)).flatMap { $0 } },
            buyAndHold: WindowStatistics.buyAndHold(study.bars, rows))
    }

    private func part(_ replay: RuleReplay, _ rows: Range<Int>, _ profits: [Double]) -> SweepResult.Part {
        let (bars, holding) = (study.bars, WindowStatistics.buyAndHold(study.bars, rows))
        let shown = Judge.evenly(Array(rows), min(rows.count, 1000))
        return SweepResult.Part(
            first: bars.openTimes[rows.lowerBound], last: bars.closeTime(rows.upperBound - 1).milliseconds,
            bars: rows.count, netReturn: (replay.curve.last ?? 1) - 1, buyAndHold: holding,
            median: profits.sorted()[(profits.count - 1) / 2],
            beating: Double(profits.count { $0 > holding }) / Double(profits.count),
            sharpe: (try? ReturnMoments(replay.returns))?.sharpe, maxDrawdown: replay.maxDrawdown,
            trades: replay.trades.count, exposure: Double(replay.exposed) / Double(rows.count),
            equity: shown.map { row in
                SweepResult.Point(
                    time: bars.closeTime(row).milliseconds, rule: replay.curve[row - rows.lowerBound],
                    holding: bars.close[row] / bars.close[rows.lowerBound])
            })
    }

    // MARK: Alternatives

    private func columns(_ count: Int, _ rows: Range<Int>) -> [[Double]] {
        let others = Judge.evenly(sample, min(max(count - 1, 0), sample.count))
        return ([best.pair] + others).map { Judge.summed(study.replay($0, rows).returns, into: options.periods) }
    }

    /// Over all bars, as the choice would have been made anywhere.
    private func overfitting() -> ArtifactEvidence.Overfitting? {
        let rows = study.chosenOn.lowerBound..<study.heldOut.upperBound
        return Judge.overfitting(columns(options.candidates, rows), blocks: options.blocks)
    }

    /// The best pair against the others on the part held out.
    private func snooping() -> ArtifactEvidence.Snooping? {
        Judge.snooping(columns(options.sample + 1, study.heldOut), options, random("bootstrap"))
    }

    // MARK: Baselines

    private func randomEntries() -> ArtifactEvidence.Baseline? {
        var random = random("entries")
        return RandomEntries(bars: study.bars, rows: study.heldOut, costs: study.options.costs)
            .baseline(replays.heldOut.trades, simulations: options.randomEntries, random: &random)
    }

    /// The best pair on shuffles of the part held out and the bars that its lines need before.
    private func shuffledBars() throws(SweepError) -> ArtifactEvidence.Baseline? {
        let start = max(0, study.heldOut.lowerBound - 4 * (study.grid.warmUp + 1))
        guard let shuffle = PhaseShuffle(study.bars.slice(start..<study.heldOut.upperBound)) else { return nil }
        var random = random("shuffle")
        let rows = (study.heldOut.lowerBound - start)..<(study.heldOut.upperBound - start)
        var profits: [Double] = []
        for _ in 0..<options.shuffles {
            try goOn()
            guard let surrogate = shuffle.surrogate(&random) else { continue }
            profits.append((study.replay(best.pair, rows, on: surrogate).curve.last ?? 1) - 1)
        }
        return ArtifactEvidence.Baseline(profits, actual: best.heldOut)
    }

    private func random(_ name: String) -> SeededRandom {
        SeededRandom(seed: study.options.seed, stream: "sweep/\(study.bars.symbol)/\(name)")
    }
}
