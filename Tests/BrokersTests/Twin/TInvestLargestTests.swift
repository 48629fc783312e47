import Brokers
import Core
import Testing
import Twins

/// Above thirty million roubles the venue wants an order confirmed by a code, and takes none from here.
@Suite(.fewAtOnce) struct TInvestLargestTests {
    /// A share costs 100: a lot is 1000.
    private static let lots = 25_000

    private func withMillions(
        adjust: (inout TinkoffSettings) -> Void = { _ in }, _ body: (TinkoffBroker, TInvestBench) async throws -> Void
    ) async throws {
        try await withTInvest(
            setup: { $0.balance = Money(FixedDecimal(200_000_000)) }, adjust: adjust
        ) { broker, twin in
            for part in 0..<3 {
                _ = await broker.submit(TinkoffBench.request("in-\(part)", .buy, lots: Self.lots))
                _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("in-\(part)"))
            }
            try await body(broker, twin)
            twin.host.withWorld { $0.checkInvariants() }
        }
    }

    private func close(_ id: String, _ left: Quantity) -> OrderRequest {
        OrderRequest(
            clientID: ClientOrderID(id), symbol: TinkoffBench.symbol, side: .sell, quantity: left, kind: .market,
            reduceOnly: true, purpose: .flatten)
    }

    @Test(arguments: [OrderKind.market, .limit(Price(FixedDecimal(101)))])
    func anEntryAboveItIsRefusedBeforeItIsSent(kind: OrderKind) async throws {
        try await withTInvest(setup: { $0.balance = Money(FixedDecimal(200_000_000)) }) { broker, twin in
            let large = TinkoffBench.request("big", .buy, kind, lots: 30_001, purpose: .entry)
            guard case .refused(let error) = await broker.submit(large) else {
                Issue.record("taken")
                return
            }
            #expect(error.code == "TINKOFF_TOO_LARGE" && error.remedy == .rejected)
            #expect(error.message.contains("RISK_MAX_ORDER_NOTIONAL=RUB:30000000"), "\(error)")
            let asked = try await twin.control("log", "{}")
            #expect(!asked.description.contains("PostOrder"), "nothing was sent")
            #expect(try await broker.snapshot(fillsSince: .epoch).isFlat)
        }
    }

    /// Each closing order takes as much as the venue does, and says that it ended short; the next takes the rest.
    @Test func aLargePositionIsClosedInParts() async throws {
        try await withMillions { broker, twin in
            var left = try #require(try await broker.snapshot().positions.first).quantity
            var parts: [Quantity] = []
            while left > .zero, parts.count < 5 {
                let id = "out-\(parts.count)"
                guard case .accepted = await broker.submit(close(id, left)) else {
                    Issue.record("\(id) was not taken")
                    return
                }
                var ended: OrderReport?
                _ = try await TinkoffBench.wait(broker) { event in
                    guard case .order(let report) = event, TinkoffBench.isEnd(id)(event) else { return false }
                    ended = report
                    return true
                }
                let report = try #require(ended)
                #expect(report.state == (report.filled == left ? .filled : .cancelled), "\(report)")
                parts.append(report.filled)
                left -= report.filled
            }
            // What is in one order stays five percent below the limit: the venue values it by its own price.
            #expect(parts == [285_000, 285_000, 180_000].map { Quantity(FixedDecimal($0)) })
            #expect(try await broker.snapshot().isFlat)
            let refused = twin.host.withWorld { $0.books["orders"]?.elements.count }
            #expect(refused == 6, "three in, three out")
        }
    }

    /// Where the venue takes less than it is believed to, each refusal halves what is tried next, under the same name.
    @Test func aRefusedCloseIsTriedAgainWithHalf() async throws {
        try await withMillions(adjust: { $0.largestOrder = Money(FixedDecimal(1_000_000_000)) }) { broker, _ in
            let left = try #require(try await broker.snapshot().positions.first).quantity
            var refusals = 0
            while case .refused(let error) = await broker.submit(close("out", left)), refusals < 4 {
                #expect(error.code == "TINKOFF_90003" && error.remedy == .retryable, "\(error)")
                refusals += 1
            }
            #expect(refusals == 2, "75 million, 37.5 million, and then it is taken")
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("out"))
            let rest = try #require(try await broker.snapshot().positions.first).quantity
            #expect(rest == Quantity(FixedDecimal(562_500)))
        }
    }

    /// One lot cannot be halved: what the venue finds too large even then is refused for good.
    @Test func oneLotIsNotHalved() async throws {
        let standIn = TinkoffStandIn()
        try await withTinkoff(standIn) { broker, _ in
            _ = await broker.submit(TinkoffBench.request("in", .buy, lots: 3))
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("in"))
            let answer = #"{"code":3,"message":"too large","description":"90003"}"#
            for _ in 0..<9 {
                standIn.fail(
                    "OrdersService/PostOrder", .answerInstead(status: 400, headers: [:], body: answer))
            }
            let request = TinkoffBench.request("out", .sell, lots: 3, reduceOnly: true, purpose: .exit)
            var remedies: [VenueError.Remedy] = []
            while remedies.count < 6, case .refused(let error) = await broker.submit(request) {
                remedies.append(error.remedy)
                if error.remedy == .rejected { break }
            }
            #expect(remedies == [.retryable, .rejected], "three lots, one lot, and no more")
        }
    }

    /// What a stop becomes is an order like any other: too large a one would do nothing when it fires.
    @Test func aStopThatWouldComeToNothingIsRefused() async throws {
        try await withMillions { broker, _ in
            func stop(_ id: String, _ lots: Int) -> OrderRequest {
                TinkoffBench.request(
                    id, .sell, .stop(trigger: Price(FixedDecimal(90))), lots: lots, reduceOnly: true, purpose: .stop)
            }
            guard case .refused(let error) = await broker.submit(stop("all", 3 * Self.lots)) else {
                Issue.record("taken")
                return
            }
            #expect(error.code == "TINKOFF_TOO_LARGE", "\(error)")
            guard case .accepted = await broker.submit(stop("part", Self.lots)) else {
                Issue.record("a smaller one is taken")
                return
            }
        }
    }
}
