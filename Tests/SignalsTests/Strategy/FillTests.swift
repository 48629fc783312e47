import Core
import Signals
import Testing

/// How rows are filled: opens, gaps, stops, take-profits and costs, on bars made by hand.
@Suite struct FillTests {
    /// Decides to buy at the close of row 0 (100) and has one bar, then calm ones.
    private func exit(
        _ bar: (Double, Double, Double, Double), second: (Double, Double, Double, Double)? = nil,
        takeProfit: Bool = true,
        mirrored: Bool = false
    ) throws -> Trade {
        var scene = Scene()
        scene.genome.takeProfitRanges = takeProfit ? 4 : 0
        var prices = [Scene.calm(100), bar, second ?? Scene.calm(100), Scene.calm(100)]
        if mirrored { prices = Scene.mirrored(prices) }
        let side = mirrored ? -1.0 : 1
        let played = try scene.play(prices, scores: [side, side, side, side])
        return try #require(played.trades.first)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let bars: [(Double, Double, Double, Double)]
        let price: Double
        let row: Int
        let reason: ExitReason
        let atOpen: Bool
        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "stop inside the entry bar", bars: [(100, 101, 97, 99)], price: 98, row: 1, reason: .stop,
            atOpen: false),
        Case(
            name: "take-profit inside the entry bar", bars: [(100, 105, 99, 103)], price: 104, row: 1,
            reason: .takeProfit, atOpen: false),
        Case(
            name: "both touched: the stop wins", bars: [(100, 106, 97, 105)], price: 98, row: 1, reason: .stop,
            atOpen: false),
        Case(
            name: "low exactly at the stop", bars: [(100, 101, 98, 100)], price: 98, row: 1, reason: .stop,
            atOpen: false),
        Case(
            name: "high exactly at the take-profit", bars: [(100, 104, 99, 100)], price: 104, row: 1,
            reason: .takeProfit, atOpen: false),
        Case(
            name: "entry open beyond the stop", bars: [(97, 99, 96, 98)], price: 97, row: 1, reason: .stop, atOpen: true
        ),
        Case(
            name: "entry open beyond the take-profit", bars: [(105, 106, 90, 100)], price: 105, row: 1,
            reason: .takeProfit, atOpen: true),
        Case(
            name: "later gap through the stop", bars: [(100, 101, 99, 100), (95, 99, 94, 98)], price: 95, row: 2,
            reason: .stop, atOpen: true),
        Case(
            name: "later gap through the take-profit", bars: [(100, 101, 99, 100), (107, 108, 97, 98)], price: 107,
            row: 2, reason: .takeProfit, atOpen: true),
        Case(
            name: "later stop", bars: [(100, 101, 99, 100), (99, 99.5, 97.5, 98.5)], price: 98, row: 2, reason: .stop,
            atOpen: false),
    ]

    @Test(arguments: cases, [false, true]) func protectionsFill(_ example: Case, mirrored: Bool) throws {
        let trade = try exit(
            example.bars[0], second: example.bars.count > 1 ? example.bars[1] : nil, mirrored: mirrored)
        #expect(trade.exitPrice == (mirrored ? 200 - example.price : example.price))
        #expect(trade.exitRow == example.row && trade.reason == example.reason)
        #expect(trade.exitsAtOpen == example.atOpen)
        #expect(trade.position.isLong == !mirrored)
        let open = example.bars[0].0
        #expect(abs(trade.profit - (example.price - open) / 100) < 1e-15)
    }

    @Test func withoutTakeProfitNothingStopsARise() throws {
        let played = try Scene().play(
            [Scene.calm(100), (100, 150, 99, 149), Scene.calm(149)], scores: [1, 1, 1])
        #expect(played.trades.isEmpty)
        #expect(played.decisions.allSatisfy { $0.takeProfit.isNaN && $0.stop == 98 && $0.target == 1 })
    }

    @Test func aLevelIsFixedAtTheDecisionNotAtTheEntry() throws {
        let played = try Scene().play(
            [Scene.calm(100), (99, 99.5, 98.5, 99), (99, 99.5, 98, 99)], scores: [1, 1, 1])
        #expect(played.trades.first?.exitPrice == 98)
    }

    @Test func everyFillPaysSlippageAndFee() throws {
        var scene = Scene()
        scene.costs = ArtifactCosts(feeBps: 10, slippageBps: 20)
        let prices = [Scene.calm(100), Scene.calm(101), Scene.calm(103), Scene.calm(102)]
        let played = try scene.play(prices, scores: [1, 1, 0, 0])
        let trade = try #require(played.trades.first)
        #expect(trade.position.entryPrice == 101 * 1.002 && trade.exitPrice == 102 * 0.998)
        let fees = (101 * 1.002 + 102 * 0.998) * 0.001 / 100
        #expect(abs(trade.fees - fees) < 1e-16 && abs(played.fees - fees) < 1e-16)
        #expect(abs(trade.profit - ((102 * 0.998 - 101 * 1.002) / 100 - fees)) < 1e-15)
        let mark = (103 - 101 * 1.002) / 100 - 101 * 1.002 * 0.001 / 100
        #expect(abs(played.equity[2] - mark) < 1e-15)
    }

    @Test func costsOfAShortAndOfAStopAreTheSame() throws {
        var scene = Scene()
        scene.costs = ArtifactCosts(feeBps: 10, slippageBps: 20)
        let played = try scene.play([Scene.calm(100), (100, 103, 99, 100), Scene.calm(100)], scores: [-1, 0, 0])
        let trade = try #require(played.trades.first)
        #expect(trade.position.entryPrice == 100 * 0.998 && trade.exitPrice == 102 * 1.002)
        let fees = (100 * 0.998 + 102 * 1.002) * 0.001 / 100
        #expect(abs(trade.profit - ((100 * 0.998 - 102 * 1.002) / 100 - fees)) < 1e-15)
    }

    @Test func timesOfATradeAreThoseOfItsBars() throws {
        let prices = [Scene.calm(100), Scene.calm(100), (100, 101, 97, 99), Scene.calm(100)]
        let bars = try TestBars.series(prices)
        let trade = try #require(try Scene().play(prices, scores: [1, 1, 1, 1]).trades.first)
        #expect(trade.entryTime(in: bars) == bars[1].openTime)
        #expect(trade.exitTime(in: bars) == bars.closeTime(2))
    }

    @Test func aReplayFollowsChangesOfTargetOnly() throws {
        let bars = try TestBars.series([Scene.calm(100), (100, 101, 97, 99), Scene.calm(100), Scene.calm(100)])
        let row = StrategyDecision(target: 1, confidence: 1, stop: 98)
        let stubborn = RowReplay.evaluate(
            Array(repeating: row, count: 4), over: bars, rows: 0..<4, costs: Scene().costs)
        #expect(stubborn.trades.count == 1 && stubborn.openTrade == nil)
    }
}
