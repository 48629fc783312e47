import Brokers
import Core
import Synchronization
import Testing

/// What goes wrong between us and the venue, and what became of the order.
@Suite(.fewAtOnce) struct BitgetTroubleTests {
    private func id(_ text: String) -> ClientOrderID { ClientOrderID(text) }

    /// Reads news until the order has ended.
    private func fills(_ broker: BitgetBroker, untilEndOf name: String) async throws -> [Fill] {
        var fills: [Fill] = []
        for _ in 0..<500 {
            guard let batch = try await broker.nextEvents() else { break }
            for event in batch.events {
                switch event {
                case .fill(let fill) where fill.clientID == id(name): fills.append(fill)
                case .order(let report) where report.clientID == id(name) && report.state.isFinal: return fills
                default: break
                }
            }
        }
        Issue.record("\(name) did not end")
        return fills
    }

    static let doubts: [BitgetStandIn.Fault] = [
        .doneButCut, .doneButPage, .doneButAnswered(code: "40010"), .doneButAnswered(code: "45001"),
        .doneButAnswered(code: "77777"),
    ]

    @Test(arguments: doubts.indices, [false, true]) func doubtIsSilenceAndTheOrderIsFound(
        fault: Int, isUnified: Bool
    ) async throws {
        let venue = BitgetStandIn(isUnified: isUnified)
        try await withBitget(venue) { broker, _ in
            venue.fail("place-order", Self.doubts[fault])
            guard case .silent(let error) = await broker.submit(BitgetBench.request("a", .buy)) else {
                Issue.record("an order that may be there was not left open")
                return
            }
            #expect(error.remedy == .unknownOutcome)
            let report = try #require(try await broker.order(id("a"), BitgetBench.symbol))
            #expect(report.state == .filled)
            #expect(try await fills(broker, untilEndOf: "a").reduce(.zero) { $0 + $1.quantity } == Quantity(.one))
            #expect(venue.state.withLock { $0.exchange.taken["a"] } == 1)
        }
    }

