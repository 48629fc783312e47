import Core
import Optimizer

/// One fold of an asset as a judge sees it.
struct JudgedFold: Sendable {
    let genome: Genome
    /// Genomes that stand for all trials of the fold's search.
    let sample: [Genome]
    /// The rows it traded.
    let rows: Range<Int>
    let flatRow: Int?
    /// The rows it was fitted on.
    let train: Range<Int>
    let evaluation: StrategyEvaluation
}

/// Gathers the evidence for one asset's out-of-sample rows.
struct Judge: Sendable {
    let asset: AssetStudy
    let folds: [JudgedFold]
    let costs: ArtifactCosts
    let options: JudgementOptions
    /// The seed of every simulation.
    let seed: UInt64
    /// All searches of the asset's folds: distinct genomes, evaluations, and their ratios.
    let trials: Int
    let evaluations: Int
    let sharpes: RunningMoments
    let timeframes: TimeframeWeights?
    /// Whether genomes were fitted on this asset's own bars; across assets they were not.
    let isFitted: Bool

    /// The judgement by this search's own record; nil when nothing was traded.
    func judgement() -> ArtifactJudgement? {
        guard let first = folds.first, let last = folds.last else { return nil }
        let rows = first.rows.lowerBound..<last.rows.upperBound
        let candidates = candidateColumns(through: rows.upperBound)
        let returns = folds.flatMap { AssetStudy.returns(of: $0.evaluation) }
        return ArtifactJudgement(evidence: evidence(returns, rows, candidates), trials: record(candidates))
    }

    private func record(_ candidates: [[Double]]) -> TrialRecord {
        let correlation = EffectiveTrials.meanCorrelation(candidates) ?? .nan
        let bars = folds.reduce(0) { $0 + $1.train.count }
        return TrialRecord(
            evaluations: evaluations, trials: trials,
            effective: EffectiveTrials.count(trials: trials, correlation: correlation),
            sharpeVariance: sharpes.variance, bars: Double(bars) / Double(folds.count))
    }

    private func evidence(_ returns: [Double], _ rows: Range<Int>, _ candidates: [[Double]]) -> ArtifactEvidence {
        let moments = try? ReturnMoments(returns)
        let estimate = moments.map { SharpeEstimate($0) }
        let trades = folds.flatMap(\.evaluation.trades)
        let profit = returns.reduce(0, +)
        return ArtifactEvidence(
            periods: returns.count, years: Double(returns.count) / WindowStatistics.barsPerYear(asset.bars, rows),
            trades: trades.count, netReturn: profit, sharpe: moments?.sharpe, skewness: moments?.skewness,
            kurtosis: moments?.kurtosis, tStatistic: moments?.tStatistic,
            probabilisticSharpe: estimate.flatMap { try? ProbabilisticSharpe.probability($0) },
            minimumTrackRecord: estimate.flatMap { (try? MinimumTrackRecord.observations($0)).flatMap { $0 } },
            efficiency: efficiency(profit, returns.count),
            overfitting: Self.overfitting(candidates, blocks: options.blocks),
            snooping: snooping(returns), randomEntries: randomEntries(trades, rows),
            shuffledBars: trades.isEmpty ? nil : shuffledBars(profit, rows),
            buyAndHold: WindowStatistics.buyAndHold(asset.bars, rows))
    }

    private func efficiency(_ profit: Double, _ bars: Int) -> Double? {
        guard isFitted else { return nil }
        let fitted = folds.map { asset.trained($0.genome, rows: $0.train).netReturn }.reduce(0, +)
        return WalkForwardEfficiency.ratio(
            inSample: fitted, inSampleBars: folds.reduce(0) { $0 + $1.train.count }, outOfSample: profit,
            outOfSampleBars: bars)
    }

    // MARK: Alternatives

