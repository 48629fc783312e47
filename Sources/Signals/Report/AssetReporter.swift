import Core
import Optimizer

/// Draws up one asset's part of a ``StudyReport``.
struct AssetReporter {
    private struct Played {
        let fold: ArtifactFold
        let genome: Genome
        let rows: Range<Int>
        let train: Range<Int>
        let flatRow: Int?
        let startsFlat: Bool
        let evaluation: StrategyEvaluation
    }

    private static let points = 1000

    private let asset: ArtifactAsset
    private let origin: ArtifactOrigin
    private let study: AssetStudy
    private let histories: [UnitKey: [Double?]]
    private let options: WalkForwardOptions?
    private let judgement: ArtifactJudgement?
    private let isCancelled: @Sendable () -> Bool
    private let played: [Played]
    private let rows: Range<Int>

    /// nil when a genome is not one of this program's, or there is no fold.
    init?(
        asset: ArtifactAsset, origin: ArtifactOrigin, study: AssetStudy, histories: [UnitKey: [Double?]],
        options: WalkForwardOptions?, judgement: ArtifactJudgement?, isCancelled: @escaping @Sendable () -> Bool
    ) {
        (self.asset, self.origin, self.study, self.histories) = (asset, origin, study, histories)
        (self.options, self.judgement, self.isCancelled) = (options, judgement, isCancelled)
        var played: [Played] = []
        for fold in asset.folds {
            guard let strategy = origin.strategy(fold.genome) else { return nil }
            let (genome, rows) = (Genome(strategy.genes), Self.rows(fold.trade, study.bars))
            // A shared timeline may end a fold where this asset has no bar; its rows then tell that it was not flat.
            let last = asset.columns.time.firstIndex(of: fold.trade.last)
            let flat = !fold.tail && last.map { asset.columns.target[$0] == 0 } ?? true ? rows.upperBound - 1 : nil
            let startsFlat = played.last?.evaluation.endsOpen ?? false
            played.append(
                Played(
                    fold: fold, genome: genome, rows: rows, train: Self.rows(fold.train, study.bars), flatRow: flat,
                    startsFlat: startsFlat,
                    evaluation: study.evaluated(genome, rows: rows, flatRow: flat, startsFlat: startsFlat)))
        }
        guard let first = played.first, let end = played.last else { return nil }
        self.played = played
        rows = first.rows.lowerBound..<end.rows.upperBound
    }

    private static func rows(_ window: ArtifactWindow, _ bars: BarSeries) -> Range<Int> {
        let lower = bars.firstRow(closingAtOrAfter: window.first)
        return lower..<Swift.max(lower + 1, bars.firstRow(closingAtOrAfter: window.last + 1))
    }

    /// - Throws: ``StudyReportError/cancelled``.
    func report() throws(StudyReportError) -> AssetReport {
        let returns = played.flatMap { AssetStudy.returns(of: $0.evaluation) }
        var (equity, peak): (Double, Double) = (0, 1)
        var (levels, falls): ([Double], [Double]) = ([], [])
        for change in returns {
            equity += change
            peak = Swift.max(peak, 1 + equity)
            levels.append(equity)
            falls.append((1 + equity - peak) / peak)
        }
        let bars = study.bars
        let start = bars.close[rows.lowerBound]
        let validation = try validation()
        return AssetReport(
            symbol: asset.symbol, judgement: judgement, ownTrials: asset.judgement?.trials,
            statistics: asset.statistics,
            sentences: judgement.map { StatisticSentences($0, own: asset.judgement?.trials).all } ?? [],
            equity: curve(levels), buyAndHold: curve(rows.map { bars.close[$0] / start - 1 }),
            drawdown: curve(falls, keepsLowest: true), price: curve(rows.map { bars.close[$0] }), folds: folds(),
            trades: deals(), history: history(),
            sensitivity: sensitivity(), costCases: costCases(), months: months(returns),
            crossValidation: validation.report, validationNote: validation.note)
    }

    private func validation() throws(StudyReportError) -> (report: AssetReport.CrossValidation?, note: String?) {
        guard let options else {
            return (nil, "Left out: the preset of this search is not bundled, so nobody knows what to search anew.")
        }
        let report = try CrossValidation(study: study, options: options, isCancelled: isCancelled)?.report()
        return (report, report == nil ? "Too few bars to search anew on purged parts of them." : nil)
    }

