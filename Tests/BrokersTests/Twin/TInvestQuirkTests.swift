import Brokers
import Core
import Testing
import Twins

/// The venue's odd ways, played by the local one, and what the client makes of them.
@Suite(.fewAtOnce) struct TInvestQuirkTests {
    @Test func aRefusalWithinASuccessIsARefusal() async throws {
        try await withTInvest { broker, twin in
            try await twin.control("quirks", #"{"quietRejections":1}"#)
            guard case .refused(let error) = await broker.submit(TinkoffBench.request("a", .buy)) else {
                Issue.record("it was refused, and there is no doubt about it")
                return
            }
            #expect(error.code == "TINKOFF_REJECTED")
            guard case .accepted = await broker.submit(TinkoffBench.request("b", .buy)) else {
                Issue.record("the next one is taken")
                return
            }
        }
    }

    /// Taken, answered with an internal error, and not to be found for a while: found in the end, and sent once.
    @Test(arguments: TInvestDuplicates.allCases) func anOrderBehindAnInternalErrorIsFoundAndSentOnce(
        duplicates: TInvestDuplicates
    ) async throws {
        var manner = TInvestBench.Manner()
        manner.duplicates = duplicates
        try await withTInvest(manner, adjust: { $0.absence = .seconds(30) }) { broker, twin in
            try await twin.control("quirks", #"{"lateOrders":1,"lateMs":600}"#)
            guard case .silent = await broker.submit(TinkoffBench.request("a", .buy)) else {
                Issue.record("nobody can know what became of it")
                return
            }
            let events = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("a"))
            let fills = events.filter { if case .fill = $0 { true } else { false } }
            #expect(fills.count == 1)
            #expect(try await broker.order(ClientOrderID("a"), TinkoffBench.symbol)?.state == .filled)
            let placed = twin.host.withWorld { $0.books["orders"]?.elements.count }
            #expect(placed == 1)
        }
    }

    /// Refused streams are opened anew; until then readings tell everything.
    @Test func refusedStreamsAreOpenedAnew() async throws {
        try await withTInvest(setup: { $0.quirks.refusedStreams = 4 }) { broker, twin in
            _ = await broker.submit(TinkoffBench.request("a", .buy))
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("a"))
            #expect(try await broker.snapshot().positions.count == 1)
            twin.host.withWorld { $0.checkInvariants() }
        }
    }

    @Test func anAccountThatIsStillLoadingIsWaitedFor() async throws {
        try await withTInvest(setup: { $0.loadingFor = .milliseconds(700) }) { broker, twin in
            #expect(try await broker.snapshot().isFlat)
            try await twin.control("quirks", #"{"loadingMs":60000}"#)
            let error = await #expect(throws: VenueError.self) { _ = try await broker.snapshot() }
            #expect(error?.code == "TINKOFF_LOADING" && error?.remedy == .retryable)
        }
    }

    @Test func unknownFieldsNamesAndMissingPricesChangeNothing() async throws {
        try await withTInvest { broker, twin in
            try await twin.control(
                "quirks", #"{"surprises":true,"missingPrices":true,"bareDescriptions":true}"#)
            _ = await broker.submit(TinkoffBench.request("a", .buy))
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("a"))
            #expect(try await broker.snapshot().positions.count == 1)
            let tooMuch = TinkoffBench.request("b", .buy, lots: 20_000)
            guard case .refused(let error) = await broker.submit(tooMuch) else {
                Issue.record("nobody has the money for that")
                return
            }
            #expect(error.code == "TINKOFF_30042", "\(error)")
        }
    }

    /// States in words that nobody knows decide nothing: what was done is told by its figures, what waits goes on
    /// waiting, and nothing is called flat meanwhile.
    @Test func unknownStatesDecideNothing() async throws {
        try await withTInvest { broker, twin in
            try await twin.control("quirks", #"{"strangeWords":true}"#)
            _ = await broker.submit(TinkoffBench.request("a", .buy, lots: 2))
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("a"))
            #expect(try await broker.order(ClientOrderID("a"), TinkoffBench.symbol)?.state == .filled)
            let stop = TinkoffBench.request(
                "stop", .sell, .stop(trigger: Price(FixedDecimal(90))), lots: 1, reduceOnly: true, purpose: .stop)
            _ = await broker.submit(stop)
            _ = await broker.submit(TinkoffBench.request("b", .buy, .limit(Price(FixedDecimal(85)))))
            let account = try await broker.snapshot()
            #expect(account.openOrders.count == 2 && account.positions.count == 1)
            let resting = try await broker.order(ClientOrderID("b"), TinkoffBench.symbol)
            #expect(resting?.state.isFinal == false, "\(resting as Any)")
            _ = await broker.cancel(.client(ClientOrderID("b")), TinkoffBench.symbol)
            #expect(try await broker.snapshot().openOrders.count == 2, "an end in such a word is no end yet")
            // The stop is cancelled, and what became of it cannot be read: nothing is sold beside it.
            let out = TinkoffBench.request("out", .sell, lots: 2, reduceOnly: true, purpose: .exit)
            guard case .refused(let error) = await broker.submit(out) else {
                Issue.record("a stop that may have fired was passed over")
                return
            }
            #expect(error.code == "STOP_IN_THE_WAY" && error.remedy == .retryable, "\(error)")
            twin.host.withWorld { $0.checkInvariants() }
        }
    }

    /// Answered with 500 and nulls, and never taken: in doubt until it is surely absent, and then sent under its name.
    @Test func anOrderAnsweredWithNullsIsInDoubtAndThenSentAgain() async throws {
        try await withTInvest { broker, twin in
            try await twin.control("quirks", #"{"nullErrors":1}"#)
            guard case .silent = await broker.submit(TinkoffBench.request("a", .buy)) else {
                Issue.record("nobody can know what became of it")
                return
            }
            var outcome = await broker.submit(TinkoffBench.request("a", .buy))
            for _ in 0..<100 {
                guard case .silent = outcome else { break }
                try await Task.sleep(for: .milliseconds(20))
                outcome = await broker.submit(TinkoffBench.request("a", .buy))
            }
            guard case .accepted = outcome else {
                Issue.record("it is absent, so it may be sent: \(outcome)")
                return
            }
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("a"))
            #expect(twin.host.withWorld { $0.books["orders"]?.elements.count } == 1)
        }
    }

    /// A replacement that fails after its first half leaves the old order gone, and the caller told.
    @Test func theFailingHalfOfAReplacementIsTold() async throws {
        try await withTInvest { broker, twin in
            let low = OrderKind.limit(Price(FixedDecimal(90)))
            _ = await broker.submit(TinkoffBench.request("a", .buy, low))
            let dear = TinkoffBench.request("b", .buy, .limit(Price(FixedDecimal(95))), lots: 9_000)
            guard case .gone(let old, let error) = await broker.replace(ClientOrderID("a"), with: dear)
            else {
                Issue.record("the failing half was not told")
                return
            }
            #expect(old.state == .cancelled && error.remedy == .rejected)
            let account = try await broker.snapshot()
            #expect(account.isFlat)
            twin.host.withWorld { $0.checkInvariants() }
        }
    }
}
