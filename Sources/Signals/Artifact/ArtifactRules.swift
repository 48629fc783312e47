import Core

/// The rules of version 1 that values, not bytes, must keep.
enum ArtifactRules {
    static func check(_ artifact: SignalsArtifact) throws(ArtifactError) {
        try check(artifact.origin)
        guard !artifact.assets.isEmpty else { throw .badHeader("there is no asset") }
        for (left, right) in zip(artifact.assets, artifact.assets.dropFirst()) where left.symbol == right.symbol {
            throw .badHeader("asset \(left.symbol) appears twice")
        }
        for asset in artifact.assets {
            try checkHeader(asset)
            try checkRows(asset)
        }
    }

    private static func check(_ origin: ArtifactOrigin) throws(ArtifactError) {
        guard origin.trainWindow > 0 else { throw .badHeader("trainWindow is not positive") }
        guard origin.tradeWindow > 0 else { throw .badHeader("tradeWindow is not positive") }
        for (name, value) in [("feeBps", origin.costs.feeBps), ("slippageBps", origin.costs.slippageBps)] {
            guard (0..<10_000).contains(value) else { throw .badHeader("\(name) is not a cost") }
        }
        guard origin.timeframes.map({ !$0.used(on: origin.interval).isEmpty }) ?? true else {
            throw .badHeader("none of the timeframes is made of whole bars")
        }
        let search = origin.search
        let counts = [search.population, search.generations, search.evaluations, search.trials]
        guard counts.allSatisfy(TrialRecord.counts.contains) else {
            throw .badHeader("a count in search is impossible")
        }
        guard (search.trialSharpeVariance ?? 0).isFinite, (search.trialSharpeVariance ?? 0) >= 0 else {
            throw .badHeader("trialSharpeVariance is not a variance")
        }
    }

    private static func checkHeader(_ asset: ArtifactAsset) throws(ArtifactError) {
        let name = asset.symbol.name
        let (bars, folds, production) = (asset.bars, asset.folds, asset.production)
        guard bars.count > 0, bars.first <= bars.last, (0...bars.count).contains(asset.columns.count) else {
            throw .badHeader("\(name) has impossible bars")
        }
        guard !folds.isEmpty, folds.count <= Int(Int32.max) else { throw .badHeader("\(name) has no folds") }
        var former = Int64.min
        for (index, fold) in folds.enumerated() {
            guard isInside(fold.train, bars), isInside(fold.trade, bars), fold.train.last < fold.trade.first,
                fold.trade.first > former
            else { throw .badHeader("the windows of fold \(index) of \(name) do not follow each other") }
            former = fold.trade.last
            guard isSound(fold.genome) else { throw .badHeader("fold \(index) of \(name) has no usable genome") }
            guard fold.inSample.isSound, fold.outOfSample.isSound else {
                throw .badHeader("a figure of fold \(index) of \(name) is not finite")
            }
            guard !fold.tail || index == folds.count - 1 else {
                throw .badHeader("fold \(index) of \(name) is marked as tail but is not the last")
            }
        }
        guard production.fold == (folds.last?.tail == true ? folds.count - 1 : folds.count),
            isSound(production.genome), isInside(production.train, bars)
        else { throw .badHeader("the production genome of \(name) is not the one of the next bar") }
        guard asset.judgement?.isSound ?? true else {
            throw .badHeader("the judgement of \(name) does not follow from its evidence")
        }
        guard asset.statistics.isSound else { throw .badHeader("a statistic of \(name) is not finite") }
    }

    private static func isInside(_ window: ArtifactWindow, _ bars: ArtifactBars) -> Bool {
        bars.first <= window.first && window.first <= window.last && window.last <= bars.last
    }

    private static func isSound(_ genome: [String: Double]) -> Bool {
        !genome.isEmpty && genome.allSatisfy { !$0.key.isEmpty && $0.value.isFinite }
    }

    private static func checkRows(_ asset: ArtifactAsset) throws(ArtifactError) {
        for row in 0..<asset.columns.count {
            if let flaw = flaw(ofRow: row, asset) { throw .badRow(asset: asset.symbol.name, row: row, flaw: flaw) }
        }
    }

    private static func flaw(ofRow row: Int, _ asset: ArtifactAsset) -> ArtifactError.RowFlaw? {
        let columns = asset.columns
        let (time, fold) = (columns.time[row], Int(columns.fold[row]))
        if row > 0, time <= columns.time[row - 1] { return .timeNotAscending }
        guard asset.folds.indices.contains(fold), row == 0 || columns.fold[row] >= columns.fold[row - 1] else {
            return .fold
        }
        let window = asset.folds[fold].trade
        guard window.first <= time, time <= window.last else { return .timeOutsideFold }
        guard (-1...1).contains(columns.target[row]) else { return .target }
        guard (0...1).contains(columns.confidence[row]) else { return .confidence }
        guard isPriceOrNone(columns.stop[row]) else { return .stop }
        return isPriceOrNone(columns.takeProfit[row]) ? nil : .takeProfit
    }

    private static func isPriceOrNone(_ value: Double) -> Bool {
        value.isNaN || (value > 0 && value.isFinite)
    }
}
