/// Sums and sums of squares of every trial in every block, from which any split is a few additions.
struct BlockSums {
    let blocks: Int
    let trials: Int
    /// Periods in a block.
    let length: Int
    /// Sums, block by block, a trial each.
    private(set) var sums: [[Double]]
    /// Sums of squares, block by block.
    private(set) var squares: [[Double]]

    init(_ columns: [[Double]], blocks: Int) {
        self.blocks = blocks
        trials = columns.count
        let (periods, length) = (columns[0].count, columns[0].count / blocks)
        self.length = length
        let skipped = periods - blocks * length
        sums = Array(repeating: Array(repeating: 0, count: columns.count), count: blocks)
        squares = sums
        for (trial, column) in columns.enumerated() {
            for block in 0..<blocks {
                var (sum, square) = (0.0, 0.0)
                for row in (skipped + block * length)..<(skipped + (block + 1) * length) {
                    sum += column[row]
                    square += column[row] * column[row]
                }
                (sums[block][trial], squares[block][trial]) = (sum, square)
            }
        }
    }
}

/// Every split of the blocks into two halves, with the winner of one half judged on the other.
///
/// Choices are walked as a tree, so that each adds one block to a sum that is there already; a choice and its
/// complement are the same two halves the other way round and are judged together.
struct SplitTable {
    struct Outcome {
        let rank: Int
        let inSample: Double
        let outOfSample: Double
    }

    /// A half's sums, one value a trial.
    private struct Half {
        var sums: [Double]
        var squares: [Double]
    }

    private let table: BlockSums
    private let metric: BacktestOverfitting.Metric
    private let total: Half
    /// One for every split.
    private(set) var outcomes: [Outcome] = []
    /// The out-of-sample metric of a trial picked without looking, one for every split.
    private(set) var picked: [Double] = []

    init(_ table: BlockSums, metric: BacktestOverfitting.Metric) {
        (self.table, self.metric) = (table, metric)
        var total = Half(
            sums: Array(repeating: 0, count: table.trials), squares: Array(repeating: 0, count: table.trials))
        for block in 0..<table.blocks { Self.add(block, of: table, to: &total) }
        self.total = total
    }

    /// Judges every split. The first block is always in the chosen half: its complement is the other half of them.
    mutating func run() {
        var start = Half(
            sums: Array(repeating: 0, count: table.trials), squares: Array(repeating: 0, count: table.trials))
        Self.add(0, of: table, to: &start)
        choose(start, from: 1, missing: table.blocks / 2 - 1)
    }

    private mutating func choose(_ half: Half, from block: Int, missing: Int) {
        guard missing > 0 else { return judge(half) }
        for next in block...(table.blocks - missing) {
            var larger = half
            Self.add(next, of: table, to: &larger)
            choose(larger, from: next + 1, missing: missing - 1)
        }
    }

    private mutating func judge(_ half: Half) {
        var rest = total
        for trial in 0..<table.trials {
            rest.sums[trial] -= half.sums[trial]
            rest.squares[trial] -= half.squares[trial]
        }
        let (chosen, other) = (metrics(half), metrics(rest))
        judge(chosen, on: other)
        judge(other, on: chosen)
    }

    private mutating func judge(_ inSample: [Double], on outOfSample: [Double]) {
        var winner = 0
        for trial in inSample.indices where inSample[trial] > inSample[winner] { winner = trial }
        let result = outOfSample[winner]
        var rank = 1
        for value in outOfSample where value < result { rank += 1 }
        picked.append(outOfSample[outcomes.count % outOfSample.count])
        outcomes.append(Outcome(rank: rank, inSample: inSample[winner], outOfSample: result))
    }

    private func metrics(_ half: Half) -> [Double] {
        let count = Double(table.length * table.blocks / 2)
        guard metric == .sharpe else { return half.sums.map { $0 / count } }
        return half.sums.indices.map { trial in
            let mean = half.sums[trial] / count
            let variance = (half.squares[trial] - half.sums[trial] * mean) / (count - 1)
            // What rounding leaves of a column that does not vary is no deviation.
            return variance > 1e-18 * half.squares[trial] ? mean / variance.squareRoot() : 0
        }
    }

    private static func add(_ block: Int, of table: BlockSums, to half: inout Half) {
        for trial in 0..<table.trials {
            half.sums[trial] += table.sums[block][trial]
            half.squares[trial] += table.squares[block][trial]
        }
    }
}
