import Core
import Engine
import Testing

/// The regime as the engine meets it: told, judged, alerted, and never in the way of an exit.
@Suite struct RegimeTests {
    private func bench(_ action: RegimeRules.Action = .block) throws -> Bench {
        var limits = RiskLimits.standard
        limits.regime = RegimeRules(action: action)
        return try Bench(limits: limits)
    }

    private func tell(_ bench: inout Bench, dollar: String?, fault: String? = nil) throws -> [Effect] {
        try bench.take(
            .regime(
                RegimeReading(at: bench.now, dollarIndexChange: dollar.flatMap { FixedDecimal($0) }, fault: fault)))
    }

    @Test func entriesWaitForAReadingAndForRiskOn() throws {
        var bench = try bench()
        #expect(try bench.price("100").alerts == ["REGIME_STALE"])
        #expect(try bench.signal(0.5, stop: 90).refusals.map(\.code) == [.regimeStale])
        try bench.wait(.seconds(1))
        #expect(try tell(&bench, dollar: "0.4").alerts == ["REGIME_RISK_OFF"])
        #expect(try tell(&bench, dollar: "0.5").alerts.isEmpty)
        #expect(try bench.signal(0.4, stop: 90).refusals.map(\.figures) == ["DXY 0.50 > 0.35"])
        try bench.wait(.seconds(1))
        #expect(try tell(&bench, dollar: "0.1").alerts == ["REGIME_RISK_ON"])
        #expect(try bench.signal(0.5, stop: 90).orders.count == 1)
    }

    @Test func aFaultBlocksAtOnceAndAnOldReadingLater() throws {
        var bench = try bench()
        try bench.price("100")
        _ = try tell(&bench, dollar: "0")
        #expect(try tell(&bench, dollar: nil, fault: "gone").alerts == ["REGIME_STALE"])
        #expect(try tell(&bench, dollar: "0").alerts == ["REGIME_RISK_ON"])
        bench.now = bench.now + .seconds(6 * 3600)
        #expect(try bench.price("100").alerts.isEmpty)
        bench.now = bench.now + .milliseconds(1)
        #expect(try bench.price("100").alerts == ["REGIME_STALE"])
        #expect(try bench.signal(0.5, stop: 90).refusals.map(\.code) == [.regimeStale])
    }

    @Test func exitsAreNeverTouched() throws {
        var bench = try bench()
        _ = try tell(&bench, dollar: "0")
        try bench.hold()
        _ = try tell(&bench, dollar: nil, fault: "gone")
        try bench.wait(.seconds(1))
        #expect(try bench.signal(0).orders.map(\.purpose) == [.exit])
    }

    @Test func shrinkingTakesAShareOfTheEntryOnTheLot() throws {
        var bench = try bench(.shrink(try #require(FixedDecimal("0.3333"))))
        try bench.price("100")
        _ = try tell(&bench, dollar: "0.4")
        let part = try #require(Quantity("1.666"))
        #expect(try bench.signal(0.5, stop: 90).orders.map(\.quantity) == [part])
        var tiny = try self.bench(.shrink(FixedDecimal(units: 1)))
        try tiny.price("100")
        _ = try tell(&tiny, dollar: "0.4")
        #expect(try tiny.signal(0.5, stop: 90).refusals.map(\.code) == [.regimeRiskOff])
        #expect(try tiny.desk.lastRefusal?.sentence.contains("less than a lot") == true)
        #expect(tiny.engine.risk.refusals == [.regimeRiskOff: 1])
    }

    @Test func anOlderReadingSaysNothingNew() throws {
        var bench = try bench()
        try bench.price("100")
        _ = try tell(&bench, dollar: "0.4")
        let old = RegimeReading(at: bench.now - .seconds(1), dollarIndexChange: .zero)
        #expect(try bench.take(.regime(old)).isEmpty)
        #expect(bench.engine.risk.regime?.dollarIndexChange == FixedDecimal("0.4"))
    }

    /// What a desk counts itself, such as unprotected exposure, stops trading through the same door.
    @Test func aDeskCanStopTradingByItself() throws {
        var engine = Engine()
        let bench = try bench()
        for (event, at) in bench.events { _ = engine.step(event, at: at) }
        #expect(engine.state == .active)
        engine.breach(try Bench.symbol(), .unprotectedBudget, figures: "9.00 > 5.00", sentence: "too long")
        #expect(engine.step(.deadline, at: bench.now).alerts.first == "UNPROTECTED_BUDGET")
        #expect(engine.state == .reducing)
        _ = engine.step(.operated(.release(rule: .unprotectedBudget, by: "Ada", reason: "seen")), at: bench.now)
        let desk = engine[try Bench.symbol()]
        #expect(engine.state == .active && desk?.risk.releasedAt == bench.now)
    }
}