    @Test func whatNeverArrivedIsNotBelievedAbsentTooEarly() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue, adjust: { $0.absence = .seconds(3600) }) { broker, _ in
            venue.fail("place-order", .cut)
            guard case .silent = await broker.submit(BitgetBench.request("a", .buy)) else {
                Issue.record("nobody can know that it did not arrive")
                return
            }
            let error = await #expect(throws: VenueError.self) {
                _ = try await broker.order(id("a"), BitgetBench.symbol)
            }
            #expect(error?.remedy == .retryable)
            // Another name was never on its way.
            let stranger = try await broker.order(id("b"), BitgetBench.symbol)
            #expect(stranger == nil)
        }
    }

    @Test func aRefusedConnectionIsCertainlyNoOrder() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue) { broker, server in
            await server.stop()
            for attempt in 0..<3 {
                let outcome = await broker.submit(BitgetBench.request("a\(attempt)", .buy))
                if case .refused(let error) = outcome, error.code == "BITGET_UNREACHABLE" { return }
            }
            Issue.record("a refused connection was not told from a lost answer")
        }
    }

    @Test func aWrongClockIsSetAndTheSameOrderSentOnce() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue) { broker, _ in
            venue.state.withLock { $0.clockOffset = 90_000 }
            guard case .accepted = await broker.submit(BitgetBench.request("a", .buy)) else {
                Issue.record("a wrong clock was not mended")
                return
            }
            let sent = venue.requests("place-order")
            #expect(sent.count == 2 && sent[0].body == sent[1].body)
            #expect(venue.state.withLock { $0.exchange.taken["a"] } == 1)
        }
    }

    @Test func aDuplicateNameIsTheFirstOrder() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue) { broker, server in
            guard case .accepted(let first) = await broker.submit(BitgetBench.request("a", .buy)) else {
                Issue.record("not accepted")
                return
            }
            // Another process, which remembers nothing.
            let other = try BitgetBroker(BitgetBench.settings(port: server.port, isSpot: false))
            guard case .accepted(let again) = await other.submit(BitgetBench.request("a", .buy)) else {
                Issue.record("a name that arrived was not adopted")
                return
            }
            #expect(again.venueOrderID == first.venueOrderID && again.state == .filled)
            await other.stop()
        }
    }

    @Test func entriesAreRefusedAndExitsSentAgainUnderTooManyRequests() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue) { broker, _ in
            _ = await broker.submit(BitgetBench.request("in", .buy))
            venue.fail("place-order", .throttled(retryAfter: "30"), times: 3)
            guard case .refused(let error) = await broker.submit(BitgetBench.request("more", .buy)) else {
                Issue.record("an entry was not refused")
                return
            }
            #expect(error.remedy == .rateLimited && error.message.contains("/api/v2/mix/order/place-order"))
            // Whatever the venue says to wait, a flatten is not held up by it.
            let begun = ContinuousClock.now
            let out = BitgetBench.request("out", .sell, reduceOnly: true, purpose: .flatten)
            guard case .accepted = await broker.submit(out) else {
                Issue.record("an exit was given up")
                return
            }
            #expect(ContinuousClock.now - begun < .seconds(30), "that long the venue said to wait")
            #expect(venue.state.withLock { $0.exchange.net } == .zero)
        }
    }

    @Test func anAnswerWithoutANameIsLookedUp() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue) { broker, _ in
            venue.fail("place-order", .doneWithoutName)
            guard case .accepted(let report) = await broker.submit(BitgetBench.request("a", .buy)) else {
                Issue.record("not found by its client id")
                return
            }
            #expect(!report.venueOrderID.isEmpty && report.state == .filled)
        }
    }

    static let namings: [(Bool, ModelExchange.ChildName)] =
        [(false, .planID)] + ModelExchange.ChildName.allCases.map { (true, $0) }

    /// What a unified account calls the order of a fired stop is not documented: each way is understood.
    @Test(arguments: namings, [false, true]) func aTriggeredStopTellsItsExecutionsUnderItsName(
        naming: (isUnified: Bool, child: ModelExchange.ChildName), isHedge: Bool
    ) async throws {
        let venue = BitgetStandIn(isUnified: naming.isUnified, isHedge: isHedge)
        venue.state.withLock { $0.exchange.childName = naming.child }
        try await withBitget(venue) { broker, _ in
            _ = await broker.submit(BitgetBench.request("in", .buy))
            _ = try await fills(broker, untilEndOf: "in")
            let stop = BitgetBench.request(
                "stop", .sell, .stop(trigger: Price(FixedDecimal(90))), reduceOnly: true, purpose: .stop)
            guard case .accepted = await broker.submit(stop) else {
                Issue.record("the stop was not taken")
                return
            }
            venue.state.withLock { $0.exchange.fire("stop") }
            let told = try await fills(broker, untilEndOf: "stop")
            #expect(told.reduce(.zero) { $0 + $1.quantity } == Quantity(.one))
            #expect(told.allSatisfy { $0.side == .sell })
            #expect(try await broker.order(id("stop"), BitgetBench.symbol)?.state == .filled)
        }
    }

    @Test func executionsMissedByABrokenStreamAreToldOnce() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue, adjust: { $0.resync = .seconds(60) }) { broker, server in
            for round in 0..<3 {
                server.cutStreams()
                _ = await broker.submit(BitgetBench.request("a\(round)", .buy))
                let told = try await fills(broker, untilEndOf: "a\(round)")
                #expect(Set(told.map(\.tradeID)).count == told.count)
                #expect(told.reduce(.zero) { $0 + $1.quantity } == Quantity(.one))
            }
        }
    }

    @Test func theVenuesModesAreReadAndNeverChanged() async throws {
        let venue = BitgetStandIn(isHedge: true)
        try await withBitget(venue) { broker, _ in
            guard case .accepted = await broker.submit(BitgetBench.request("a", .sell)) else {
                Issue.record("a short in hedge mode was not taken")
                return
            }
            #expect(venue.state.withLock { $0.exchange.short } == Quantity(.one))
            let out = BitgetBench.request("b", .buy, reduceOnly: true, purpose: .exit)
            guard case .accepted = await broker.submit(out) else {
                Issue.record("the short was not closed")
                return
            }
            #expect(venue.state.withLock { $0.exchange.short } == .zero)
            #expect(venue.requests("set-position-mode").isEmpty && venue.requests("set-margin-mode").isEmpty)
        }
    }

    @Test func aChangedPositionModeIsNoticedAndReadAgain() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue) { broker, _ in
            venue.state.withLock { $0.exchange.isHedge = true }
            guard case .refused(let error) = await broker.submit(BitgetBench.request("a", .buy)) else {
                Issue.record("an order of the wrong form was taken")
                return
            }
            #expect(error.remedy == .configuration)
            guard case .accepted = await broker.submit(BitgetBench.request("b", .buy)) else {
                Issue.record("the modes were not read again")
                return
            }
        }
    }

    @Test func wrongKeysAreAConfigurationError() async throws {
        let venue = BitgetStandIn()
        try await withBitget(
            venue,
            adjust: {
                $0.credentials = BitgetCredentials(
                    key: Secret("wrong"), secret: Secret("sesame"), passphrase: Secret("open"))
            }, isStarted: false
        ) { broker, _ in
            let error = await #expect(throws: VenueError.self) { _ = try await broker.snapshot() }
            #expect(error?.remedy == .configuration)
            #expect(error.map { "\($0)".contains("BITGET_API_KEY") && !"\($0)".contains("sesame") } == true)
        }
    }

    @Test func clientIdsThatTheVenueCannotTakeAreRefusedHere() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue) { broker, _ in
            for name in ["", "a+b", "a#b", "ü", String(repeating: "x", count: 50)] {
                guard case .refused = await broker.submit(BitgetBench.request(name, .buy)) else {
                    Issue.record("'\(name)' was sent")
                    continue
                }
            }
            #expect(venue.requests("place-order").isEmpty)
        }
    }
}
