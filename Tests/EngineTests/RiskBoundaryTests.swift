import Core
import Engine
import Testing

/// Every rule of the gate, by its code, a tick inside its limit, at it and a tick beyond.
@Suite struct RiskBoundaryTests {
    /// What the gate says on both sides of one limit.
    struct Boundary {
        var code: RiskCode
        /// Inside and exactly at the limit.
        var passes: [GateScene]
        /// A tick beyond, with what the short figures say.
        var fails: [(scene: GateScene, figures: String)]
    }

    @Test(arguments: RiskCode.allCases) func everyCodeHasABoundaryThatHoldsToTheTick(code: RiskCode) throws {
        if code == .externalPosition { return try anExternalPositionHoldsEntries() }
        let boundaries = try Self.table().filter { $0.code == code }
        #expect(!boundaries.isEmpty, "\(code.rawValue) is produced by no test")
        for boundary in boundaries {
            for scene in boundary.passes { #expect(scene.refusal == nil, "\(code.rawValue)") }
            #expect(!boundary.fails.isEmpty)
            for (scene, figures) in boundary.fails {
                let refusal = try #require(scene.refusal, "\(code.rawValue) \(figures)")
                #expect(refusal.code == code)
                #expect(refusal.figures == figures)
                #expect(refusal.sentence.count > 10 && refusal.at == GateScene.now)
            }
        }
    }

    /// The one rule that no single order shows: it takes a reading of the venue.
    private func anExternalPositionHoldsEntries() throws {
        var bench = try Bench(limits: .standard, reconcile: ReconcileRules())
        try bench.wait(.seconds(1))
        try bench.price("100")
        bench.venues[BrokerName("one")]?.positions[try Bench.symbol()] = Quantity("3")
        try bench.take(.reconcile)
        try bench.wait(.seconds(4))
        try bench.price("100")
        let refusals = try bench.signal(0.5, stop: 90).refusals
        #expect(refusals.map(\.code) == [.externalPosition] && refusals.first?.figures == "3")
        #expect(bench.engine.risk.refusals == [.externalPosition: 1])
        try bench.take(.operated(.acknowledge(try Bench.symbol(), by: "Ada")))
        bench.now = bench.now + .seconds(1)
        #expect(try bench.signal(0.5, stop: 90).orders.count { !$0.reduceOnly } == 1)
    }

    /// What stops an entry never stops a reduction, except a name that was used and a flip.
    @Test func reductionsPassWhereEntriesDoNot() throws {
        for boundary in try Self.table() where ![.duplicateOrder, .wouldFlip].contains(boundary.code) {
            for (scene, _) in boundary.fails {
                var scene = scene
                (scene.closes, scene.quantity) = (true, Quantity(.one))
                #expect(scene.refusal == nil, "\(boundary.code.rawValue)")
            }
        }
    }

    /// Without limits nothing but the order itself, the price and the trading state can refuse.
    @Test func aLimitThatIsOffRefusesNothing() throws {
        let always: [RiskCode] = [
            .tradingState, .duplicateOrder, .wouldFlip, .marketClosed, .stopNotPlaceable, .instrumentRules,
            .unprotectedBudget,
        ]
        for boundary in try Self.table() where !always.contains(boundary.code) {
            for (scene, _) in boundary.fails where scene.outlook.restriction == nil {
                var scene = scene
                (scene.limits, scene.regime) = (RiskLimits(), nil)
                #expect(scene.refusal == nil, "\(boundary.code.rawValue)")
            }
        }
    }
}
