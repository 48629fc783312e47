import Core
import Engine
import Testing

/// Pain 1: however requests and answers get lost, one intent is at most one order at the venue.
@Suite struct OrderRepeatTests {
    private static let one = BrokerName("one")

    @Test(arguments: [true, false], 1...5) func lostAnswersNeverMakeASecondOrder(safe: Bool, losses: Int) throws {
        var bench = try Bench(duplicateSafe: safe)
        bench.manners[Self.one] = .losingAnswers(losses)
        let entry = try bench.enter()
        try bench.wait(.seconds(60))
        #expect(try bench.one.orders.count { $0.clientID == entry } == 1)
        #expect(Set(bench.effects.orders.filter { $0.purpose == .entry }.map(\.clientID)) == [entry])
        #expect(try bench.desk.openOrders.map(\.state) == [.working])
        #expect(bench.engine.nextDeadline == nil)
        #expect(bench.duplicates.isEmpty, "the venue knew it: there was no reason to send it again")
    }

    @Test(arguments: 1...2) func aLostRequestIsRepeatedUnderItsNameWhereThatIsSafe(losses: Int) throws {
        var bench = try Bench(duplicateSafe: true)
        bench.manners[Self.one] = .losingRequests(losses)
        let entry = try bench.enter()
        try bench.wait(.seconds(10))
        #expect(bench.effects.orders.map(\.clientID) == Array(repeating: entry, count: losses + 1))
        #expect(try bench.desk.openOrders.map(\.state) == [.working])
        try bench.fill(entry)
        #expect(try bench.desk.position.quantity == Quantity("5"))
    }

    @Test func whereASecondOrderOfANameIsNotSafeNothingIsRepeated() throws {
        var bench = try Bench(duplicateSafe: false)
        bench.manners[Self.one] = .losingRequests(1)
        _ = try bench.enter()
        try bench.wait(.seconds(60))
        #expect(bench.effects.orders.count == 1)
        #expect(try bench.desk.openOrders.isEmpty)
    }

    @Test func repetitionsEnd() throws {
        var bench = try Bench(duplicateSafe: true)
        bench.manners[Self.one] = .lost
        _ = try bench.enter()
        try bench.wait(.seconds(120))
        #expect(bench.effects.orders.count == OrderRules().attempts)
        #expect(try bench.desk.openOrders.isEmpty && bench.engine.nextDeadline == nil)
        #expect(bench.effects.alerts == ["ORDER_REFUSED"])
    }

    /// The venue lists an order late: it is sent again, refused as a duplicate, and that refusal is not believed.
    @Test func theRefusalOfARepetitionIsAskedAbout() throws {
        var bench = try Bench(duplicateSafe: true)
        bench.manners[Self.one] = .losingRequests(1)
        let entry = try bench.enter()
        bench.manners[Self.one] = .losingAnswers(1)
        try bench.wait(.milliseconds(250))
        #expect(bench.effects.orders.count == 2)
        let error = VenueError(.rejected, code: "DUPLICATE", message: "there is one of this name")
        let asked = try bench.take(.refused(try Bench.symbol(), entry, error))
        #expect(asked.queried == [entry])
        #expect(try bench.desk.openOrders.map(\.state) == [.working])
    }

    /// The first copy may stand, whatever the repetition is refused for: the venue is asked by name.
    @Test(arguments: [VenueError.Remedy.configuration, .notFound, .retryable, .rateLimited])
    func noRefusalOfARepetitionEndsTheFirst(remedy: VenueError.Remedy) throws {
        var bench = try Bench(duplicateSafe: true)
        bench.manners[Self.one] = .losingRequests(1)
        let entry = try bench.enter()
        bench.manners[Self.one] = .losingAnswers(1)
        try bench.wait(.milliseconds(250))
        #expect(bench.effects.orders.count == 2)
        for _ in 0..<8 {
            try bench.take(.refused(try Bench.symbol(), entry, VenueError(remedy, code: "NO", message: "not this one")))
            #expect(try bench.desk.openOrders.map(\.request.clientID) == [entry], "it was given up")
        }
        try bench.wait(.seconds(60))
        #expect(try bench.desk.openOrders.map(\.state) == [.working])
    }

    @Test(arguments: [true, false]) func whatProvablyNeverLeftIsRepeatedUnderItsName(safe: Bool) throws {
        var bench = try Bench(duplicateSafe: safe)
        bench.manners[Self.one] = .notReached
        let entry = try bench.enter()
        #expect(try bench.desk.openOrders.map(\.state) == [.sent])
        bench.manners[Self.one] = .prompt
        try bench.wait(.milliseconds(250))
        #expect(bench.effects.orders.map(\.clientID) == [entry, entry])
        #expect(try bench.desk.openOrders.map(\.state) == [.working])
        #expect(bench.effects.alerts.isEmpty)
    }

    @Test func aRepetitionPassesTheGateAgain() throws {
        var bench = try Bench(limits: RiskLimits(priceCollarPercent: FixedDecimal(5)))
        bench.manners[Self.one] = .notReached
        _ = try bench.enter()
        bench.manners[Self.one] = .prompt
        try bench.take(
            .venue(
                VenueBatch(
                    broker: Self.one, at: bench.now,
                    events: [
                        .barClosed(
                            try Bench.symbol(),
                            Bar(openTime: bench.now, open: 100, high: 100, low: 100, close: 100, volume: 1),
                            closeTime: bench.now)
                    ])))
        try bench.price("106")
        let asked = try bench.wait(.seconds(10))
        #expect(asked.orders.isEmpty && asked.refusals.map(\.code) == [.priceCollar])
        #expect(try bench.desk.openOrders.isEmpty)
    }

    @Test func theKillSwitchEndsRepetitions() throws {
        var bench = try Bench(duplicateSafe: true)
        bench.manners[Self.one] = .notReached
        _ = try bench.enter()
        bench.manners[Self.one] = .prompt
        try bench.take(.kill(reason: "test"))
        try bench.wait(.seconds(60))
        #expect(bench.effects.orders.count == 1 && bench.effects.isHalted)
        #expect(try bench.one.orders.isEmpty)
    }

    /// Answers that come in a burst are one answer.
    @Test func absencesCountOnlyWhenTheyAreSpaced() throws {
        var bench = try Bench()
        bench.manners[Self.one] = .mute
        let entry = try bench.enter()
        try bench.wait(.seconds(5))
        let absent = EngineEvent.absent(try Bench.symbol(), entry)
        for _ in 0..<10 { try bench.take(absent) }
        #expect(try bench.desk.openOrders.map(\.state) == [.unknown])
        bench.now = bench.now + .milliseconds(249)
        try bench.take(absent)
        #expect(try bench.desk.openOrders.map(\.state) == [.unknown])
        bench.now = bench.now + .milliseconds(1)
        #expect(try bench.take(absent).alerts == ["ORDER_REFUSED"])
        #expect(try bench.desk.openOrders.isEmpty)
    }

    @Test func anAnswerBetweenTwoAbsencesStartsTheCountAnew() throws {
        var bench = try Bench()
        bench.manners[Self.one] = .mute
        let entry = try bench.enter()
        try bench.wait(.seconds(5))
        let absent = EngineEvent.absent(try Bench.symbol(), entry)
        try bench.take(absent)
        try bench.take(.reported(try #require(try bench.one.order(entry))))
        try bench.take(.silent(try Bench.symbol(), entry))
        bench.now = bench.now + .seconds(1)
        try bench.take(absent)
        #expect(try bench.desk.openOrders.map(\.state) == [.unknown])
    }
}
