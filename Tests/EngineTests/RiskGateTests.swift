import Core
import Engine
import Testing

/// Every rule of the gate at its boundary: a tick inside passes, exactly at the limit passes, a tick beyond fails.
@Suite struct RiskGateTests {
    private static let now = Timestamp(milliseconds: 1_000_000)

    private func price(_ text: String) throws -> Price { try #require(Price(text)) }

    private func order(
        _ quantity: String, kind: OrderKind = .market, side: Side = .buy, reduceOnly: Bool = false,
        purpose: OrderPurpose = .entry
    ) throws -> OrderRequest {
        OrderRequest(
            clientID: ClientOrderID("the-id"), symbol: try Bench.symbol(), side: side,
            quantity: try #require(Quantity(quantity)), kind: kind, reduceOnly: reduceOnly, purpose: purpose)
    }

    private func circumstances(last: String = "100", age: Int64 = 0) throws -> RiskGate.Circumstances {
        RiskGate.Circumstances(
            tradingState: .active, position: .zero,
            lastPrice: (try price(last), Self.now - TimeSpan(milliseconds: age)), referencePrice: try price("100"),
            signalTime: Self.now, stop: try price("90"), isDuplicate: false)
    }

    private func refusal(
        _ request: OrderRequest, _ circumstances: RiskGate.Circumstances, _ limits: RiskLimits = RiskLimits(),
        of instrument: Instrument? = nil
    ) throws -> RiskRefusal? {
        do {
            let approved = try RiskGate(limits: limits).approve(
                request, of: instrument ?? Bench.instrument(), in: circumstances, at: Self.now)
            #expect(approved.request == request)
            return nil
        } catch let refusal as RiskRefusal {
            #expect(refusal.symbol == request.symbol && refusal.clientID == request.clientID)
            #expect(refusal.at == Self.now)
            return refusal
        }
    }

    /// Expects nil for what passes, else the code with all figures in the sentence.
    private func expect(_ refusal: RiskRefusal?, _ code: RiskCode?, _ figures: [String] = []) {
        #expect(refusal?.code == code)
        for figure in figures where code != nil {
            #expect(refusal?.sentence.contains(figure) == true, "\(figure) in \(refusal?.sentence ?? "")")
        }
    }

    @Test(arguments: [("9.999", false), ("10", false), ("10.001", true)])
    func theQuantityLimitHoldsToTheStep(quantity: String, refused: Bool) throws {
        let limits = RiskLimits(maxQuantity: Quantity("10"))
        let finding = try refusal(order(quantity), circumstances(), limits)
        expect(finding, refused ? .maxQuantity : nil, [quantity, "10"])
    }

    @Test(arguments: [("9.999", false), ("10", false), ("10.001", true)])
    func theOrderValueLimitHoldsToTheStep(quantity: String, refused: Bool) throws {
        let limits = RiskLimits(maxOrderNotional: MoneyLimit("1000"))
        let finding = try refusal(order(quantity), circumstances(), limits)
        expect(finding, refused ? .maxOrderNotional : nil, ["1000.1", "1000"])
    }

    @Test(arguments: [("4.999", false), ("5", false), ("5.001", true)])
    func thePositionLimitCountsWhatIsHeldAlready(quantity: String, refused: Bool) throws {
        let limits = RiskLimits(maxPositionNotional: MoneyLimit("1000"))
        var held = try circumstances()
        held.position = try #require(Quantity("5"))
        expect(try refusal(order(quantity), held, limits), refused ? .maxPositionNotional : nil, ["1000.1", "1000"])
        held.position = try #require(Quantity("-5"))
        held.stop = try price("110")
        let short = try refusal(order(quantity, side: .sell), held, limits)
        expect(short, refused ? .maxPositionNotional : nil, ["1000.1", "1000"])
    }

    @Test(arguments: [
        ("101.99", false), ("102", false), ("102.01", true), ("98.01", false), ("98", false), ("97.99", true),
    ])
    func thePriceCollarHoldsToTheTickOnBothSides(last: String, refused: Bool) throws {
        let limits = RiskLimits(priceCollarPercent: FixedDecimal(2))
        let finding = try refusal(order("1"), circumstances(last: last), limits)
        expect(finding, refused ? .priceCollar : nil, [last, "2.01", "100", "2.00 %"])
    }

    @Test(arguments: [("102", false), ("102.01", true), ("98", false), ("97.99", true)])
    func aLimitPriceIsHeldAgainstTheLastPrice(limit: String, refused: Bool) throws {
        let limits = RiskLimits(priceCollarPercent: FixedDecimal(2))
        let finding = try refusal(order("1", kind: .limit(price(limit))), circumstances(), limits)
        expect(finding, refused ? .priceCollar : nil, [limit, "100", "2.00 %"])
    }

    @Test(arguments: [(29_999, false), (30_000, false), (30_001, true)] as [(Int64, Bool)])
    func aPriceIsStaleAfterItsLimit(age: Int64, refused: Bool) throws {
        let limits = RiskLimits(stalePriceAfter: .seconds(30))
        let finding = try refusal(order("1"), circumstances(age: age), limits)
        expect(finding, refused ? .stalePrice : nil, ["30.001 s", "30.0 s"])
    }

    @Test func withoutAUsablePriceNothingOpens() throws {
        var blind = try circumstances()
        blind.lastPrice = nil
        expect(try refusal(order("1"), blind), .stalePrice, ["AAA"])
        expect(try refusal(order("1"), circumstances(last: "0")), .stalePrice, ["AAA"])
        expect(try refusal(order("1"), circumstances(last: "-1")), .stalePrice, ["AAA"])
    }

    @Test(arguments: [(59_999, false), (60_000, false), (60_001, true)] as [(Int64, Bool)])
    func aSignalExpiresAfterItsLimit(age: Int64, refused: Bool) throws {
        let limits = RiskLimits(signalExpiresAfter: .seconds(60))
        var late = try circumstances()
        late.signalTime = Self.now - TimeSpan(milliseconds: age)
        expect(try refusal(order("1"), late, limits), refused ? .signalExpired : nil, ["60.001 s", "60.0 s"])
        late.signalTime = nil
        expect(try refusal(order("1"), late, limits), nil)
    }

    @Test(arguments: [("99.99", Side.buy, false), ("100", .buy, true), ("100.01", .sell, false), ("100", .sell, true)])
    func aStopMustBeBehindThePrice(stop: String, side: Side, refused: Bool) throws {
        var tight = try circumstances()
        tight.stop = try price(stop)
        expect(try refusal(order("1", side: side), tight), refused ? .stopNotPlaceable : nil, [stop, "at 100"])
    }

    @Test func anEntryNeedsAStopAndAManualOrderDoesNot() throws {
        var bare = try circumstances()
        bare.stop = nil
        expect(try refusal(order("1"), bare), .stopNotPlaceable, ["no stop"])
        expect(try refusal(order("1", purpose: .manual), bare), nil)
    }

    @Test func theSecondHalfOfAReversalIsJudgedByThePriceOfItsDecision() throws {
        var gap = try circumstances(last: "85")
        expect(try refusal(order("1"), gap), .stopNotPlaceable, ["90", "85"])
        gap.stopAnchor = try price("100")
        expect(try refusal(order("1"), gap), nil)
    }

    /// A limit order waits until the price is there: its stop has to be placeable then.
    @Test func theStopOfALimitOrderIsJudgedByItsLimit() throws {
        let market = try circumstances()
        expect(try refusal(order("1", kind: .limit(price("91"))), market), nil)
        expect(try refusal(order("1", kind: .limit(price("89"))), market), .stopNotPlaceable, ["90", "89"])
        // Above the market it is executed at the market.
        expect(try refusal(order("1", kind: .limit(price("101"))), market), nil)
    }

    @Test(arguments: [
        ("0.9999", InstrumentRefusal.offLot), ("0.999", .belowMinimumQuantity), ("1", .belowMinimumNotional),
        ("1.5", nil),
    ])
    func theInstrumentsStepsAndMinimumsHold(quantity: String, flaw: InstrumentRefusal?) throws {
        let instrument = Instrument(
            symbol: try Bench.symbol(), tick: try price("0.01"), lotStep: try #require(Quantity("0.001")),
            minimumQuantity: try #require(Quantity("1")), minimumNotional: try #require(Money("150")),
            quote: Currency("USDT"))
        let finding = try refusal(order(quantity), circumstances(), of: instrument)
        let figures = flaw.map { [quantity, $0.rawValue, "0.001", "150"] } ?? []
        expect(finding, flaw == nil ? nil : .instrumentRules, figures)
    }

    @Test(arguments: [("4.999", false), ("5", false), ("5.001", true)])
    func aReductionNeverFlips(quantity: String, refused: Bool) throws {
        var held = try circumstances()
        for (position, side) in [("5", Side.sell), ("-5", .buy)] {
            held.position = try #require(Quantity(position))
            let closing = try order(quantity, side: side, reduceOnly: true, purpose: .exit)
            expect(try refusal(closing, held), refused ? .wouldFlip : nil, [quantity, position])
            let wrongWay = try order(quantity, side: side.opposite, reduceOnly: true, purpose: .exit)
            expect(try refusal(wrongWay, held), .wouldFlip, [quantity, position])
        }
    }

    @Test(arguments: TradingState.allCases) func onlyTheActiveStateOpens(state: TradingState) throws {
        var calm = try circumstances()
        calm.tradingState = state
        expect(try refusal(order("1"), calm), state == .active ? nil : .tradingState, [state.rawValue])
    }

    @Test func aNameIsUsedOnceEvenByReductions() throws {
        var repeated = try circumstances()
        repeated.isDuplicate = true
        repeated.position = try #require(Quantity("5"))
        expect(try refusal(order("1"), repeated), .duplicateOrder, ["the-id"])
        let closing = try order("1", side: .sell, reduceOnly: true, purpose: .exit)
        expect(try refusal(closing, repeated), .duplicateOrder, ["the-id"])
    }

    @Test func aReductionPassesWhereAnEntryWouldNot() throws {
        let tiny = MoneyLimit([:], others: .zero)
        let limits = RiskLimits(
            maxOrderNotional: tiny, maxPositionNotional: tiny, maxQuantity: .zero, priceCollarPercent: .zero,
            stalePriceAfter: .zero, signalExpiresAfter: .zero)
        let bad = RiskGate.Circumstances(
            tradingState: .halted, position: try #require(Quantity("5")), lastPrice: nil, referencePrice: nil,
            signalTime: .epoch, stop: nil, isDuplicate: false)
        expect(try refusal(order("1"), bad, limits), .tradingState)
        expect(try refusal(order("5", side: .sell, reduceOnly: true, purpose: .exit), bad, limits), nil)
    }
}
