import Brokers
import Core
import Synchronization
import Testing

/// Modes that cannot be set because something is open: what is open is closed and guarded all the same.
@Suite(.fewAtOnce) struct BitgetOpenModeTests {
    /// A long of one in crossed margin, held at a venue that lets nobody change modes meanwhile.
    private func held() throws -> BitgetStandIn {
        let venue = BitgetStandIn()
        try venue.state.withLock { state in
            state.fixesModes = true
            _ = try state.exchange.place(
                client: "hand", side: .buy, isLong: nil, closes: false, size: Quantity(.one), limit: nil,
                immediate: false)
        }
        return venue
    }

    private func isRefused(_ broker: BitgetBroker, _ request: OrderRequest) async -> VenueError? {
        if case .refused(let error) = await broker.submit(request) { error } else { nil }
    }

    /// However it was begun: by who only closes, or by who trades.
    @Test(arguments: [false, true], [true, false])
    func aPositionIsGuardedAndClosedAsItIs(opens: Bool, byMarginMode: Bool) async throws {
        let venue = try held()
        let adjust = { (settings: inout BitgetSettings) in
            if byMarginMode { settings.marginMode = .isolated } else { settings.leverage = 5 }
        }
        try await withBitget(venue, adjust: adjust, opens: opens) { broker, _ in
            let entry = await isRefused(broker, BitgetBench.request("in", .buy))
            #expect(entry?.code == (byMarginMode ? "BITGET_45117" : "BITGET_45097"))
            let stop = BitgetBench.request(
                "stop", .sell, .stop(trigger: Price(FixedDecimal(90))), reduceOnly: true, purpose: .stop)
            #expect(await isRefused(broker, stop) == nil)
            #expect(await isRefused(broker, BitgetBench.request("out", .sell, reduceOnly: true)) == nil)
            #expect(venue.state.withLock { $0.exchange.net } == .zero)
            // Nothing is held any more: the modes are set, and entered is what was asked for.
            #expect(await isRefused(broker, BitgetBench.request("again", .buy)) == nil)
            #expect(venue.state.withLock { $0.marginMode } == (byMarginMode ? "isolated" : "crossed"))
        }
    }

    /// Where nothing is open it is the setting that is wrong, and nothing runs.
    @Test func aModeThatCannotBeSetWithoutAPositionIsAnError() async throws {
        let venue = BitgetStandIn()
        venue.fail("set-margin-mode", .refused(code: "45117"))
        let error = await #expect(throws: VenueError.self) {
            try await withBitget(venue, adjust: { $0.marginMode = .isolated }, opens: true) { _, _ in }
        }
        #expect(error?.code == "BITGET_45117")
    }

    @Test func theDoctorSaysThatNothingWillBeEntered() async throws {
        let venue = try held()
        try await withBitget(venue, adjust: { $0.marginMode = .isolated }, isStarted: false) { broker, _ in
            var doctor = BitgetDoctor(broker, symbols: [(BitgetBench.symbol, Money(FixedDecimal(1000)))])
            let broken = await doctor.examine().filter { $0.grade == .broken }
            #expect(broken.map(\.topic) == ["BTCUSDT modes"] && broken[0].fix.contains("BITGET_MARGIN_MODE"))
        }
    }

    /// What a refused exit makes read again is read with its own urgency, however often that was too much before.
    @Test(.timeLimit(.minutes(2))) func anExitDoesNotWaitForReadingsThatCameTooOften() async throws {
        let venue = try held()
        try await withBitget(venue, isStarted: false) { broker, _ in
            // A reading that is told to wait half a minute; what is vital asks four times a second.
            venue.fail("account/account", .throttled(retryAfter: "30"), times: 3)
            let begun = ContinuousClock.now
            #expect(await isRefused(broker, BitgetBench.request("out", .sell, reduceOnly: true)) == nil)
            #expect(ContinuousClock.now - begun < .seconds(15), "a reading would have waited thirty seconds")
        }
    }
}
