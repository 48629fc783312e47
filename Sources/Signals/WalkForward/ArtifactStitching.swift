import Core
import Optimizer

/// Joins the out-of-sample rows of all folds into an artifact.
struct ArtifactStitching {
    let study: Study
    let assets: [AssetStudy]
    let program: ArtifactGenerator

    func artifact(_ results: [UnitKey: FoldResult]) throws(SignalGeneratorError) -> SignalsArtifact {
        var stitched: [ArtifactAsset] = []
        for group in study.groups {
            for index in group.assets {
                if let asset = asset(index, group, results) { stitched.append(asset) }
            }
        }
        do {
            return try SignalsArtifact(origin: origin(results), assets: stitched)
        } catch {
            throw .artifact(error)
        }
    }

    private func origin(_ results: [UnitKey: FoldResult]) -> ArtifactOrigin {
        let options = study.options
        var (trials, evaluations, sharpes) = (0, 0, RunningMoments())
        // In the fixed order of the units, so that the sums have one value.
        for (group, key) in study.units {
            guard let result = results[key] else { continue }
            trials += result.trials
            evaluations += result.trials * study.groups[group].assets.count
            sharpes.merge(result.sharpes)
        }
        return ArtifactOrigin(
            generator: program, mode: options.mode, preset: options.preset, seed: options.seed,
            interval: study.bars[0].interval, trainWindow: options.trainWindow, tradeWindow: options.tradeWindow,
            costs: options.costs,
            search: ArtifactSearch(
                population: options.search.population, generations: options.search.generations,
                evaluations: evaluations, trials: trials, trialSharpeVariance: sharpes.variance))
    }

    private func asset(_ index: Int, _ group: StudyGroup, _ results: [UnitKey: FoldResult]) -> ArtifactAsset? {
        let asset = assets[index]
        let bars = asset.bars
        var folds: [ArtifactFold] = []
        var columns = SignalColumns()
        var whole = WindowOutcome()
        var traded: Range<Int>?
        for fold in group.plan.folds {
            let rows = group.rows(of: bars, in: fold.trade)
            guard let result = results[UnitKey(group: group.name, fold: fold.index)], !rows.isEmpty else { continue }
            let flat = group.flatRow(of: bars, fold)
            let run = asset.traded(result.genome, rows: rows, flatRow: flat, fold: folds.count)
            for row in run.rows { columns.append(row) }
            whole = whole.followed(by: run.outcome)
            traded = (traded?.lowerBound ?? rows.lowerBound)..<rows.upperBound
            folds.append(self.fold(fold, group, asset, result, rows, run.outcome))
        }
        guard let identity = ArtifactBars(bars), let traded, let last = folds.last,
            let next = results[UnitKey(group: group.name, fold: group.plan.production.index)]
        else { return nil }
        let production = ArtifactProduction(
            fold: last.tail ? folds.count - 1 : folds.count, genome: study.space.named(next.genome),
            train: window(group.trainRows(of: bars, group.plan.production, warmUp: StrategyReach.warmUp), bars))
        return ArtifactAsset(
            symbol: bars.symbol, bars: identity, folds: folds, production: production,
            statistics: WindowStatistics.make(whole, bars: bars, rows: traded), columns: columns)
    }

    private func fold(
        _ fold: WalkForwardFold, _ group: StudyGroup, _ asset: AssetStudy, _ result: FoldResult, _ rows: Range<Int>,
        _ outcome: WindowOutcome
    ) -> ArtifactFold {
        let train = group.trainRows(of: asset.bars, fold, warmUp: StrategyReach.warmUp)
        let fitted = asset.trained(result.genome, rows: train)
        return ArtifactFold(
            train: window(train, asset.bars), trade: window(rows, asset.bars), tail: fold.isTail,
            genome: study.space.named(result.genome),
            inSample: WindowStatistics.make(fitted, bars: asset.bars, rows: train),
            outOfSample: WindowStatistics.make(outcome, bars: asset.bars, rows: rows))
    }

    /// The closes of the first and the last of some rows; there is at least one.
    private func window(_ rows: Range<Int>, _ bars: BarSeries) -> ArtifactWindow {
        ArtifactWindow(
            first: bars.closeTime(rows.lowerBound).milliseconds, last: bars.closeTime(rows.upperBound - 1).milliseconds)
    }
}
