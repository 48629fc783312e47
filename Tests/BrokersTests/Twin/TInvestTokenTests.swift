import Brokers
import Core
import Testing
import Twins

/// Each environment has tokens of its own, and says nothing but that one is wrong: what to do about it is said here.
@Suite(.fewAtOnce) struct TInvestTokenTests {
    @Test(arguments: [false, true]) func aTokenOfTheOtherEnvironmentIsNamedWithTheRemedy(isSandbox: Bool) async throws {
        var manner = TInvestBench.Manner()
        manner.isSandbox = isSandbox
        let twin = try await TInvestBench(manner)
        let other = (isSandbox ? TInvestToken.trading : .sandbox).text
        let broker = try TinkoffBroker(twin.settings { $0.token = Secret(other) })
        let error = await #expect(throws: VenueError.self) {
            try await broker.start(VenueWatch(symbols: [TinkoffBench.symbol], interval: nil, barsAfter: .epoch))
        }
        #expect(error?.remedy == .configuration && error?.code == "TINKOFF_40003", "\(error as Any)")
        #expect(error?.message.contains("a sandbox token needs TINKOFF_SANDBOX=1 and others TINKOFF_SANDBOX=0") == true)
        var doctor = TinkoffDoctor(broker, symbols: [])
        let findings = await doctor.examine()
        #expect(findings.contains { $0.topic == "token" && $0.grade == .broken }, "\(findings)")
        #expect(!"\(findings) \(error as Any)".contains(other))
        await broker.stop()
        await twin.stop()
    }

    /// A token is taken away in the middle: everything asked is refused by name, nothing is called flat, and what is
    /// given back works on.
    @Test func aTokenThatIsTakenAwayProvesNothing() async throws {
        try await withTInvest { broker, twin in
            _ = await broker.submit(TinkoffBench.request("in", .buy))
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("in"))
            let rules = #"{"rules":[{"do":"reject","path":"/rest","code":"40003","status":401}]}"#
            try await twin.control("faults", rules)
            let error = await #expect(throws: VenueError.self) { _ = try await broker.snapshot() }
            #expect(error?.remedy == .configuration, "\(error as Any)")
            let out = TinkoffBench.request("out", .sell, reduceOnly: true, purpose: .flatten)
            guard case .refused(let refusal) = await broker.submit(out) else {
                Issue.record("nobody took it")
                return
            }
            #expect(refusal.remedy == .configuration && refusal.code == "TINKOFF_40003", "\(refusal)")
            try await twin.control("faults", "{}")
            guard case .accepted = await broker.submit(out) else {
                Issue.record("the same name is free")
                return
            }
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("out"))
            #expect(try await broker.snapshot().isFlat)
        }
    }
}
