import Core
import Signals
import Testing

/// What is decided at each close, on calm bars and scripted scores.
@Suite struct DecisionTests {
    private func targets(_ scores: [Double], _ change: (inout Scene) -> Void = { _ in }) throws -> [Double] {
        var scene = Scene()
        change(&scene)
        return try scene.play(scores.map { _ in Scene.calm(100) }, scores: scores).decisions.map(\.target)
    }

    @Test func entryAndExitHaveHysteresis() throws {
        #expect(try targets([0.9, 1, 0.6, 0.5, 0.49, 0.9, 1]) == [0, 1, 1, 1, 0, 0, 1])
        #expect(try targets([-0.9, -1, -0.6, -0.5, -0.49, -1]) == [0, -1, -1, -1, 0, -1])
    }

    @Test func decisionsFillAtTheNextOpen() throws {
        let played = try Scene().play(
            [Scene.calm(100), Scene.calm(101), Scene.calm(102), Scene.calm(103)], scores: [1, 0, 0, 0])
        let trade = try #require(played.trades.first)
        #expect(trade.position.decisionRow == 0 && trade.position.entryRow == 1 && trade.position.entryPrice == 101)
        #expect(trade.exitRow == 2 && trade.exitPrice == 102 && trade.reason == .signal && trade.exitsAtOpen)
        #expect(played.equity == [0, 0, 0.01, 0.01] && played.exposedBars == 1)
    }

    @Test func aReversalIsOneRow() throws {
        let scores = [1, 1, -1, -1, 0, 0.0]
        #expect(try targets(scores) == [1, 1, -1, -1, 0, 0])
        let played = try Scene().play(scores.map { _ in Scene.calm(100) }, scores: scores)
        #expect(played.trades.map(\.reason) == [.reversal, .signal])
        #expect(played.trades[0].exitRow == 3 && played.trades[1].position.entryRow == 3)
        #expect(played.decisions[2].stop == 102)
    }

    @Test func aReversalDoesNotWaitForTheCooldown() throws {
        #expect(try targets([1, -1, 1, -1]) { $0.genome.cooldown = 5 } == [1, -1, 1, -1])
    }

    @Test func aForbiddenReversalIsAnExit() throws {
        #expect(try targets([1, -1, -1, 1]) { $0.genome.permission = .long } == [1, 0, 0, 1])
        #expect(try targets([1, -1, 1, -1]) { $0.genome.permission = .short } == [0, -1, 0, -1])
    }

    @Test(arguments: 1...4) func cooldownCountsFlatRowsFromTheExitOn(rows: Int) throws {
        let expected = [1.0, 0, 1] + []
        let decided = try targets([1, 0, 1, 1, 1, 1, 1]) { $0.genome.cooldown = rows }
        #expect(decided == [1] + Array(repeating: 0, count: rows) + Array(repeating: 1, count: 6 - rows))
        #expect(rows > 1 || Array(decided.prefix(3)) == expected)
    }

    @Test(arguments: 1...3) func aStopStartsTheCooldownInItsOwnRow(rows: Int) throws {
        var scene = Scene()
        scene.genome.cooldown = rows
        var prices = Array(repeating: Scene.calm(100), count: 8)
        prices[2] = (100, 101, 97, 100)
        let decided = try scene.play(prices, scores: Array(repeating: 1, count: 8)).decisions.map(\.target)
        #expect(decided == [1, 1] + Array(repeating: 0, count: rows) + Array(repeating: 1, count: 6 - rows))
    }

    @Test(arguments: 1...4) func holdingIsCountedInBars(bars: Int) throws {
        var scene = Scene()
        scene.genome.maximumHolding = bars
        let played = try scene.play(
            Array(repeating: Scene.calm(100), count: 8), scores: Array(repeating: 1, count: 8))
        let trade = try #require(played.trades.first)
        #expect(trade.exitRow - trade.position.entryRow == bars && trade.reason == .holding)
        #expect(played.decisions[bars].target == 0 && played.decisions[bars + 1].target == 1)
    }

    @Test func aHeldRowRepeatsItsEntry() throws {
        let played = try Scene().play(
            [Scene.calm(100), Scene.calm(101), Scene.calm(102)], scores: [1, 2, 0.6])
        #expect(played.decisions.allSatisfy { $0.target == 1 && $0.stop == 98 })
        #expect(played.decisions.map(\.confidence) == [0.5, 1, 0.3])
    }

    @Test func theGateAppliesToEntriesOnly() throws {
        #expect(try targets([1, 1]) { $0.usualVolatility = 0.0001 } == [0, 0])
        #expect(try targets([1, 1]) { ($0.usualVolatility, $0.genome.gateLow) = (0.01, 0.5) } == [0, 0])
        #expect(try targets([1, 1]) { $0.usualVolatility = 0.01 } == [1, 1])
    }

    @Test func sizeAimsAtTheVolatilityTarget() throws {
        func size(_ volatility: Double) throws -> Double {
            try targets([1]) { ($0.volatility, $0.usualVolatility) = (volatility, volatility) }[0]
        }
        #expect(try size(0.016) == 0.5)
        #expect(try size(0.008) == 1 && size(0) == 1)
        #expect(try size(50) == 0.01)
    }

    @Test func noEntryWithoutARangeOrWithAStopBelowZero() throws {
        #expect(try targets([1]) { $0.range = 0 } == [0])
        #expect(try targets([1]) { $0.range = 50 } == [0])
        #expect(try targets([-1]) { ($0.range, $0.genome.takeProfitRanges) = (50, 4) } == [-1])
        #expect(try targets([1]) { $0.range = .nan } == [0])
        #expect(try targets([.nan]) == [0])
    }

    @Test func aWindowEndsFlatAndSettlesAtTheNextOpen() throws {
        var scene = Scene()
        scene.flatRow = 2
        let prices = [Scene.calm(100), Scene.calm(100), Scene.calm(100), Scene.calm(103)]
        let played = try scene.play(prices, scores: [1, 1, 1, 1], count: 3)
        #expect(played.decisions.map(\.target) == [1, 1, 0])
        #expect(played.trades.first?.reason == .windowEnd && played.trades.first?.exitRow == 3)
        #expect(played.equity == [0, 0, 0] && abs(played.settlement - 0.03) < 1e-15)
        #expect(abs(played.profit - 0.03) < 1e-15)
    }

    @Test func theEndOfTheDataLeavesAPositionOpen() throws {
        let played = try Scene().play([Scene.calm(100), Scene.calm(100), Scene.calm(101)], scores: [1, 1, 1])
        #expect(played.trades.isEmpty && played.openTrade?.entryRow == 1 && played.settlement == 0)
        #expect(abs(played.profit - 0.01) < 1e-15)
    }
}
