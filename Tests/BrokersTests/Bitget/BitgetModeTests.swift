import Brokers
import Core
import Synchronization
import Testing

/// Modes and environments: what is read, what is set, what is refused.
@Suite(.fewAtOnce) struct BitgetModeTests {
    @Test(arguments: [false, true]) func marginModeAndLeverageAreSetAndVerified(isHedge: Bool) async throws {
        let venue = BitgetStandIn(isHedge: isHedge)
        try await withBitget(
            venue,
            adjust: { ($0.marginMode, $0.leverage) = (.isolated, 5) }, opens: true
        ) { broker, _ in
            #expect(venue.state.withLock { [$0.marginMode, $0.leverage] } == ["isolated", "5"])
            #expect(venue.requests("set-leverage").count == (isHedge ? 2 : 1))
            guard case .accepted = await broker.submit(BitgetBench.request("a", .buy)) else {
                Issue.record("the order did not carry the margin mode that was set")
                return
            }
        }
    }

    @Test func whatSuitsIsNotSetAgain() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue, adjust: { ($0.marginMode, $0.leverage) = (.crossed, 10) }, opens: true) { _, _ in
            #expect(venue.requests("set-leverage").isEmpty && venue.requests("set-margin-mode").isEmpty)
        }
    }

    @Test func aSettingThatDoesNotStickIsAnError() async throws {
        let venue = BitgetStandIn()
        venue.state.withLock { $0.forgetsSettings = true }
        let error = await #expect(throws: VenueError.self) {
            try await withBitget(venue, adjust: { $0.leverage = 5 }, opens: true) { _, _ in }
        }
        #expect(error?.remedy == .configuration && error?.message.contains("leverage") == true)
    }

    /// But in the question for the time, which is known to fail with the word for it.
    @Test func demoTradingSaysSoInEveryRequest() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue, adjust: { $0.isDemo = true }) { broker, _ in
            _ = await broker.submit(BitgetBench.request("a", .buy))
            let requests = venue.state.withLock { $0.requests }
            let clock = requests.filter { $0.path.hasSuffix("public/time") }
            let others = requests.filter { !$0.path.hasSuffix("public/time") }
            #expect(!others.isEmpty && others.allSatisfy { $0.headers["paptrading"] == "1" })
            #expect(!clock.isEmpty && clock.allSatisfy { $0.headers["paptrading"] == nil })
            #expect(requests.allSatisfy { $0.headers["locale"] == "en-US" })
        }
    }

    @Test(arguments: [BitgetFamily.classic, .unified], [true, false])
    func theDemoEnvironmentHasStreamsOfItsOwn(family: BitgetFamily, isPrivate: Bool) {
        let path = "/\(family == .classic ? "v2" : "v3")/ws/\(isPrivate ? "private" : "public")"
        var settings = BitgetSettings()
        #expect(settings.streamAddress(family, isPrivate: isPrivate) == "wss://ws.bitget.com\(path)")
        settings.isDemo = true
        #expect(settings.streamAddress(family, isPrivate: isPrivate) == "wss://wspap.bitget.com\(path)")
        settings.streamURL = "ws://127.0.0.1:1"
        #expect(settings.streamAddress(family, isPrivate: isPrivate) == "ws://127.0.0.1:1\(path)")
    }

    @Test func keysStandInHeadersAlone() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue) { broker, _ in
            _ = await broker.submit(BitgetBench.request("a", .buy))
            for request in venue.state.withLock({ $0.requests }) {
                let text = request.target + String(decoding: request.body, as: UTF8.self)
                #expect(!text.contains(BitgetStandIn.key) && !text.contains(BitgetStandIn.passphrase))
                #expect(!request.headers.values.contains { $0.contains(BitgetStandIn.secret) })
            }
        }
    }

    @Test(arguments: [false, true]) func theDoctorFindsNothingWrongWithASoundAccount(isUnified: Bool) async throws {
        let venue = BitgetStandIn(isUnified: isUnified)
        try await withBitget(venue, isStarted: false) { broker, _ in
            var doctor = BitgetDoctor(broker, symbols: [(BitgetBench.symbol, Money(FixedDecimal(1000)))])
            let findings = await doctor.examine()
            #expect(findings.filter { $0.grade == .broken } == [])
            for topic in ["clock", "keys", "permission", "BTCUSDT", "BTCUSDT modes", "stops", "stream"] {
                #expect(findings.contains { $0.topic == topic }, "\(topic)")
            }
        }
    }

    @Test func theDoctorNamesWhatIsWrong() async throws {
        let venue = BitgetStandIn()
        venue.fail("cancel-order", .refused(code: "40014"))
        try await withBitget(venue, isStarted: false) { broker, _ in
            var doctor = BitgetDoctor(broker, symbols: [(BitgetBench.symbol, Money(FixedDecimal(1)))])
            let broken = await doctor.examine().filter { $0.grade == .broken }
            #expect(broken.map(\.topic) == ["BTCUSDT", "permission"])
            #expect(broken.allSatisfy { !$0.fix.isEmpty })
        }
    }

    /// At 100 and in steps of 0.03, 5 USDT are worth 0.05: two steps have to be bought, for 6.
    @Test(arguments: [("5.5", true), ("6", false)])
    func theDoctorCountsTheSmallestOrderInWholeSteps(budget: String, isTooLittle: Bool) async throws {
        let venue = BitgetStandIn()
        venue.state.withLock { $0.step = "0.03" }
        try await withBitget(venue, isStarted: false) { broker, _ in
            let money = try #require(Money(budget))
            var doctor = BitgetDoctor(broker, symbols: [(BitgetBench.symbol, money)])
            let findings = await doctor.examine()
            let found = try #require(findings.first { $0.topic == "BTCUSDT" })
            #expect((found.grade == .broken) == isTooLittle, "\(found)")
            #expect(found.fix.contains("RISK_BUDGET_QUOTE") == isTooLittle && found.text.contains("about 6 "))
        }
    }
}
