import Core
import Optimizer

/// Joins the out-of-sample rows of all folds into an artifact, and judges them.
struct ArtifactStitching: Sendable {
    let study: Study
    let assets: [AssetStudy]
    let program: ArtifactGenerator
    let isCancelled: @Sendable () -> Bool

    func artifact(_ results: [UnitKey: FoldResult], threads: Int) async throws -> SignalsArtifact {
        let places = study.groups.flatMap { group in group.assets.map { (group: group, index: $0) } }
        let stitched = try await UnitPool.map(places, threads: threads) { place in
            if isCancelled() || Task.isCancelled { throw SignalGeneratorError.cancelled }
            return asset(place.index, place.group, results)
        }
        // Who asked to stop while the last asset was judged is heard too: every fold is in the checkpoint.
        if isCancelled() || Task.isCancelled { throw SignalGeneratorError.cancelled }
        do {
            return try SignalsArtifact(origin: origin(results), assets: stitched.compactMap { $0 })
        } catch {
            throw SignalGeneratorError.artifact(error)
        }
    }

    private func origin(_ results: [UnitKey: FoldResult]) -> ArtifactOrigin {
        let options = study.options
        var (trials, evaluations, sharpes) = (0, 0, RunningMoments())
        var log = ""
        // In the fixed order of the units, so that sums and digest have one value.
        for (group, key) in study.units {
            guard let result = results[key] else { continue }
            trials += result.trials
            evaluations += result.trials * study.groups[group].teachers.count
            sharpes.merge(result.sharpes)
            log += "\(key) " + String(decoding: (try? ArtifactFormat.json(result)) ?? [], as: UTF8.self) + "\n"
        }
        return ArtifactOrigin(
            generator: program, mode: options.mode, preset: options.preset, seed: options.seed,
            interval: study.bars[0].interval, trainWindow: options.trainWindow, tradeWindow: options.tradeWindow,
            costs: options.costs,
            search: ArtifactSearch(
                population: options.search.population, generations: options.search.generations,
                evaluations: evaluations, trials: trials, trialSharpeVariance: sharpes.variance,
                digest: Digest.sha256(log)),
            crossAsset: options.crossAsset, timeframes: options.timeframes)
    }

    private func asset(_ index: Int, _ group: StudyGroup, _ results: [UnitKey: FoldResult]) -> ArtifactAsset? {
        let asset = assets[index]
        let bars = asset.bars
        var (folds, judged): ([ArtifactFold], [JudgedFold]) = ([], [])
        var columns = SignalColumns()
        var whole = WindowOutcome()
        for fold in group.plan.folds {
            let rows = group.rows(of: bars, in: fold.trade)
            guard let result = results[UnitKey(group: group.name, fold: fold.index)], !rows.isEmpty else { continue }
            let seen = judgedFold(
                fold, group, asset, result, rows, startsFlat: judged.last?.evaluation.endsOpen ?? false)
            for row in seen.evaluation.signalRows(of: bars, fold: folds.count) { columns.append(row) }
            let outcome = AssetStudy.outcome(of: seen.evaluation)
            whole = whole.followed(by: outcome)
            folds.append(self.fold(fold, asset, seen, outcome))
            judged.append(seen)
        }
        guard let identity = ArtifactBars(bars), let last = folds.last, let first = judged.first,
            let end = judged.last, let next = results[UnitKey(group: group.name, fold: group.plan.production.index)]
        else { return nil }
        let production = ArtifactProduction(
            fold: last.tail ? folds.count - 1 : folds.count,
            genome: StrategyGenome(genes: next.genome.values).namedGenes,
            train: window(group.trainRows(of: bars, group.plan.production, warmUp: StrategyReach.warmUp), bars))
        return ArtifactAsset(
            symbol: bars.symbol, bars: identity, folds: folds, production: production,
            statistics: WindowStatistics.make(
                whole, bars: bars, rows: first.rows.lowerBound..<end.rows.upperBound),
            columns: columns, judgement: judge(asset, judged, group, results).judgement())
    }

    private func judgedFold(
        _ fold: WalkForwardFold, _ group: StudyGroup, _ asset: AssetStudy, _ result: FoldResult, _ rows: Range<Int>,
        startsFlat: Bool
    ) -> JudgedFold {
        let flat = group.flatRow(of: asset.bars, fold)
        return JudgedFold(
            genome: result.genome, sample: result.sample, rows: rows, flatRow: flat,
            train: group.trainRows(of: asset.bars, fold, warmUp: StrategyReach.warmUp),
            evaluation: asset.evaluated(result.genome, rows: rows, flatRow: flat, startsFlat: startsFlat))
    }

    /// Every genome that competed in any fold of the group counts for each of its assets.
    private func judge(
        _ asset: AssetStudy, _ folds: [JudgedFold], _ group: StudyGroup, _ results: [UnitKey: FoldResult]
    ) -> Judge {
        let all = group.units.compactMap { results[$0] }
        var sharpes = RunningMoments()
        for result in all { sharpes.merge(result.sharpes) }
        let trials = all.reduce(0) { $0 + $1.trials }
        return Judge(
            asset: asset, folds: folds, costs: study.options.costs, options: study.options.judgement,
            seed: study.options.seed, trials: trials, evaluations: trials, sharpes: sharpes,
            timeframes: study.options.timeframes, isFitted: !study.options.crossAsset)
    }

    private func fold(
        _ fold: WalkForwardFold, _ asset: AssetStudy, _ seen: JudgedFold, _ outcome: WindowOutcome
    ) -> ArtifactFold {
        ArtifactFold(
            train: window(seen.train, asset.bars), trade: window(seen.rows, asset.bars), tail: fold.isTail,
            genome: StrategyGenome(genes: seen.genome.values).namedGenes,
            inSample: WindowStatistics.make(
                asset.trained(seen.genome, rows: seen.train), bars: asset.bars, rows: seen.train),
            outOfSample: WindowStatistics.make(outcome, bars: asset.bars, rows: seen.rows))
    }

    /// The closes of the first and the last of some rows; there is at least one.
    private func window(_ rows: Range<Int>, _ bars: BarSeries) -> ArtifactWindow {
        ArtifactWindow(
            first: bars.closeTime(rows.lowerBound).milliseconds, last: bars.closeTime(rows.upperBound - 1).milliseconds)
    }
}
