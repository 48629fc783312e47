import CSearchKernel
import Core

/// One window of a series as the kernel sees it; lives only inside ``PopulationKernel``'s closure.
struct KernelWindow {
    private let columns: FeatureTable.Columns
    private let coarse: CoarseColumns.Rows
    private let words: UnsafeBufferPointer<UInt64>
    private let gates: GateBits
    private let build: KernelBuild
    private let firstRow: Int
    private let bars: KernelBars

    init(
        rows: Range<Int>, columns: FeatureTable.Columns, coarse: CoarseColumns.Rows,
        prices: UnsafeBufferPointer<Double>, stride: Int, words: UnsafeBufferPointer<UInt64>, gates: GateBits,
        costs: ArtifactCosts, build: KernelBuild
    ) {
        (self.columns, self.coarse) = (columns, coarse)
        (self.words, self.gates, self.build) = (words, gates, build)
        firstRow = rows.lowerBound
        func column(_ index: Int) -> UnsafePointer<Double>? {
            prices.baseAddress.map { $0 + index * stride + rows.lowerBound }
        }
        let execution = TradeExecution(costs: costs)
        bars = KernelBars(
            open: column(0), high: column(1), low: column(2), close: column(3), rows: Int64(rows.count),
            buying: execution.buying, selling: execution.selling, feeRate: execution.feeRate)
    }

    /// Trades a genome with the scratch of `lane`; answers the number of closed positions.
    func trade(
        _ genome: StrategyGenome, _ memory: KernelMemory, lane: Int, log: UnsafeMutablePointer<KernelTrade>? = nil
    ) -> Int {
        guard bars.rows > 0 else { return 0 }
        var strategy = strategy(genome)
        let scratch = memory.scratch(lane: lane, log: log)
        return withUnsafePointer(to: bars) { bars in
            withUnsafePointer(to: scratch) { build.trade(bars, &strategy, $0) }
        }
    }

    private func strategy(_ genome: StrategyGenome) -> KernelStrategy {
        var strategy = KernelStrategy()
        let range = column(.averageRange(genome.rangePeriod))
        strategy.range = range
        // Terms that are not there count nothing.
        (strategy.column0, strategy.column1, strategy.column2, strategy.column3) = (range, range, range, range)
        let none = coarse.start(0)
        (strategy.coarse0, strategy.coarse1, strategy.coarse2, strategy.coarse3) = (none, none, none, none)
        strategy.isCoarseTrue = true
        var sum = 0.0
        for term in genome.terms { sum += abs(term.weight) }
        for term in genome.terms where term.weight != 0 {
            let key = ColumnKey.feature(term.feature, term.period)
            let (column, steps, weight) = (column(key), coarse.start(key.slot), term.weight / sum)
            switch strategy.terms {
            case 0: (strategy.column0, strategy.coarse0, strategy.weight0) = (column, steps, weight)
            case 1: (strategy.column1, strategy.coarse1, strategy.weight1) = (column, steps, weight)
            case 2: (strategy.column2, strategy.coarse2, strategy.weight2) = (column, steps, weight)
            case 3: (strategy.column3, strategy.coarse3, strategy.weight3) = (column, steps, weight)
            default: preconditionFailure("the kernel evaluates genomes of the gene space")
            }
            strategy.terms += 1
            if !coarse.isTrue(key.slot) { strategy.isCoarseTrue = false }
        }
        strategy.volatility = column(.volatility(genome.volatilityPeriod))
        let starts = gates.starts(genome)
        (strategy.gate0, strategy.gate1) = (gate(starts.low), gate(starts.high))
        (strategy.gate2, strategy.gateShift) = (gate(starts.range), UInt64(firstRow & 63))
        if let sides = gates.sides(genome) {
            (strategy.longGate, strategy.shortGate) = (gate(sides.long), gate(sides.short))
        }
        (strategy.permitsLong, strategy.permitsShort) = (genome.permission != .short, genome.permission != .long)
        strategy.entryThreshold = genome.entryThreshold
        strategy.exitThreshold = genome.entryThreshold * genome.exitShare
        (strategy.stopRanges, strategy.takeProfitRanges) = (genome.stopRanges, genome.takeProfitRanges)
        strategy.volatilityTarget = genome.volatilityTarget
        (strategy.maximumHolding, strategy.cooldown) = (Int64(genome.maximumHolding), Int64(genome.cooldown))
        return strategy
    }

    private func column(_ key: ColumnKey) -> UnsafePointer<Double>? {
        columns.base.map { $0 + columns.start(key) + firstRow }
    }

    private func gate(_ start: Int) -> UnsafePointer<UInt64>? {
        words.baseAddress.map { $0 + start + firstRow >> 6 }
    }
}

/// The kernel's scratch for eight genomes over one window.
struct KernelMemory {
    private let scores: UnsafeMutablePointer<Int16>
    private let entries: UnsafeMutablePointer<UInt64>
    let returns: UnsafeMutablePointer<Double>
    private let stride: Int

    init(rows: Int) {
        // An odd number of cache lines, so that the lanes do not meet in one set of the cache.
        stride = ((rows + 16 + 7) / 8 | 1) * 8
        // Thirty-two scores are a cache line.
        scores = UnsafeMutableRawPointer.allocate(byteCount: 2 * (rows + 64), alignment: 64)
            .bindMemory(to: Int16.self, capacity: rows + 64)
        entries = .allocate(capacity: rows / 64 + 2)
        returns = .allocate(capacity: 8 * stride)
        returns.initialize(repeating: 0, count: 8 * stride)
    }

    func free() {
        scores.deallocate()
        entries.deallocate()
        returns.deallocate()
    }

    func scratch(lane: Int, log: UnsafeMutablePointer<KernelTrade>?) -> KernelScratch {
        KernelScratch(scores: scores, entries: entries, returns: returns + lane * stride, trades: log)
    }

    /// Appends the scores of the first lanes.
    func sum(_ build: KernelBuild, rows: Int, trades: SIMD8<Int>, lanes: Int, into scores: inout [WindowScore]) {
        var sums = KernelSums()
        build.sum(returns, stride: stride, rows: rows, &sums)
        withUnsafeBytes(of: sums) { raw in
            let values = raw.bindMemory(to: Double.self)
            for lane in 0..<lanes {
                let net = values[lane]
                let deviation = (values[8 + lane] / Double(rows - 1)).squareRoot()
                let mean = net / Double(rows)
                scores.append(
                    WindowScore(
                        netReturn: net, maxDrawdown: values[16 + lane] / values[24 + lane],
                        sharpePerBar: rows > 1 && deviation > 0 ? mean / deviation : nil, trades: trades[lane]))
            }
        }
    }
}
