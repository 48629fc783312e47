import Core
import Engine
import Foundation
import Testing

/// What the gate's events look like in the journal.
@Suite struct RiskJournalTests {
    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private func again<Value: Codable & Equatable>(_ value: Value) throws -> Bool {
        try JSONDecoder().decode(Value.self, from: Data(try json(value).utf8)) == value
    }

    @Test func commandsAndReadingsKeepTheirForm() throws {
        let release = EngineEvent.operated(.release(rule: .dailyLoss, by: "Ada", reason: "seen"))
        #expect(
            try json(release)
                == #"{"operated":{"_0":{"release":{"by":"Ada","reason":"seen","rule":"DAILY_LOSS"}}}}"#)
        let all = EngineEvent.operated(.release(rule: nil, by: "Ada", reason: "seen"))
        #expect(try json(all) == #"{"operated":{"_0":{"release":{"by":"Ada","reason":"seen"}}}}"#)
        let reading = EngineEvent.regime(
            RegimeReading(at: Timestamp(milliseconds: 5), dollarIndexChange: FixedDecimal("0.41")))
        #expect(try json(reading) == #"{"regime":{"_0":{"at":5,"dollarIndexChange":"0.41"}}}"#)
        for event in [release, all, reading] { #expect(try again(event)) }
    }

    @Test func everyLimitIsReadBackAsItWasWritten() throws {
        var limits = RiskLimits.standard
        #expect(try again(limits))
        limits.maxLeverage = FixedDecimal(3)
        limits.maxQuantity = Quantity("5")
        limits.correlation = CorrelationGroups(
            [.init(name: "pair", symbols: [try Bench.symbol("BBB"), try Bench.symbol("AAA")])],
            limit: try #require(MoneyLimit("100,RUB:5000")))
        limits.regime = RegimeRules(action: .shrink(FixedDecimal(1)))
        limits.breaches?.drawdown = .halted
        #expect(try again(limits))
        #expect(try again(RiskLimits()))
        // A journal of before a limit existed is read as one without it.
        #expect(try JSONDecoder().decode(RiskLimits.self, from: Data("{}".utf8)) == RiskLimits())
    }

    @Test func aRefusalNamesRuleFiguresAndTime() throws {
        var scene = try GateScene()
        scene.limits.slippagePercent = nil
        scene.quote = (try #require(Price("99.74")), try #require(Price("100.15")), .zero)
        let refusal = try #require(scene.refusal)
        #expect(refusal.summary == "SPREAD_CAP 0.41 > 0.30 at 13:33:20")
        #expect(refusal.sentence == "the spread from 99.74 to 100.15 is 0.41 %, more than 0.30 %")
    }

    @Test(arguments: [
        ("1000", "1000"), ("USDT:1000,rub:5", "RUB:5,USDT:1000"), ("5000,RUB:500000", "5000,RUB:500000"), ("0", nil),
        ("-1", nil), ("", nil), ("1,2", nil), ("USDT:1,USDT:2", nil), ("USDT:", nil), (":5", nil), ("a b:5", nil),
        ("USDT:1:2", nil), ("1,", nil),
    ])
    func limitsInMoneyAreReadByCurrency(text: String, form: String?) {
        #expect(MoneyLimit(text)?.description == form)
    }

    @Test func aLimitByCurrencyHoldsForItsCurrencyAlone() throws {
        let limit = try #require(MoneyLimit("RUB:5000"))
        #expect(limit[Currency("RUB")] == Money("5000") && limit[Currency("USDT")] == nil)
        #expect(RiskLimits.standard.dailyLoss?[Currency("RUB")] == Money("10000"))
        #expect(RiskLimits.standard.dailyLoss?[Currency("USDT")] == Money("100"))
    }
}
