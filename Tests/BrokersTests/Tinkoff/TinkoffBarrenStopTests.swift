import Brokers
import Core
import Synchronization
import Testing

/// Stops that do not become what they should: no order at all, or two of them.
@Suite(.fewAtOnce) struct TinkoffBarrenStopTests {
    private static let stop = TinkoffBench.request(
        "0b9d6b0a-3c8e-4f0e-9a1b-3f1c3e0c7d22", .sell, .stop(trigger: Price(FixedDecimal(90))), lots: 2,
        reduceOnly: true, purpose: .stop)

    private func buy(_ broker: TinkoffBroker) async throws {
        _ = await broker.submit(TinkoffBench.request("in", .buy, lots: 2))
        _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("in"))
    }

    private func close(_ broker: TinkoffBroker, _ standIn: TinkoffStandIn) async throws {
        let out = TinkoffBench.request("out", .sell, lots: 2, reduceOnly: true, purpose: .exit)
        guard case .accepted = await broker.submit(out) else {
            Issue.record("a stop that is no more was in the way")
            return
        }
        _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("out"))
        #expect(standIn.state.withLock { $0.pieces } == 0)
    }

    /// It says that it fired just now, or does not say when: after a while it is over. One of yesterday is so at once,
    /// because orders live for a day.
    @Test(arguments: [(0, 300), (nil, 300), (2 * 86_400_000, 3_600_000)] as [(Int64?, Int64)])
    func aStopThatExecutedWithoutAnOrderIsOver(firedAgo: Int64?, patience: Int64) async throws {
        var manner = TinkoffStandIn.Manner()
        (manner.isBarren, manner.firedAgo) = (true, firedAgo)
        let standIn = TinkoffStandIn(manner)
        try await withTinkoff(standIn, adjust: { $0.childPatience = .milliseconds(patience) }) { broker, _ in
            try await buy(broker)
            guard case .accepted = await broker.submit(Self.stop) else {
                Issue.record("the stop was not taken")
                return
            }
            _ = try await broker.snapshot()
            standIn.move(to: FixedDecimal(89))
            let news = try await TinkoffBench.wait(broker, TinkoffBench.isEnd(Self.stop.clientID.text))
            guard case .order(let report)? = news.last(where: TinkoffBench.isEnd(Self.stop.clientID.text)) else {
                return
            }
            #expect(report.state == .cancelled && report.reason?.contains("no order") == true, "\(report)")
            // It stays over, however often its list is read.
            for _ in 0..<3 { _ = try await broker.snapshot() }
            try await close(broker, standIn)
        }
    }

    /// The same for a stop that another process placed, told by its name.
    @Test func aStopOfYesterdayWithoutAnOrderIsInNobodysWay() async throws {
        var manner = TinkoffStandIn.Manner()
        (manner.isBarren, manner.firedAgo) = (true, 2 * 86_400_000)
        let standIn = TinkoffStandIn(manner)
        try await withTinkoff(standIn) { broker, server in
            try await buy(broker)
            _ = await broker.submit(Self.stop)
            await broker.stop()
            standIn.move(to: FixedDecimal(89))
            let other = try TinkoffBroker(TinkoffBench.settings(port: server.port))
            try await other.start(VenueWatch(symbols: [TinkoffBench.symbol], interval: nil, barsAfter: .epoch))
            #expect(try await other.order(Self.stop.clientID, TinkoffBench.symbol)?.state == .cancelled)
            try await close(other, standIn)
            await other.stop()
        }
    }

    private func working(_ standIn: TinkoffStandIn) -> Int {
        standIn.state.withLock { $0.stops.count { $0.status == "ACTIVE" } }
    }

    /// Whether it comes about within some time.
    private func happens(_ broker: TinkoffBroker, _ isSo: () -> Bool) async throws -> Bool {
        // By the clock: under load many news come at once.
        let end = ContinuousClock.now + .seconds(60)
        while !isSo(), ContinuousClock.now < end { _ = try await broker.nextEvents() }
        return isSo()
    }

    /// The answer is lost and the stop is not listed at first: it is looked for longer than an exit would be.
    @Test func aStopInDoubtIsNotSentAgainAsSoonAsAnExit() async throws {
        let standIn = TinkoffStandIn()
        standIn.state.withLock { $0.manner.stopLag = 1500 }
        standIn.fail("StopOrdersService/PostStopOrder", .cutAfter)
        let adjust = { (settings: inout TinkoffSettings) in
            (settings.absence, settings.exitAbsence) = (.seconds(60), .zero)
        }
        try await withTinkoff(standIn, adjust: adjust) { broker, _ in
            try await buy(broker)
            guard case .silent = await broker.submit(Self.stop) else {
                Issue.record("a lost answer was taken for an answer")
                return
            }
            for _ in 0..<400 {
                if case .accepted = await broker.submit(Self.stop) { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(standIn.calls("StopOrdersService/PostStopOrder") == 1 && working(standIn) == 1)
        }
    }

    /// It is listed later than anybody would wait, and this venue keeps no keys of stops: one is taken back.
    @Test func aStopThatStandsThereTwiceIsTakenBackOnce() async throws {
        let standIn = TinkoffStandIn()
        standIn.state.withLock { $0.manner.stopLag = 3000 }
        standIn.fail("StopOrdersService/PostStopOrder", .cutAfter)
        try await withTinkoff(standIn, adjust: { $0.absence = .zero }) { broker, _ in
            try await buy(broker)
            for _ in 0..<200 {
                if case .accepted = await broker.submit(Self.stop) { break }
                _ = try? await broker.order(Self.stop.clientID, Self.stop.symbol)
            }
            #expect(working(standIn) == 2, "the second one was placed before the first was listed")
            #expect(try await happens(broker) { working(standIn) == 1 })
            #expect(try await broker.order(Self.stop.clientID, Self.stop.symbol)?.state == .working)
            // The one that is left is the one that is known: it fires, and all is closed by it.
            standIn.state.withLock { $0.manner.stopLag = 0 }
            standIn.move(to: FixedDecimal(89))
            #expect(try await broker.told(Self.stop.clientID, until: 20) == 20)
            #expect(standIn.state.withLock { $0.lowest } == 0)
        }
    }
}
