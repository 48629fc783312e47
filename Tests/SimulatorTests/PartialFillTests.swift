import Core
import Simulator
import Testing

@Suite struct PartialFillTests {
    @Test func fixedPartsFollowEachOtherOnTheRoad() throws {
        let parts = FillPolicy.parts(3, every: .seconds(120))
        var market = try Stage.market([(100, 110, 90, 105)], Stage.configuration(fills: parts))
        market.pullOpen()
        market.send(Stage.order("a", .buy, "1"))
        let batches = market.run()
        #expect(batches.fills == ["a buy 0.334@100 0", "a buy 0.334@99 2", "a buy 0.332@98 4"])
        let states = batches.flatMap(\.events).compactMap {
            if case .order(let report) = $0 { report.state } else { nil }
        }
        #expect(states == [.partiallyFilled, .partiallyFilled, .filled])
    }

    @Test func aReduceOnlyOrderInPartsStopsWhenNothingIsLeft() throws {
        let parts = FillPolicy.parts(2, every: .zero)
        var market = try Stage.market([(100, 110, 90, 105)], Stage.configuration(fills: parts))
        market.pullOpen()
        market.send(Stage.order("a", .buy, "1"))
        market.pull { if case .order(let report) = $0 { report.state == .filled } else { false } }
        market.send(Stage.order("b", .sell, "1", reduceOnly: true))
        market.send(Stage.order("c", .sell, "1", reduceOnly: true))
        _ = market.run()
        #expect(market.snapshot().isFlat)
        let sold = [market.report("b"), market.report("c")].compactMap { $0?.filled.double }
        #expect(sold.reduce(0, +) == 1)
    }

    @Test func noMoreThanTheShareOfTheVolumeIsFilledInABar() throws {
        let share = FillPolicy.shareOfVolume(Stage.decimal("0.1"))
        let rows = [(100.0, 110.0, 90.0, 105.0), (107, 108, 106, 107), (109, 109, 109, 109)]
        var market = try Stage.market(rows, Stage.configuration(fills: share), volume: 10)
        market.pullOpen()
        market.send(Stage.order("a", .buy, "2.5"))
        let fills = market.run().fills
        #expect(fills == ["a buy 1@100 0", "a buy 1@107 60", "a buy 0.5@109 120"])
    }

    @Test func aLimitTakesItsPriceAgainWhenTheNextBarComesBack() throws {
        let share = FillPolicy.shareOfVolume(Stage.decimal("0.1"))
        let rows = [(100.0, 104.0, 92.0, 102.0), (103, 104, 94, 100)]
        var market = try Stage.market(rows, Stage.configuration(fills: share), volume: 10)
        market.pullOpen()
        market.send(Stage.order("a", .buy, "1.5", .limit(Stage.price("96"))))
        let batches = market.run()
        #expect(batches.fills.map { $0.prefix(12) } == ["a buy 1@96 3", "a buy 0.5@96"])
        #expect(market.report("a")?.state == .filled)
    }

    @Test func withoutVolumeTheLastCloseStillTakesAFlatten() throws {
        let share = FillPolicy.shareOfVolume(Stage.decimal("0.1"))
        var market = try Stage.market([(100, 110, 90, 105)], Stage.configuration(fills: share), volume: 0)
        market.pullOpen()
        market.send(Stage.order("a", .buy, "2", purpose: .flatten))
        let fills = market.run().fills
        #expect(fills == ["a buy 2@105 60"])
    }
}
