import Core
import Engine
import Testing

/// Limits that look back: what they count, what they move to and what releases them.
@Suite struct RiskBookTests {
    private func bench(_ change: (inout RiskLimits) -> Void = { _ in }, assets: Int = 1) throws -> Bench {
        var limits = RiskLimits.standard
        change(&limits)
        return try Bench(assets: assets, limits: limits)
    }

    /// Enters 5 at 100 and closes them at `exit`.
    private func trade(_ bench: inout Bench, exit: String) throws {
        try bench.hold()
        try bench.wait(.seconds(60))
        try bench.price(exit)
        let close = try #require(try bench.signal(0).orders.first { $0.reduceOnly })
        try bench.fill(close.clientID, at: exit)
        try bench.wait(.seconds(60))
    }

    private func release(_ bench: inout Bench, _ rule: RiskCode? = nil, by name: String = "Ada") throws -> [Effect] {
        try bench.take(.operated(.release(rule: rule, by: name, reason: "looked at it")))
    }

    private static let day: Int64 = 86_400

    // MARK: Losses

    @Test func aDailyLossStopsOpeningAndNothingElse() throws {
        var bench = try bench { ($0.stalePriceAfter, $0.drawdownPercent) = (nil, nil) }
        try bench.price("100")
        try bench.fill(try #require(try bench.signal(0.5, stop: 60, takeProfit: 120).orders.first).clientID)
        // 5 at 100, now at 80: 100 are lost, which is the limit itself.
        try bench.price("80.01")
        #expect(try bench.price("80").alerts.isEmpty)
        #expect(bench.engine.state == .active)
        let effects = try bench.price("79.99")
        #expect(effects.alerts == ["DAILY_LOSS"])
        #expect(bench.engine.state == .reducing)
        let stop = try bench.openStop()
        #expect(stop != nil)
        try bench.wait(.seconds(60))
        let refusals = try bench.signal(1, stop: 70).refusals
        #expect(refusals.map(\.code) == [.dailyLoss] && refusals.first?.figures == "100.05 > 100.00")
        #expect(try bench.desk.lastRefusal?.code == .dailyLoss)
        #expect(try bench.signal(0).isEmpty)
        let closing = try bench.take(.signal(try bench.row(-1, stop: 90))).orders
        #expect(closing.allSatisfy { $0.reduceOnly })
    }

    @Test func onlyANamedReleaseLetsTradingGoOn() throws {
        var bench = try bench { $0.drawdownPercent = nil }
        try bench.hold()
        try bench.price("79")
        try bench.wait(.seconds(2 * Self.day))
        #expect(bench.engine.state == .reducing)
        #expect(try release(&bench, .dailyLoss, by: " ").alerts == ["RELEASE_REFUSED"])
        #expect(try release(&bench, .lossStreak).alerts == ["RELEASE_REFUSED"])
        #expect(bench.engine.state == .reducing)
        let told = try release(&bench, .dailyLoss)
        #expect(told.alerts == ["RISK_RELEASED"] && bench.engine.state == .active)
        // The loss counts from the release on.
        try bench.price("79.5")
        try bench.price("75")
        #expect(bench.engine.state == .active)
    }

    @Test func aLossOfYesterdayIsNotOfToday() throws {
        var bench = try bench { $0.drawdownPercent = nil }
        try bench.hold()
        try bench.price("85")
        try bench.wait(.seconds(Self.day))
        try bench.price("85")
        try bench.price("70")
        #expect(bench.engine.state == .active)
        try bench.price("64.99")
        #expect(bench.engine.state == .reducing)
        #expect(bench.engine.risk[Currency("USDT")].lossToday == Money("100.05"))
    }

    @Test func aBreachThatHaltsPullsTheKillSwitch() throws {
        var bench = try bench {
            $0.breaches?.dailyLoss = .halted
            $0.drawdownPercent = nil
        }
        try bench.hold()
        let effects = try bench.price("79")
        #expect(effects.alerts == ["DAILY_LOSS", "KILL_ENGAGED"])
        #expect(bench.engine.kill.isEngaged && bench.engine.kill.reason?.hasPrefix("DAILY_LOSS") == true)
        let close = try #require(effects.orders.first { $0.purpose == .flatten })
        try bench.fill(close.clientID, at: "79")
        try bench.wait(.seconds(5))
        #expect(bench.engine.kill.phase == .flat)
        // The kill switch is one thing, the limit another: both have to be released.
        try bench.take(.release)
        #expect(bench.engine.state == .reducing)
        _ = try release(&bench)
        #expect(bench.engine.state == .active)
    }

    @Test func theDrawdownIsTakenFromTheHighestEquity() throws {
        var bench = try bench { $0.dailyLoss = nil }
        try bench.hold()
        try bench.price("140")
        // 1000 and 200 of profit: 10 % of 1200 are 120, which 116 takes away.
        try bench.price("116")
        #expect(bench.engine.state == .active)
        #expect(try bench.price("115.99").alerts.contains("MAX_DRAWDOWN"))
        _ = try release(&bench)
        #expect(bench.engine.state == .active && bench.engine.risk[Currency("USDT")].belowPeak == .zero)
    }

    @Test func fiveLossesInARowStopAndOneGainForgives() throws {
        var bench = try bench { ($0.dailyLoss, $0.ordersPerDay, $0.turnoverPerDay) = (nil, nil, nil) }
        for _ in 0..<4 { try trade(&bench, exit: "99") }
        #expect(bench.engine.risk.lossStreak == 4 && bench.engine.state == .active)
        try trade(&bench, exit: "101")
        #expect(bench.engine.risk.lossStreak == 0)
        for _ in 0..<5 { try trade(&bench, exit: "99") }
        #expect(bench.engine.state == .reducing)
        #expect(bench.engine.risk.trading.restrictions.map(\.rule) == [.lossStreak])
        _ = try release(&bench)
        #expect(bench.engine.risk.lossStreak == 0)
    }

    // MARK: Pace

    @Test func ordersCountWhenTheyAreEnteredAndUntilMidnight() throws {
        var bench = try bench { ($0.lossStreak, $0.turnoverPerDay) = (nil, nil) }
        for _ in 0..<7 { try trade(&bench, exit: "100") }
        try bench.price("100")
        #expect(try bench.signal(0.5, stop: 90).refusals.map(\.figures) == ["8 > 7"])
        try bench.wait(.seconds(Self.day))
        #expect(bench.engine.risk.ordersToday == 0 || bench.engine.risk.ordersToday == 7)
        _ = try bench.enter()
        #expect(bench.engine.risk.ordersToday == 1)
        #expect(bench.engine.risk.refusals == [.ordersPerDay: 1])
    }

    @Test func anOrderThatRepeatsItselfStopsTrading() throws {
        var bench = try bench { ($0.cooldown, $0.ordersPerDay) = (nil, nil) }
        // Refused for another reason each time: the same one would hold the entries of the asset before.
        for reason in ["NO", "NEVER", "NOT NOW"] {
            try bench.price("100")
            let order = try #require(try bench.signal(0.5, stop: 90).orders.first)
            try bench.take(
                .refused(order.symbol, order.clientID, VenueError(.rejected, code: reason, message: "no")))
            try bench.wait(.seconds(1))
            try bench.signal(0)
            try bench.wait(.seconds(1))
        }
        try bench.price("100")
        let effects = try bench.signal(0.5, stop: 90)
        #expect(effects.refusals.map(\.code) == [.repeatedOrder] && effects.alerts == ["REPEATED_ORDER"])
        #expect(bench.engine.state == .reducing)
    }

    @Test func theCooldownIsEachAssetsOwn() throws {
        var bench = try bench(assets: 2)
        try trade(&bench, exit: "100")
        #expect(bench.engine.risk.ordersToday == 1)
        try bench.price("100")
        bench.manners[BrokerName("one")] = .lost
        let first = try #require(try bench.signal(0.5, stop: 90).orders.first)
        try bench.take(.refused(first.symbol, first.clientID, VenueError(.rejected, code: "NO", message: "no")))
        bench.manners[BrokerName("one")] = .prompt
        try bench.wait(.seconds(59))
        try bench.price("100")
        #expect(try bench.signal(0.6, stop: 90).refusals.map(\.code) == [.cooldown])
        try bench.price("100", "BBB")
        #expect(try bench.signal(0.5, stop: 90, "BBB").orders.count == 1)
    }

    // MARK: Exposure

    @Test func assetsOfOneGroupShareALimitWithWhatIsOnlyOrdered() throws {
        let group = CorrelationGroups.Group(name: "pair", symbols: [try Bench.symbol("AAA"), try Bench.symbol("BBB")])
        let limit = try #require(MoneyLimit("900"))
        var bench = try bench({ $0.correlation = CorrelationGroups([group], limit: limit) }, assets: 2)
        bench.manners[BrokerName("one")] = .mute
        _ = try bench.enter()
        try bench.price("100", "BBB")
        let refusals = try bench.signal(0.5, stop: 90, "BBB").refusals
        #expect(refusals.map(\.code) == [.groupExposure] && refusals.first?.figures == "1000.00 > 900.00")
        try bench.wait(.milliseconds(1))
        #expect(try bench.signal(0.4, stop: 90, "BBB").orders.count == 1)
    }

    @Test func aRestrictionTakesBackWhatWouldOpen() throws {
        var bench = try bench(assets: 2)
        try bench.price("100", "BBB")
        let entry = try #require(try bench.signal(0.5, stop: 90, "BBB").orders.first)
        try bench.hold()
        let effects = try bench.price("79")
        #expect(effects.cancelled == [.client(entry.clientID)])
    }

    // MARK: Slippage

    @Test func anEntryThatSlippedKeepsTheNextOneBack() throws {
        var bench = try bench()
        let entry = try bench.enter()
        try bench.fill(entry, at: "100.2")
        #expect(try bench.desk.risk.slippage.percent == FixedDecimal("0.2"))
        try bench.wait(.seconds(60))
        try bench.price("100")
        let close = try #require(try bench.signal(0).orders.first { $0.reduceOnly })
        try bench.fill(close.clientID)
        try bench.wait(.seconds(60))
        try bench.price("100")
        #expect(try bench.signal(0.5, stop: 90).refusals.map(\.code) == [.slippageCap])
        try bench.wait(.seconds(3600))
        try bench.price("100")
        #expect(try bench.signal(0.4, stop: 90).orders.count == 1)
    }

    // MARK: Desk's own causes and recovery

    @Test func theSameEventsGiveTheSameCounters() throws {
        var bench = try bench { $0.turnoverPerDay = nil }
        for exit in ["99", "101", "98", "100", "90"] { try trade(&bench, exit: exit) }
        _ = try bench.enter()
        var twin = Engine()
        for (event, at) in bench.events { _ = twin.step(event, at: at) }
        #expect(twin.risk == bench.engine.risk && twin == bench.engine)
        #expect(twin.risk.ordersToday == 6 && twin.risk[Currency("USDT")].turnoverToday == Money("3000"))
    }
}
