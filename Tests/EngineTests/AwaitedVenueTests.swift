import Core
import Engine
import Foundation
import Testing

/// A venue that did not answer when the run began.
@Suite struct AwaitedVenueTests {
    private static let late = BrokerName("two")

    private let capabilities = BrokerCapabilities(nativeProtections: true, reduceOnly: false, duplicateSafe: true)

    private func asset(_ place: Int) throws -> AssetConfiguration {
        let (name, broker) = Bench.assets[place]
        return AssetConfiguration(
            instrument: try Bench.instrument(name), broker: BrokerName(broker), capabilities: capabilities,
            budget: Money(FixedDecimal(1000)))
    }

    private func configuration(_ awaited: [AwaitedVenue]) throws -> EngineConfiguration {
        EngineConfiguration(
            account: "test", artifact: "test", assets: [try asset(0)], limits: RiskLimits(), timing: EngineTiming(),
            reconcile: ReconcileRules(), awaited: awaited)
    }

    /// An engine that trades AAA at one venue and awaits the other, where BBB is to be traded.
    private func bench() throws -> Bench {
        var bench = try Bench()
        bench.venues[Self.late] = ModelVenue(Self.late)
        let awaited = AwaitedVenue(
            broker: Self.late, capabilities: capabilities, symbols: [try Bench.symbol("BBB")], reason: "no answer",
            remedy: "mend it")
        try bench.take(.configured(try configuration([awaited])))
        return bench
    }

    private func price(_ bench: inout Bench, _ name: String) throws {
        let event = VenueEvent.price(try Bench.symbol(name), Price(FixedDecimal(100)))
        let broker = BrokerName(name == "AAA" ? "one" : "two")
        try bench.take(.venue(VenueBatch(broker: broker, at: bench.now, events: [event])))
    }

    @Test func itIsToldWithItsRemedyAndOpensNothingWhileTheOtherTrades() throws {
        var bench = try bench()
        let told = bench.effects.compactMap { if case .alert(let alert) = $0 { alert } else { nil } }
        #expect(told.map(\.code) == ["VENUE_AWAITED"])
        #expect(told.first?.message.contains("mend it") == true)
        try bench.wait(.seconds(1))
        try price(&bench, "BBB")
        #expect(try bench.signal(0.5, stop: 90, "BBB").orders.isEmpty)
        try price(&bench, "AAA")
        #expect(try bench.signal(0.5, stop: 90).orders.map(\.symbol) == [Bench.symbol()])
        #expect(
            !bench.effects.contains { if case .readAccount(Self.late, _) = $0 { true } else { false } },
            "nothing is asked of a venue that nothing is known of")
    }

    @Test func onceItAnswersItsAccountIsReadAndItIsTraded() throws {
        var bench = try bench()
        let begun = bench.effects.count
        bench.manners[Self.late] = .unreachable
        try bench.take(.joined(Self.late, [try asset(1)]))
        #expect(bench.engine.configuration?.awaited.isEmpty == true)
        try price(&bench, "BBB")
        #expect(try bench.signal(0.5, stop: 90, "BBB").orders.isEmpty, "not before its account was read")
        bench.manners[Self.late] = .prompt
        try bench.wait(.seconds(30))
        let effects = Array(bench.effects[begun...])
        #expect(effects.orders.map(\.symbol) == [try Bench.symbol("BBB")], "what waited for that goes on")
        #expect(effects.alerts.contains("VENUE_JOINED"))
    }

    @Test func joiningLeavesTheOtherVenueAlone() throws {
        var bench = try bench()
        try bench.wait(.seconds(1))
        try price(&bench, "AAA")
        let before = bench.engine[try Bench.symbol()]
        bench.manners[BrokerName("one")] = .unreachable
        try bench.take(.joined(Self.late, [try asset(1)]))
        #expect(bench.engine[try Bench.symbol()] == before)
        #expect(try bench.signal(0.5, stop: 90).orders.count == 1, "its entries are not held again")
    }

    @Test func aHaltIsProvenOnlyWhenItIsReadFlatAndClosesWhatItHolds() throws {
        var bench = try bench()
        try bench.wait(.seconds(1))
        let symbol = try Bench.symbol("BBB")
        bench.venues[Self.late]?.positions[symbol] = Quantity(FixedDecimal(3))
        bench.manners[Self.late] = .unreachable
        try bench.kill()
        try bench.wait(.seconds(20))
        #expect(bench.engine.kill.phase == .flattening && bench.engine.kill.proven == [BrokerName("one")])
        bench.manners[Self.late] = .prompt
        try bench.wait(.seconds(20))
        try bench.seeThrough()
        #expect(bench.engine.kill.phase == .flat)
        #expect(bench.venues[Self.late]?.positions[symbol] ?? .zero == .zero)
    }

    @Test func settingsWithoutOneAreWrittenAsEver() throws {
        let text = String(decoding: try JSONEncoder().encode(try configuration([])), as: UTF8.self)
        #expect(!text.contains("unanswered"))
        let event = EngineEvent.joined(Self.late, [try asset(1)])
        #expect(try JSONDecoder().decode(EngineEvent.self, from: JSONEncoder().encode(event)) == event)
        let bench = try bench()
        let kept = try JSONEncoder().encode(bench.engine)
        #expect(try JSONDecoder().decode(Engine.self, from: kept) == bench.engine)
    }
}
