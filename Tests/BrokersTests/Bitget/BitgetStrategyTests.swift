import Brokers
import Core
import Synchronization
import Testing

/// Stops of unified accounts, and what goes wrong around them.
@Suite(.fewAtOnce) struct BitgetStrategyTests {
    private let stop = BitgetBench.request(
        "stop", .sell, .stop(trigger: Price(FixedDecimal(90))), reduceOnly: true, purpose: .stop)

    private func withStop(
        _ venue: BitgetStandIn, adjust: (inout BitgetSettings) -> Void = { _ in },
        _ body: (BitgetBroker, StandInServer) async throws -> Void
    ) async throws {
        try await withBitget(venue, adjust: adjust) { broker, server in
            _ = await broker.submit(BitgetBench.request("in", .buy))
            try await body(broker, server)
        }
    }

    @Test func aStopWhoseAnswerWasLostIsFoundWaiting() async throws {
        let venue = BitgetStandIn(isUnified: true)
        try await withStop(venue) { broker, _ in
            venue.fail("place-strategy-order", .doneButCut)
            guard case .silent = await broker.submit(stop) else {
                Issue.record("a stop that may be there was not left open")
                return
            }
            let report = try await broker.order(stop.clientID, BitgetBench.symbol)
            #expect(report?.state == .working && report?.kind == stop.kind)
        }
    }

    @Test func aStopThatFailedIsToldAsRejected() async throws {
        let venue = BitgetStandIn(isUnified: true)
        try await withStop(venue) { broker, _ in
            _ = await broker.submit(stop)
            venue.state.withLock { $0.exchange.plans[0].state = "failed" }
            for _ in 0..<500 {
                guard let batch = try await broker.nextEvents() else { break }
                for case .order(let report) in batch.events
                where report.clientID == stop.clientID && report.state.isFinal {
                    #expect(report.state == .rejected)
                    return
                }
            }
            Issue.record("nobody was told")
        }
    }

    /// Another process, which remembers nothing: executions of a fired stop still carry its name.
    @Test(arguments: ModelExchange.ChildName.allCases) func executionsOfAFiredStopAreItsOwnAfterARestart(
        child: ModelExchange.ChildName
    ) async throws {
        let venue = BitgetStandIn(isUnified: true)
        venue.state.withLock { $0.exchange.childName = child }
        try await withStop(venue) { broker, server in
            _ = await broker.submit(stop)
            venue.state.withLock { $0.exchange.fire("stop") }
            let other = try BitgetBroker(BitgetBench.settings(port: server.port, isSpot: false))
            let fills = try await other.snapshot(fillsSince: .epoch).fills.filter { $0.side == .sell }
            #expect(!fills.isEmpty && fills.allSatisfy { $0.clientID == stop.clientID })
            await other.stop()
        }
    }

    /// A refusal of an exit may be about its form, whatever it is called: the modes are read, and the exit is sent
    /// again.
    @Test(arguments: ["25235", "25236", "25237", "40774"]) func anExitTakesTheFormOfAChangedMode(
        code: String
    ) async throws {
        let venue = BitgetStandIn(isUnified: true, isHedge: true)
        try await withStop(venue) { broker, _ in
            venue.state.withLock { ($0.exchange.isHedge, $0.modeCode) = (false, code) }
            let out = BitgetBench.request("out", .sell, reduceOnly: true, purpose: .flatten)
            guard case .accepted = await broker.submit(out) else {
                Issue.record("the exit was not sent in its new form")
                return
            }
            #expect(venue.state.withLock { $0.exchange.net } == .zero)
        }
    }

    /// The account's own margin mode goes with every order, for without one it would be crossed.
    @Test(arguments: ["isolated", "crossed"]) func ordersKeepTheSymbolsOwnMarginMode(mode: String) async throws {
        let venue = BitgetStandIn(isUnified: true)
        venue.state.withLock { $0.marginMode = mode }
        try await withStop(venue) { _, _ in
            #expect(venue.state.withLock { $0.openedIn } == mode)
        }
    }

    @Test(arguments: [false, true]) func marginModeAndLeverageAreSetAndVerified(isHedge: Bool) async throws {
        let venue = BitgetStandIn(isUnified: true, isHedge: isHedge)
        try await withStop(venue, adjust: { ($0.marginMode, $0.leverage) = (.isolated, 5) }) { _, _ in
            #expect(
                venue.state.withLock { [$0.marginMode, $0.leverage, $0.openedIn] } == ["isolated", "5", "isolated"])
            #expect(venue.requests("set-leverage").count == 2, "each side of an isolated symbol has its own")
        }
    }

    @Test func aLeverageThatIsNotToldIsNotVerified() async throws {
        let venue = BitgetStandIn(isUnified: true)
        venue.state.withLock { $0.forgetsSettings = true }
        let error = await #expect(throws: VenueError.self) {
            try await withBitget(
                venue, adjust: { ($0.marginMode, $0.leverage) = (.isolated, 10) }, opens: true
            ) { _, _ in }
        }
        #expect(error?.code == "MODE_NOT_SET")
    }

    /// Both sides of an isolated symbol have to have the leverage that is asked for.
    @Test func theLeverageOfShortPositionsIsLookedAtToo() async throws {
        let venue = BitgetStandIn(isHedge: true)
        venue.state.withLock { ($0.marginMode, $0.leverage, $0.shortLeverage) = ("isolated", "5", "50") }
        let error = await #expect(throws: VenueError.self) {
            try await withBitget(venue, adjust: { $0.leverage = 5 }, opens: true) { _, _ in }
        }
        #expect(error?.code == "MODE_NOT_SET" && venue.requests("set-leverage").count == 2)
    }
}
