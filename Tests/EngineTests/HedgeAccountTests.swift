import Core
import Engine
import Testing

/// An account that holds both sides of an instrument, one of them not ours.
@Suite struct HedgeAccountTests {
    private static let one = BrokerName("one")

    private func bench() throws -> Bench {
        var bench = try Bench(reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        try bench.hold()
        let short = AccountPosition(
            symbol: try Bench.symbol(), quantity: Quantity(FixedDecimal(-3)), averagePrice: nil)
        bench.venues[Self.one]?.otherSides = [short]
        return bench
    }

    @Test func theOtherSideIsNotTakenForOurs() throws {
        var bench = try bench()
        let asked = try bench.wait(.seconds(120))
        #expect(try bench.desk.position.quantity == Quantity("5"))
        #expect(try bench.openStop() != nil, "our side keeps its stop")
        #expect(try bench.desk.hold == .external)
        #expect(asked.alerts == ["EXTERNAL_POSITION"], "told once")
    }

    @Test func entriesGoOnOnceItIsClosedAndAcknowledged() throws {
        var bench = try bench()
        try bench.wait(.seconds(120))
        try bench.take(.operated(.acknowledge(try Bench.symbol(), by: "Ada")))
        try bench.wait(.seconds(60))
        #expect(try bench.desk.hold == .external, "it is still there")
        bench.venues[Self.one]?.otherSides = []
        try bench.take(.operated(.acknowledge(try Bench.symbol(), by: "Ada")))
        try bench.wait(.seconds(60))
        #expect(try bench.desk.hold == nil)
    }
}
