import Core

/// Assets that share a genome per fold, and the windows of their folds on one timeline.
///
/// In walk mode a group is one asset and the timeline its own bar closes. In universal mode it is all assets, and the
/// timeline is every moment at which any of them closes a bar, over the span that all of them cover. Across assets a
/// group trades one asset, and is fitted on all others, on that same timeline.
struct StudyGroup: Hashable, Sendable {
    /// The symbol's name, `*`, or `without-` and the symbol's name.
    let name: String
    /// The positions in the study of the assets that are traded.
    let assets: [Int]
    /// The positions of the assets that the genome is fitted on.
    let teachers: [Int]
    /// Closes in milliseconds UTC, ascending.
    let timeline: [Int64]
    /// The folds, in rows of the timeline.
    let plan: WalkForwardPlan

    /// The unit of every fold, the untraded production fold included where there is one.
    var units: [UnitKey] {
        let production = plan.production.index
        return (0...Swift.max(production, plan.folds.count - 1)).map { UnitKey(group: name, fold: $0) }
    }

    /// The fold of an index that ``units`` names.
    func fold(_ index: Int) -> WalkForwardFold {
        plan.folds.indices.contains(index) ? plan.folds[index] : plan.production
    }

    /// The rows of `bars` that close within some rows of the timeline.
    func rows(of bars: BarSeries, in window: Range<Int>) -> Range<Int> {
        guard !window.isEmpty else { return 0..<0 }
        let lower = bars.firstRow(closingAtOrAfter: timeline[window.lowerBound])
        return lower..<bars.firstRow(closingAtOrAfter: timeline[window.upperBound - 1] + 1)
    }

    /// The rows to fit on: those of the train window on which a decision is possible.
    ///
    /// The purge gap is counted in the asset's own rows too. A share that trades nine hours a day has far fewer bars
    /// than the timeline in the same gap, and what looks back counts its own.
    func trainRows(of bars: BarSeries, _ fold: WalkForwardFold, warmUp: Int) -> Range<Int> {
        let rows = rows(of: bars, in: fold.train)
        let trade = fold.train.upperBound + plan.purge
        // The trade window of a fold of the future begins with the next bar, whenever that is.
        let first = trade < timeline.count ? bars.firstRow(closingAtOrAfter: timeline[trade]) : bars.count
        let end = Swift.max(0, Swift.min(rows.upperBound, first - plan.purge))
        return Swift.min(Swift.max(rows.lowerBound, warmUp), end)..<end
    }

    /// The row of a whole fold after which the position must be flat. It is decided by the timeline, never by the
    /// asset's own next bar, because nobody knows at a close whether the next bar will be missing. nil where the asset
    /// has no bar at the fold's last moment: then the first row of its next fold is flat, if there is a position.
    func flatRow(of bars: BarSeries, _ fold: WalkForwardFold) -> Int? {
        guard !fold.isTail, let end = fold.trade.last else { return nil }
        let row = bars.firstRow(closingAtOrAfter: timeline[end])
        return row < bars.count && bars.closeTime(row).milliseconds == timeline[end] ? row : nil
    }

    /// Every close of any of the series from the first moment that all of them have reached.
    static func sharedTimeline(_ series: [BarSeries]) -> [Int64] {
        let start = series.compactMap { $0.isEmpty ? nil : $0.closeTime(0).milliseconds }.max() ?? 0
        var closes = Set<Int64>()
        for bars in series { for row in 0..<bars.count { closes.insert(bars.closeTime(row).milliseconds) } }
        return closes.filter { $0 >= start }.sorted()
    }
}

extension BarSeries {
    /// The first row that closes at `time` (milliseconds UTC) or later; ``count`` when there is none.
    func firstRow(closingAtOrAfter time: Int64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if closeTime(middle).milliseconds < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
