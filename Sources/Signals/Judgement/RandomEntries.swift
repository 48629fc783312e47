package import Core

/// The baseline of the same trades at random moments: holding times, sides, sizes and costs stay, timing goes.
///
/// The trades are put in random order and spread over the traded bars without overlap, every arrangement equally
/// likely: k trades and s free bars make s + k places, and every choice of k of them is one arrangement. Each trade
/// enters at an open and leaves at the open that many bars later.
package struct RandomEntries {
    private let bars: BarSeries
    private let rows: Range<Int>
    private let costs: ArtifactCosts

    /// Arrangements over the traded rows `rows` of `bars`.
    package init(bars: BarSeries, rows: Range<Int>, costs: ArtifactCosts) {
        (self.bars, self.rows, self.costs) = (bars, rows, costs)
    }

    private struct Shape {
        let length: Int
        let target: Double
    }

    /// Compares `trades` with `simulations` random arrangements of them; nil without trades.
    package func baseline(
        _ trades: [Trade], simulations: Int, random: inout SeededRandom
    ) -> ArtifactEvidence.Baseline? {
        guard !trades.isEmpty, simulations > 0, rows.count > 1 else { return nil }
        var shapes = trades.map { trade in
            let length = trade.exitRow - trade.position.entryRow + (trade.exitsAtOpen ? 0 : 1)
            return Shape(length: Swift.min(Swift.max(length, 1), rows.count), target: trade.position.decision.target)
        }
        let actual = trades.reduce(0) { $0 + $1.profit }
        let slack = Swift.max(0, rows.count - shapes.reduce(0) { $0 + $1.length })
        var draw = GapDraw(count: shapes.count, slack: slack)
        let profits = (0..<simulations).map { _ in
            let gaps = draw.next(&random)
            Self.shuffle(&shapes, &random)
            var (taken, profit) = (0, 0.0)
            for (gap, shape) in zip(gaps, shapes) {
                // Only where trades overlap each other in reality does the last one not fit any more.
                let start = rows.lowerBound + Swift.min(gap + taken, rows.count - shape.length)
                profit += self.profit(shape, from: start)
                taken += shape.length
            }
            return profit
        }
        return ArtifactEvidence.Baseline(profits, actual: actual)
    }

    private func profit(_ shape: Shape, from start: Int) -> Double {
        let end = start + shape.length
        let units = shape.target / bars.open[start]
        let slip = costs.slippageBps / 10_000
        let exit = end < rows.upperBound ? bars.open[end] : bars.close[rows.upperBound - 1]
        let paid = bars.open[start] * (units > 0 ? 1 + slip : 1 - slip)
        let received = exit * (units > 0 ? 1 - slip : 1 + slip)
        return units * (received - paid) - abs(units) * (received + paid) * costs.feeBps / 10_000
    }

    private static func shuffle(_ shapes: inout [Shape], _ random: inout SeededRandom) {
        for index in stride(from: shapes.count - 1, to: 0, by: -1) { shapes.swapAt(index, random.below(index + 1)) }
    }
}

/// Draws how many free bars lie before each of some trades: ascending, every arrangement equally likely.
package struct GapDraw {
    private let count: Int
    private var isTaken: [Bool]

    /// Draws for `count` trades among `slack` free bars.
    package init(count: Int, slack: Int) {
        (self.count, isTaken) = (count, Array(repeating: false, count: slack + count))
    }

    /// The next arrangement: distinct places among free bars and trades (Floyd, "A Sample of Brilliance",
    /// Communications of the ACM 30(9), 1987), each less the trades before it.
    package mutating func next(_ random: inout SeededRandom) -> [Int] {
        var places: [Int] = []
        for last in (isTaken.count - count)..<isTaken.count {
            let drawn = random.below(last + 1)
            let place = isTaken[drawn] ? last : drawn
            isTaken[place] = true
            places.append(place)
        }
        for place in places { isTaken[place] = false }
        return places.sorted().enumerated().map { $1 - $0 }
    }
}

extension ArtifactEvidence.Baseline {
    /// The baseline of simulated profits beside the strategy's own.
    init?(_ profits: [Double], actual: Double) {
        guard !profits.isEmpty, profits.allSatisfy(\.isFinite) else { return nil }
        let reached = profits.count { $0 >= actual }
        self.init(
            simulations: profits.count, mean: profits.reduce(0, +) / Double(profits.count),
            high: profits.sorted()[(profits.count - 1) * 95 / 100],
            pValue: Double(reached + 1) / Double(profits.count + 1))
    }
}