    /// At most about ``points`` of the values, the last included: every n-th, or the lowest of each n.
    private func curve(_ values: [Double], keepsLowest: Bool = false) -> AssetReport.Curve {
        let step = Swift.max(1, values.count / Self.points)
        var places = values.indices.filter { $0 % step == 0 }
        if keepsLowest {
            places = places.map { start in
                let bucket = start..<Swift.min(start + step, values.count)
                return bucket.min { values[$0] < values[$1] } ?? start
            }
        }
        if let last = values.indices.last, places.last != last { places.append(last) }
        return AssetReport.Curve(
            times: places.map { study.bars.closeTime(rows.lowerBound + $0).milliseconds },
            values: places.map { values[$0] })
    }

    private func folds() -> [AssetReport.Fold] {
        played.enumerated().map { index, played in
            var sum = 0.0
            let curve = study.trained(played.genome, rows: played.train).returns.map { change -> Double in
                sum += change
                return sum
            }
            let step = Swift.max(1, curve.count / 120)
            return AssetReport.Fold(
                index: index, tail: played.fold.tail, train: played.fold.train, trade: played.fold.trade,
                inSample: played.fold.inSample, outOfSample: played.fold.outOfSample,
                inSampleCurve: curve.indices.filter { $0 % step == 0 || $0 == curve.count - 1 }.map { curve[$0] },
                genome: played.fold.genome)
        }
    }

    private func deals() -> [AssetReport.Deal] {
        played.flatMap(\.evaluation.trades).map { trade in
            AssetReport.Deal(
                entered: trade.entryTime(in: study.bars).milliseconds,
                left: trade.exitTime(in: study.bars).milliseconds,
                long: trade.position.isLong, entryPrice: trade.position.entryPrice, exitPrice: trade.exitPrice,
                profit: trade.profit, reason: trade.reason)
        }
    }

    private func history() -> [AssetReport.History] {
        let group = UnitKey.group(of: asset.symbol, mode: origin.mode, crossAsset: origin.crossAsset)
        return histories.filter { $0.key.group == group }.sorted { $0.key < $1.key }
            .map { AssetReport.History(fold: $0.key.fold, best: $0.value) }
    }

    private func sensitivity() -> [AssetReport.Sensitivity] {
        guard let strategy = origin.strategy(asset.production.genome) else { return [] }
        let train = Self.rows(asset.production.train, study.bars)
        let scale = WindowStatistics.barsPerYear(study.bars, train).squareRoot()
        return strategy.layout.enumerated().map { place, gene in
            let chosen = strategy.genes[place]
            let points = gene.domain.neighbours(of: chosen, reach: 3).map { value in
                var genes = strategy.genes
                genes[place] = value
                let sharpe = study.trained(Genome(genes), rows: train).sharpePerBar
                return AssetReport.Sensitivity.Point(value: value, sharpe: (sharpe ?? 0) * scale)
            }
            return AssetReport.Sensitivity(gene: gene.name, chosen: chosen, points: points)
        }
    }

    private func costCases() -> [AssetReport.CostCase] {
        [0.5, 1, 2, 4].map { factor in
            let costs = ArtifactCosts(feeBps: origin.costs.feeBps * factor, slippageBps: origin.costs.slippageBps)
            let priced = study.priced(costs)
            let whole = played.reduce(WindowOutcome()) { outcome, fold in
                outcome.followed(
                    by: AssetStudy.outcome(
                        of: priced.evaluated(
                            fold.genome, rows: fold.rows, flatRow: fold.flatRow, startsFlat: fold.startsFlat)))
            }
            return AssetReport.CostCase(
                factor: factor, statistics: WindowStatistics.make(whole, bars: study.bars, rows: rows))
        }
    }

    private func months(_ returns: [Double]) -> [AssetReport.Month] {
        var months: [AssetReport.Month] = []
        for (offset, change) in returns.enumerated() {
            let (year, month) = Self.month(study.bars.closeTime(rows.lowerBound + offset).milliseconds - 1)
            if let last = months.last, last.year == year, last.month == month {
                months[months.count - 1] = AssetReport.Month(year: year, month: month, profit: last.profit + change)
            } else {
                months.append(AssetReport.Month(year: year, month: month, profit: change))
            }
        }
        return months
    }

    /// The civil year and month of a moment (Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013).
    private static func month(_ milliseconds: Int64) -> (year: Int, month: Int) {
        let days = Int((Double(milliseconds) / 86_400_000).rounded(.down)) + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let day = days - era * 146_097
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * year + year / 4 - year / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (year + era * 400 + (month <= 2 ? 1 : 0), month)
    }
}
