import Brokers
import Core
import Synchronization
import Testing

/// Lists of more rows than one page has: a part of them is never taken for all.
@Suite(.fewAtOnce) struct BitgetPageTests {
    private func rest(_ venue: BitgetStandIn, _ count: Int) throws {
        try venue.state.withLock { state in
            for number in 0..<count {
                _ = try state.exchange.place(
                    client: "rest-\(number)", side: .buy, isLong: nil, closes: false, size: Quantity(.one),
                    limit: Price(FixedDecimal(90)), immediate: false)
            }
        }
    }

    /// A venue may cut sooner than it was asked to: what it says of the next page counts.
    @Test(arguments: [20, 40, 100]) func everyOpenOrderIsListed(pageSize: Int) async throws {
        let venue = BitgetStandIn()
        venue.state.withLock { $0.pageSize = pageSize }
        try rest(venue, 130)
        try await withBitget(venue, isStarted: false) { broker, _ in
            let listed = try await broker.snapshot().openOrders
            #expect(listed.count == 130)
        }
    }

    /// Waiting strategy orders come as a bare list, which says nothing of a next page.
    @Test(arguments: [false, true]) func aFullListWithoutAWordIsReadOnOrAnError(ignoresCursors: Bool) async throws {
        let venue = BitgetStandIn(isUnified: true)
        venue.state.withLock { state in
            state.ignoresCursors = ignoresCursors
            for number in 0..<130 {
                state.exchange.plans.append(
                    ModelExchange.Plan(
                        id: "p\(number)", client: "c\(number)", type: "loss", isLong: true, size: Quantity(.one),
                        trigger: Price(FixedDecimal(90)), at: 1))
            }
        }
        try await withBitget(venue, isStarted: false) { broker, _ in
            guard ignoresCursors else {
                let listed = try await broker.snapshot().openOrders
                #expect(listed.count == 130)
                return
            }
            let error = await #expect(throws: VenueError.self) { try await broker.snapshot() }
            #expect(error?.code == "BITGET_CUT_OFF")
        }
    }

    /// An order that the venue does not find by our name any more is in its lists: waiting, or ended before others.
    @Test(arguments: [false, true]) func anOrderIsFoundWhereItsNameIsForgotten(hasEnded: Bool) async throws {
        let venue = BitgetStandIn()
        try venue.state.withLock { state in
            state.forgetsNames = true
            _ = try state.exchange.place(
                client: "lost", side: .buy, isLong: nil, closes: false, size: Quantity(.one),
                limit: Price(FixedDecimal(90)), immediate: false)
            if hasEnded {
                state.exchange.fillResting()
                for number in 0..<150 {
                    _ = try state.exchange.place(
                        client: "later-\(number)", side: .buy, isLong: nil, closes: false, size: Quantity(.one),
                        limit: nil, immediate: false)
                }
            }
        }
        try await withBitget(venue, isStarted: false) { broker, _ in
            let report = try await broker.order(ClientOrderID("lost"), BitgetBench.symbol)
            #expect(report?.state == (hasEnded ? .filled : .working))
            #expect(try await broker.order(ClientOrderID("never"), BitgetBench.symbol) == nil)
        }
    }

    /// Rows of what could not be cancelled may lack their code: an order that is gone needs no cancellation.
    @Test func anOrderThatIsGoneKeepsNothingFromBeingCancelled() async throws {
        let venue = BitgetStandIn()
        venue.fail("batch-cancel-orders", .failedRows(codes: [""]))
        try await withBitget(venue, isStarted: false) { broker, _ in
            try await broker.cancelAll(BitgetBench.symbol)
            #expect(venue.requests("batch-cancel-orders").count == 1)
        }
    }
}

/// A venue, or a gateway before it, that repeats what it was sent.
@Suite(.fewAtOnce) struct BitgetEchoTests {
    @Test(arguments: [
        "key \(BitgetStandIn.key) with \(BitgetStandIn.passphrase)", "ACCESS-SIGN: abcdef and others",
    ])
    func itsWordsTellNoSecret(words: String) async throws {
        let venue = BitgetStandIn()
        venue.fail("all-position", .said(code: "45110", words: words))
        venue.fail("place-order", .said(code: "45110", words: words))
        try await withBitget(venue, isStarted: false) { broker, _ in
            let error = await #expect(throws: VenueError.self) { try await broker.snapshot() }
            guard case .refused(let refusal) = await broker.submit(BitgetBench.request("a", .buy)) else {
                Issue.record("it was taken")
                return
            }
            for text in ["\(String(describing: error))", "\(refusal)"] {
                #expect(text.contains("<REDACTED>"))
                for secret in [BitgetStandIn.key, BitgetStandIn.passphrase, "abcdef and"] {
                    #expect(!text.contains(secret), "\(text)")
                }
            }
        }
    }

    /// A topic that an account does not have takes the others with it no more; what it would tell is read.
    @Test func aPrivateTopicThatIsUnknownBreaksNoStream() async throws {
        let venue = BitgetStandIn(isUnified: true)
        venue.state.withLock { $0.unknownTopics = ["strategy-order"] }
        try await withBitget(venue) { broker, _ in
            while venue.state.withLock({ $0.subscriptions.isEmpty }) { await Task.yield() }
            _ = await broker.submit(BitgetBench.request("a", .buy))
            while try await broker.snapshot().positions.isEmpty { await Task.yield() }
            // A stream that broke would log in again within a moment.
            try await Task.sleep(for: .seconds(1))
            #expect(venue.state.withLock { $0.logins } == 1)
        }
    }
}
