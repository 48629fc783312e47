import Core
import Optimizer

/// The checked plan of a generation: which assets, which groups, which units.
struct Study: Hashable, Sendable {
    let options: WalkForwardOptions
    /// What is searched over.
    let space: GeneSpace
    /// Ascending by symbol; in universal mode cut where the first of them ends.
    let bars: [BarSeries]
    let groups: [StudyGroup]
    /// Rows at the end of each train window that are not fitted on.
    let purge: Int

    init(bars: [BarSeries], options: WalkForwardOptions) throws(SignalGeneratorError) {
        self.options = options
        do {
            space = try StrategyGenome.space(limits: options.limits, timeframes: options.timeframes != nil)
        } catch let error as GeneLimitError {
            throw .options(error.description)
        } catch {
            throw .options("\(error)")
        }
        let sorted = bars.sorted { $0.symbol < $1.symbol }
        try Self.check(sorted, options)
        let purge = options.purge ?? StrategyReach.bars
        self.purge = purge
        if options.mode == .universal {
            let end = sorted.compactMap { $0.isEmpty ? nil : $0.closeTime($0.count - 1).milliseconds }.min() ?? 0
            self.bars = sorted.map { $0.prefix($0.firstRow(closingAtOrAfter: end + 1)) }
            groups = try Self.sharedGroups(self.bars, options, purge)
        } else {
            self.bars = sorted
            var groups: [StudyGroup] = []
            for index in sorted.indices {
                groups.append(try Self.group([index], teachers: [index], sorted, options, purge))
            }
            self.groups = groups
        }
        try checkTraining()
    }

    /// Every unit in a fixed order.
    var units: [(group: Int, key: UnitKey)] {
        groups.indices.flatMap { group in groups[group].units.map { (group, $0) } }
    }

    /// All assets in one group; across assets one for each, which all others teach.
    private static func sharedGroups(
        _ bars: [BarSeries], _ options: WalkForwardOptions, _ purge: Int
    ) throws(SignalGeneratorError) -> [StudyGroup] {
        let all = Array(bars.indices)
        guard options.crossAsset else { return [try group(all, teachers: all, bars, options, purge)] }
        var groups: [StudyGroup] = []
        for asset in all {
            groups.append(try group([asset], teachers: all.filter { $0 != asset }, bars, options, purge))
        }
        return groups
    }

    private static func check(_ bars: [BarSeries], _ options: WalkForwardOptions) throws(SignalGeneratorError) {
        guard let first = bars.first else { throw .noBars }
        for (left, right) in zip(bars, bars.dropFirst()) where left.symbol == right.symbol {
            throw .repeatedAsset(left.symbol)
        }
        for other in bars where other.interval != first.interval {
            throw .mixedIntervals(first.symbol, first.interval, other.symbol, other.interval)
        }
        if let flaw = options.search.flaw ?? options.judgement.flaw { throw .options(flaw) }
        if let timeframes = options.timeframes, timeframes.used(on: first.interval).isEmpty {
            throw .options(
                "none of the timeframes \(timeframes) is made of whole \(first.interval) bars; "
                    + "name longer ones, or shorten --interval")
        }
        guard !options.crossAsset || (options.mode == .universal && bars.count > 1) else {
            throw .options("--cross-asset-wf needs --mode universal and at least two assets")
        }
        for (name, cost) in [("fee", options.costs.feeBps), ("slippage", options.costs.slippageBps)] {
            guard (0..<10_000).contains(cost) else {
                throw .options("the \(name) must be 0 ..< 10000 bps, not \(cost)")
            }
        }
    }

    private static func group(
        _ assets: [Int], teachers: [Int], _ bars: [BarSeries], _ options: WalkForwardOptions, _ purge: Int
    ) throws(SignalGeneratorError) -> StudyGroup {
        let members = (assets + teachers.filter { !assets.contains($0) }).sorted()
        let timeline = StudyGroup.sharedTimeline(members.map { bars[$0] })
        let name = UnitKey.group(of: bars[assets[0]].symbol, mode: options.mode, crossAsset: options.crossAsset)
        do {
            let plan = try WalkForwardPlan(
                barCount: timeline.count, trainWindow: options.trainWindow, tradeWindow: options.tradeWindow,
                purge: purge, warmUp: StrategyReach.warmUp)
            return StudyGroup(name: name, assets: assets, teachers: teachers, timeline: timeline, plan: plan)
        } catch {
            throw .windows(members.count == 1 ? bars[assets[0]].symbol : nil, error)
        }
    }

    /// A hole in one asset's bars may swallow a whole train window of the shared timeline.
    private func checkTraining() throws(SignalGeneratorError) {
        for group in groups {
            for fold in group.plan.folds + [group.plan.production] {
                for asset in group.assets + group.teachers
                where group.trainRows(of: bars[asset], fold, warmUp: StrategyReach.warmUp).isEmpty {
                    throw .untrainable(bars[asset].symbol, fold: fold.index)
                }
            }
        }
    }
}
