import Brokers
import Core
import Synchronization
import Testing

/// The client's own codes, each with what a user is told to do about it (docs/codes.md).
@Suite(.fewAtOnce) struct TinkoffCodeTests {
    private func error(
        _ standIn: TinkoffStandIn = TinkoffStandIn(), adjust: (inout TinkoffSettings) -> Void = { _ in },
        _ body: (TinkoffBroker) async throws -> Void
    ) async throws -> VenueError? {
        var found: VenueError?
        try await withTinkoff(standIn, adjust: adjust, isStarted: false) { broker, _ in
            do { try await body(broker) } catch let error as VenueError { found = error }
        }
        return found
    }

    /// What a refused order says.
    private func refusal(_ broker: TinkoffBroker, _ request: OrderRequest) async throws {
        if case .refused(let error) = await broker.submit(request) { throw error }
    }

    @Test func withoutATokenNothingIsAsked() async throws {
        let standIn = TinkoffStandIn()
        let found = try await error(standIn, adjust: { $0.token = nil }) { _ = try await $0.snapshot() }
        #expect(found?.code == "TINKOFF_NO_TOKEN" && found?.message.contains("TINKOFF_API_TOKEN") == true)
        #expect(standIn.state.withLock { $0.calls.isEmpty })
    }

    @Test func theSandboxIsFundedInTheSandboxAlone() async throws {
        let found = try await error { _ = try await $0.openSandbox(roubles: Money(FixedDecimal(5))) }
        #expect(found?.code == "TINKOFF_NO_SANDBOX" && found?.message.contains("TINKOFF_SANDBOX=1") == true)
    }

    @Test func anAddressThatIsNoStreamsIsNamed() async throws {
        let found = try await error(adjust: { $0.streamURL = "nonsense" }) { broker in
            try await broker.start(VenueWatch(symbols: [TinkoffBench.symbol], interval: nil, barsAfter: .epoch))
        }
        #expect(found?.code == "TINKOFF_WS_URL" && found?.message.contains("nonsense") == true, "\(found as Any)")
    }

    @Test func aPriceBetweenTwoStepsIsRefused() async throws {
        let standIn = TinkoffStandIn()
        let price = try #require(Price("50.001"))
        let found = try await error(standIn) { broker in
            try await refusal(broker, TinkoffBench.request("a", .buy, .limit(price)))
        }
        #expect(found?.code == "TINKOFF_STEP" && standIn.calls("OrdersService/PostOrder") == 0)
    }

    @Test func aShareWithoutAStepIsNotTraded() async throws {
        let standIn = TinkoffStandIn()
        let share =
            #"{"instrument":{"figi":"BBG004730N88","ticker":"SBER","classCode":"TQBR","lot":10,"currency":"rub","#
            + #""exchange":"moex","uid":"\#(TinkoffStandIn.uid)"}}"#
        for _ in 0..<5 {
            standIn.fail("InstrumentsService/ShareBy", .answerInstead(status: 200, headers: [:], body: share))
        }
        let found = try await error(standIn) { _ = try await $0.instruments([TinkoffBench.symbol]) }
        #expect(found?.code == "TINKOFF_NO_STEP" && found?.remedy == .rejected, "\(found as Any)")
    }

    @Test func lessThanALotCannotBeClosed() async throws {
        let standIn = TinkoffStandIn()
        standIn.state.withLock { $0.pieces = 5 }
        let found = try await error(standIn) { broker in
            try await refusal(
                broker, TinkoffBench.request("out", .sell, reduceOnly: true, purpose: .exit))
        }
        #expect(found?.code == "TINKOFF_ODD_LOT" && found?.message.contains("in the app") == true, "\(found as Any)")
    }

    @Test func aShareWithoutATradeHasNoPrice() async throws {
        let standIn = TinkoffStandIn()
        standIn.fail(
            "MarketDataService/GetLastPrices",
            .answerInstead(status: 200, headers: [:], body: #"{"lastPrices":[]}"#))
        let found = try await error(standIn) { _ = try await $0.lastPrice(TinkoffBench.symbol) }
        #expect(found?.code == "NO_PRICE")
    }

    @Test func lengthsThatAreNotOfferedAreNamed() async throws {
        let interval = try #require(BarInterval("7m"))
        let found = try await error { broker in
            _ = try await broker.bars(
                TinkoffBench.symbol, interval, from: .epoch, to: Timestamp(milliseconds: 86_400_000))
        }
        #expect(found?.code == "NO_SUCH_INTERVAL" && found?.message.contains("15m") == true)
    }

    @Test func anAnswerThatIsNoMessageDecidesNothing() async throws {
        let standIn = TinkoffStandIn()
        for _ in 0..<5 {
            standIn.fail(
                "OperationsService/GetPositions", .answerInstead(status: 200, headers: [:], body: "<html></html>"))
        }
        let found = try await error(standIn) { _ = try await $0.snapshot() }
        #expect(found?.code == "TINKOFF_UNREADABLE" && found?.remedy == .retryable, "\(found as Any)")
    }
}
