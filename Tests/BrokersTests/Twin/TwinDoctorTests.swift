import Brokers
import Core
import Testing

/// What can be wrong with an account, each named by the doctor with its remedy, in both languages of the venue.
@Suite(.fewAtOnce) struct TwinDoctorTests {
    enum Trouble: String, CaseIterable {
        case none, unknownKey, wrongSecret, wrongPassphrase, readOnlyKey, demoKey, liveKeyInDemo, otherFamily
        case smallBudget, clockOff, bothSides, noKeys

        /// What the doctor has to name: the topic and a word of the remedy or the finding.
        var finding: (topic: String, word: String)? {
            switch self {
            case .none: nil
            case .unknownKey: ("keys", "BITGET_API_KEY")
            case .wrongSecret: ("keys", "BITGET_API_SECRET")
            case .wrongPassphrase: ("keys", "BITGET_API_PASSPHRASE")
            case .readOnlyKey: ("permission", "permission to trade")
            case .demoKey, .liveKeyInDemo: ("keys", "BITGET_DEMO")
            case .otherFamily: ("keys", "BITGET_FAMILY")
            case .smallBudget: ("BTCUSDT", "RISK_BUDGET_QUOTE")
            case .clockOff: ("clock", "NTP")
            case .bothSides: ("BTCUSDT modes", "close one of them")
            case .noKeys: ("keys", "BITGET_API_KEY")
            }
        }
    }

    private func settings(_ trouble: Trouble, _ port: Int, isUnified: Bool) -> BitgetSettings {
        var settings = BitgetBench.settings(port: port, isSpot: false)
        let key = trouble == .readOnlyKey ? "bg_twin_readonly" : TwinBench.key
        let secret = trouble == .readOnlyKey ? "twin_readonly_0123456789abcdef" : TwinBench.secret
        settings.credentials = BitgetCredentials(
            key: Secret(trouble == .unknownKey ? "bg_unknown" : key),
            secret: Secret(trouble == .wrongSecret ? "wrong" : secret),
            passphrase: Secret(trouble == .wrongPassphrase ? "wrong" : TwinBench.passphrase))
        if trouble == .noKeys { settings.credentials = nil }
        settings.isDemo = trouble == .demoKey
        if trouble == .otherFamily { settings.family = isUnified ? .classic : .unified }
        return settings
    }

    /// It would fail at its first order. Whoever only closes is not asked.
    @Test(arguments: TwinContractTests.Manner.allCases)
    func aRunDoesNotBeginWithAKeyThatMayNotTrade(manner: TwinContractTests.Manner) async throws {
        let twin = try await TwinBench(isUnified: manner.isUnified, isHedge: manner.isHedge)
        for (trouble, isRefused) in [(Trouble.none, false), (.readOnlyKey, true)] {
            var settings = settings(trouble, twin.port, isUnified: manner.isUnified)
            settings.market = manner.isSpot ? .spot : .futures
            let broker = try BitgetBroker(settings)
            var refusal: VenueError?
            do {
                try await broker.start(
                    VenueWatch(symbols: [BitgetBench.symbol], interval: BarInterval("1h"), barsAfter: .distantFuture))
            } catch {
                refusal = error as? VenueError
            }
            await broker.stop()
            #expect((refusal != nil) == isRefused, "\(String(describing: refusal))")
            guard isRefused else { continue }
            #expect(refusal?.remedy == .configuration && refusal?.code == "BITGET_40014")
            #expect(refusal?.message.contains("the key may not trade") == true)
            #expect(refusal?.message.contains("permissions to read and to trade") == true)
        }
        await twin.stop()
    }

    @Test(arguments: Trouble.allCases, [false, true])
    func eachTroubleIsNamedWithItsRemedy(trouble: Trouble, isUnified: Bool) async throws {
        let twin = try await TwinBench(
            isUnified: isUnified, isHedge: trouble == .bothSides, isDemo: trouble == .liveKeyInDemo,
            skew: trouble == .clockOff ? .seconds(25) : .zero)
        let broker = try BitgetBroker(settings(trouble, twin.port, isUnified: isUnified))
        if trouble == .bothSides {
            for (name, side) in [("long", Side.buy), ("short", .sell)] {
                guard case .accepted = await broker.submit(BitgetBench.request(name, side)) else {
                    Issue.record("\(name) was not accepted")
                    break
                }
            }
            while try await broker.snapshot(fillsSince: .epoch).fills.count < 2 { await Task.yield() }
        }
        var doctor = BitgetDoctor(
            broker, symbols: [(BitgetBench.symbol, Money(FixedDecimal(trouble == .smallBudget ? 1 : 1000)))])
        let wrong = await doctor.examine().filter { $0.grade != .fine && !$0.fix.isEmpty }
        if let (topic, word) = trouble.finding {
            #expect(
                wrong.contains { $0.topic == topic && ($0.text + $0.fix).contains(word) }, "\(wrong)")
        } else {
            #expect(wrong.isEmpty, "\(wrong)")
        }
        await broker.stop()
        await twin.stop()
    }
}