    /// What sampled trials, evenly spread over all folds, would have earned on all bars.
    private func candidateColumns(through end: Int) -> [[Double]] {
        var seen: Set<Genome> = []
        let all = folds.flatMap(\.sample).filter { seen.insert($0).inserted }
        let rows = Swift.min(StrategyReach.warmUp, end)..<end
        guard !rows.isEmpty else { return [] }
        return Self.evenly(all, Swift.min(options.candidates, all.count)).map { genome in
            Self.summed(asset.trained(genome, rows: rows).returns, into: options.periods)
        }
    }

    /// The rows against what the n-th sampled trial of each fold would have made of the same bars.
    private func snooping(_ returns: [Double]) -> ArtifactEvidence.Snooping? {
        let alternatives = folds.map(\.sample.count).min() ?? 0
        let models =
            [returns]
            + (0..<alternatives).map { place -> [Double] in
                var isOpen = false
                return folds.flatMap { fold -> [Double] in
                    let evaluation = asset.evaluated(
                        fold.sample[place], rows: fold.rows, flatRow: fold.flatRow, startsFlat: isOpen)
                    isOpen = evaluation.endsOpen
                    return AssetStudy.returns(of: evaluation)
                }
            }
        return Self.snooping(models.map { Self.summed($0, into: options.periods) }, options, random("bootstrap"))
    }

    // MARK: Baselines

    private func randomEntries(_ trades: [Trade], _ rows: Range<Int>) -> ArtifactEvidence.Baseline? {
        var random = random("entries")
        return RandomEntries(bars: asset.bars, rows: rows, costs: costs)
            .baseline(trades, simulations: options.randomEntries, random: &random)
    }

    /// Each fold's genome on its own stretch of a shuffle of the traded bars and the warm-up before them.
    private func shuffledBars(_ profit: Double, _ rows: Range<Int>) -> ArtifactEvidence.Baseline? {
        let start = Swift.max(0, rows.lowerBound - reach)
        guard let shuffle = PhaseShuffle(asset.bars.slice(start..<rows.upperBound)) else { return nil }
        var random = random("shuffle")
        let profits = (0..<options.shuffles).compactMap { _ -> Double? in
            guard let surrogate = shuffle.surrogate(&random) else { return nil }
            var isOpen = false
            return folds.reduce(0) { $0 + self.profit($1, on: surrogate, startingAt: start, isOpen: &isOpen) }
        }
        return ArtifactEvidence.Baseline(profits, actual: profit)
    }

    private func profit(
        _ fold: JudgedFold, on surrogate: BarSeries, startingAt start: Int, isOpen: inout Bool
    ) -> Double {
        let rows = (fold.rows.lowerBound - start)..<(fold.rows.upperBound - start)
        let from = Swift.max(0, rows.lowerBound - reach)
        let part = AssetStudy(
            bars: surrogate.slice(from..<Swift.min(rows.upperBound + 2, surrogate.count)), costs: costs,
            genome: fold.genome, timeframes: timeframes)
        let evaluation = part.evaluated(
            fold.genome, rows: (rows.lowerBound - from)..<(rows.upperBound - from),
            flatRow: fold.flatRow.map { $0 - start - from }, startsFlat: isOpen)
        isOpen = evaluation.endsOpen
        return AssetStudy.outcome(of: evaluation).netReturn
    }

    private var reach: Int { StrategyReach.warmUp(timeframes, on: asset.bars.interval) }

    private func random(_ name: String) -> SeededRandom {
        SeededRandom(seed: seed, stream: "judgement/\(asset.bars.symbol)/\(name)")
    }

    // MARK: Columns

    /// The sums of at most `periods` runs of consecutive values whose lengths differ by at most one.
    static func summed(_ values: [Double], into periods: Int) -> [Double] {
        guard values.count > periods, periods > 0 else { return values }
        return (0..<periods).map { period in
            values[(period * values.count / periods)..<((period + 1) * values.count / periods)].reduce(0, +)
        }
    }

    /// `count` elements at even distances, the first included.
    static func evenly<Element>(_ elements: [Element], _ count: Int) -> [Element] {
        (0..<count).map { elements[$0 * elements.count / count] }
    }
}
