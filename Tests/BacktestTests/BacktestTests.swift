import Backtest
import Core
import Engine
import Simulator
import Testing

@Suite struct BacktestTests {
    private let flat = (open: 100.0, high: 101.0, low: 99.0, close: 100.0)

    @Test func decidesAtTheCloseAndActsAtTheNextOpen() throws {
        var scenario = BacktestScenario(bars: [flat, (102, 103, 101, 102), (104, 105, 103, 104), flat])
        scenario.rows = [
            try BacktestScenario.row(0, 0.5, stop: 90), try BacktestScenario.row(1, 0), try BacktestScenario.row(2, 0),
        ]
        let record = try scenario.run().record
        #expect(record.fills.map(\.price) == [Price("102"), Price("104")])
        #expect(record.fills.map(\.quantity) == [Quantity("5"), Quantity("5")])
        #expect(record.fills.map(\.at.milliseconds) == [BacktestScenario.hour, 2 * BacktestScenario.hour])
        #expect(record.roundTrips.map(\.net) == [Money("10")])
        #expect(record.refusals.isEmpty)
    }

    @Test(arguments: [true, false]) func aStopFiresInsideTheEntryBarAndNothingEntersAgain(native: Bool) throws {
        var scenario = BacktestScenario(bars: [flat, (100, 101, 94, 95), (95, 96, 90, 91), flat])
        scenario.native = native
        let row = try BacktestScenario.row(0, 1, stop: 95.5, takeProfit: 120)
        scenario.rows = [row] + (try (1...3).map { try BacktestScenario.row($0, 1, stop: 95.5, takeProfit: 120) })
        let (record, backtest) = try scenario.run()
        #expect(record.fills.count == 2)
        #expect(backtest.engine.desks.allSatisfy { $0.position.isFlat && $0.openOrders.isEmpty })
        #expect(record.fills.last?.price == Price("95.5"))
    }

    @Test func theStopWinsWhenOneBarTouchesBoth() throws {
        for (target, stop, takeProfit, price) in [(1.0, 95.0, 105.0, "95"), (-1.0, 105.0, 95.0, "105")] {
            var scenario = BacktestScenario(bars: [flat, (100, 110, 90, 100), flat])
            scenario.rows = [try BacktestScenario.row(0, target, stop: stop, takeProfit: takeProfit)]
            let (record, backtest) = try scenario.run()
            #expect(record.fills.map(\.price) == [Price("100"), Price(price)])
            #expect(backtest.engine.desks.allSatisfy { $0.openOrders.isEmpty })
        }
    }

    @Test func aReversalClosesAndOpensAtTheSameOpen() throws {
        var scenario = BacktestScenario(bars: [flat, flat, (104, 105, 103, 104), flat])
        scenario.rows = [
            try BacktestScenario.row(0, 0.5, stop: 90), try BacktestScenario.row(1, -0.5, stop: 120),
        ]
        let (record, backtest) = try scenario.run()
        #expect(record.fills.map(\.side) == [.buy, .sell, .sell])
        #expect(record.fills.map(\.price) == [Price("100"), Price("104"), Price("104")])
        #expect(backtest.engine.desks.first?.position.quantity == Quantity("-5"))
        #expect(backtest.engine.desks.first?.protection.stop?.mode == .armedNative)
    }

    @Test func aReversalIsFilledWhereverTheMarketOpensEvenBehindItsStop() throws {
        var scenario = BacktestScenario(bars: [flat, flat, (125, 126, 124, 125), flat])
        scenario.rows = [
            try BacktestScenario.row(0, 0.5, stop: 90), try BacktestScenario.row(1, -0.5, stop: 120),
        ]
        let (record, backtest) = try scenario.run()
        #expect(record.refusals.isEmpty)
        #expect(record.fills.map(\.side) == [.buy, .sell, .sell, .buy])
        #expect(record.fills.map(\.price) == [Price("100"), Price("125"), Price("125"), Price("125")])
        #expect(backtest.engine.desks.allSatisfy { $0.position.isFlat && $0.openOrders.isEmpty })
    }

    @Test func theKillSwitchEndsFlatWithNothingOpen() throws {
        var scenario = BacktestScenario(bars: [flat, flat, flat, flat, flat])
        scenario.rows = [try BacktestScenario.row(0, 1, stop: 90, takeProfit: 120)]
        for steps in 1...12 {
            var backtest = try scenario.backtest()
            for _ in 0..<steps { _ = backtest.step() }
            backtest.kill(reason: "test")
            let record = backtest.run()
            #expect(record.haltReason == "test")
            #expect(backtest.engine.kill.phase == .flat)
            #expect(backtest.market.snapshot().isFlat)
            #expect(backtest.engine.desks.allSatisfy { $0.position.isFlat && $0.openOrders.isEmpty })
        }
    }

    /// Stored bars tell nothing for an hour; the kill sequence looks again within seconds all the same.
    @Test func aKillIsOverLongBeforeTheNextBar() throws {
        var scenario = BacktestScenario(bars: [flat, flat, flat, flat, flat])
        scenario.latency = .milliseconds(300)
        scenario.rows = [try BacktestScenario.row(0, 1, stop: 90, takeProfit: 120)]
        var held = 0
        for steps in 1...12 {
            var backtest = try scenario.backtest()
            for _ in 0..<steps { _ = backtest.step() }
            held += backtest.market.snapshot().isFlat ? 0 : 1
            let killedAt = backtest.engine.now
            backtest.kill(reason: "test")
            while backtest.engine.kill.phase == .flattening, backtest.step() {}
            #expect(backtest.engine.kill.phase == .flat)
            #expect(backtest.engine.now - killedAt < .seconds(60))
        }
        #expect(held > 3)
    }

    @Test func partialFillsAreProtectedInFull() throws {
        var scenario = BacktestScenario(bars: [flat, flat, flat, flat])
        scenario.fillPolicy = .parts(4, every: .seconds(60))
        scenario.rows = [try BacktestScenario.row(0, 1, stop: 90, takeProfit: 120)]
        let (record, backtest) = try scenario.run()
        #expect(record.fills.count == 4)
        let desk = try #require(backtest.engine.desks.first)
        #expect(desk.position.quantity == Quantity("10"))
        #expect(desk.protection.stop?.quantity == Quantity("10"))
        let stops = backtest.market.snapshot().openOrders.filter { if case .stop = $0.kind { true } else { false } }
        #expect(stops.map(\.quantity) == [Quantity("10")])
    }
}
