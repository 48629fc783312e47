import Core
import Engine
import Testing

/// What users of trading systems suffered, by the numbers of docs/orders-and-protections.md. Numbers 1, 7, 9, 10 and 11
/// have suites of their own.
@Suite struct PainTests {
    private static let one = BrokerName("one")

    @Test(arguments: [true, false]) func pain3AnOutageOfTenMinutesLosesNoOrder(arrived: Bool) throws {
        var bench = try Bench()
        try bench.price("100")
        bench.manners[Self.one] = arrived ? .mute : .unreachable
        let entry = try #require(try bench.signal(0.5, stop: 90).orders.first).clientID
        bench.manners[Self.one] = .unreachable
        try bench.wait(.seconds(600))
        #expect(try bench.desk.openOrders.map(\.state) == [.unknown], "silence alone ends nothing")
        #expect(bench.effects.orders.count == 1)
        bench.manners[Self.one] = .prompt
        if arrived { _ = try bench.execute(entry, Quantity("2"), at: #require(Price("100"))) }
        try bench.wait(.seconds(2))
        #expect(try bench.desk.openOrders.map(\.state) == (arrived ? [.working] : []))
        #expect(bench.effects.orders.count == 1)
    }

    @Test func pain6AFirstFillIsGuardedAtOnceWatchedWhenRefusedAndClosedWhenNobodyAnswers() throws {
        for (manner, mode) in [
            (Bench.Manner.prompt, ProtectionMode.armedNative), (.refusingProtections, .armedSynthetic),
        ] {
            var bench = try Bench()
            bench.manners[Self.one] = manner
            try bench.hold()
            #expect(try bench.desk.protection.stop?.mode == mode)
            #expect(try bench.desk.protection.exposure.total(at: bench.now + .seconds(60)) == .zero)
        }
        var bench = try Bench()
        let entry = try bench.enter()
        bench.manners[Self.one] = .mute
        try bench.fill(entry)
        try bench.wait(.seconds(5))
        #expect(bench.effects.orders.last?.kind == .market && bench.effects.alerts == ["UNPROTECTED"])
        #expect(try bench.desk.protection.exposure.total(at: bench.now) == FixedDecimal(2_500))
    }

    /// The cancellation of the other leg gets lost, then the venue knows nothing of it for half an hour.
    @Test func pain8AfterACloseNoProtectiveOrderIsLeft() throws {
        var bench = try Bench()
        try bench.hold()
        let leftover = try #require(try bench.openTakeProfit()?.clientID)
        bench.manners[Self.one] = .losingCancellations
        try bench.fill(try #require(try bench.openStop()?.clientID), at: "90")
        #expect(try bench.desk.position.isFlat)
        try bench.wait(.seconds(1_800))
        bench.manners[Self.one] = .prompt
        try bench.wait(.seconds(6))
        #expect(try bench.one.order(leftover)?.state == .cancelled && bench.one.openOrders.isEmpty)
        #expect(bench.effects.orders.allSatisfy { $0.reduceOnly || !$0.kind.isProtective })
        #expect(bench.engine.nextDeadline == nil)
    }

    @Test func pain8AnOrderThatTheVenueForgotIsWatchedInstead() throws {
        var bench = try Bench()
        try bench.hold()
        let stop = try #require(try bench.openStop()?.clientID)
        try bench.take(.silent(try Bench.symbol(), stop))
        bench.manners[Self.one] = .mute
        let absent = EngineEvent.absent(try Bench.symbol(), stop)
        try bench.take(.silent(try Bench.symbol(), stop))
        try bench.take(absent)
        #expect(try bench.desk.protection.stop?.mode == .armedNative, "once proves nothing")
        bench.now = bench.now + .milliseconds(250)
        try bench.take(absent)
        #expect(try bench.desk.protection.stop?.mode == .armedSynthetic)
        #expect(try bench.price("90").orders.map(\.purpose) == [.stop])
    }

    /// Someone closed the position at the venue: every exit is refused.
    /// A minute of broken and mended connections, prices and signals after everything was stopped.
    @Test func pain14AfterAStopNothingLeavesThroughAMinuteOfReconnects() throws {
        var bench = try Bench()
        try bench.hold()
        try bench.kill()
        try bench.seeThrough()
        #expect(try bench.engine.kill.phase == .flat && bench.one.openOrders.isEmpty)
        let (sent, cancelled) = (bench.effects.orders.count, bench.effects.cancelled.count)
        for second in 0..<60 {
            let error = VenueError(.retryable, code: "CUT", message: "cut")
            try bench.take(.unreachable(Self.one, error))
            try bench.take(.venue(VenueBatch(broker: Self.one, at: bench.now, events: [.reconnected])))
            try bench.price(second.isMultiple(of: 2) ? "100" : "80")
            try bench.signal(second.isMultiple(of: 3) ? -0.5 : 0.5, stop: second.isMultiple(of: 3) ? 110 : 70)
            try bench.wait(.seconds(1))
        }
        #expect(bench.effects.orders.count == sent && bench.effects.cancelled.count == cancelled)
        #expect(bench.engine.kill.phase == .flat)
    }

    @Test func pain22AManualCloseCausesThreeAttemptsAndThenAnAlert() throws {
        var bench = try Bench()
        try bench.hold()
        bench.manners[Self.one] = .refusing("NOTHING_TO_REDUCE")
        bench.now = bench.now + .seconds(1)
        try bench.signal(0)
        try bench.price("85")
        try bench.wait(.seconds(3_600))
        #expect(bench.effects.orders.count { $0.purpose == .exit } == 3)
        #expect(bench.effects.alerts.filter { $0 == "SYMBOL_HELD" }.count == 1)
        #expect(bench.effects.alerts.count < 10)
    }

    @Test func pain23APartTooSmallForALotIsLeftToTheOthers() throws {
        let ladder = [
            LadderRung(percent: FixedDecimal(1), share: FixedDecimal(1)),
            LadderRung(percent: FixedDecimal(2), share: FixedDecimal(50)),
        ]
        var bench = try Bench(protection: ProtectionRules(ladder: ladder))
        let entry = try bench.enter()
        try bench.fill(entry, "0.003")
        let legs = try bench.desk.protection.takeProfits
        #expect(legs.map(\.quantity) == [Quantity("0.001"), Quantity("0.002")])
        #expect(bench.effects.orders.allSatisfy { $0.quantity.value.isMultiple(of: Quantity("0.001")?.value ?? .one) })
        #expect(bench.effects.alerts.isEmpty)
    }
}
