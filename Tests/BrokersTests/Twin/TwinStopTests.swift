import Brokers
import Core
import Testing
import Twins

/// Which native orders protect and which price triggers them, in every language and mode, as the venue's books see it.
@Suite(.fewAtOnce) struct TwinStopTests {
    static let manners: [TwinContractTests.Manner] = [.classicOneWay, .classicHedge, .unifiedOneWay, .unifiedHedge]

    /// Sends one that has to be taken.
    private func send(
        _ broker: BitgetBroker, _ request: OrderRequest, at location: SourceLocation = #_sourceLocation
    ) async {
        let outcome = await broker.submit(request)
        guard case .accepted = outcome else {
            Issue.record("\(request.clientID): \(outcome)", sourceLocation: location)
            return
        }
    }

    /// Opens a position and waits until it is seen.
    private func hold(_ broker: BitgetBroker, _ name: String, _ side: Side, total: Int) async throws {
        await send(broker, BitgetBench.request(name, side))
        let wanted = Quantity(FixedDecimal(total))
        while try await broker.snapshot().positions.first?.quantity.magnitude != wanted { await Task.yield() }
    }

    private func protection(_ name: String, _ held: Side, stop: Bool, at price: Int) -> OrderRequest {
        let level = Price(FixedDecimal(price))
        return BitgetBench.request(
            name, held.opposite, stop ? .stop(trigger: level) : .takeProfit(trigger: level), reduceOnly: true,
            purpose: stop ? .stop : .takeProfit)
    }

    private func livePlans(_ twin: TwinBench) async throws -> [Wire] {
        try await twin.books()["plans"]?.elements.filter { $0["status"] == "live" } ?? []
    }

    private func untilFlat(_ broker: BitgetBroker) async throws {
        while try await !broker.snapshot().isFlat { await Task.yield() }
    }

    /// One order for the whole position: it follows the position's size, can be moved, and closes all of it.
    @Test(.timeLimit(.minutes(5)), arguments: manners, [Side.buy, .sell])
    func aStopOfThePositionFollowsItsSizeAndClosesAllOfIt(
        manner: TwinContractTests.Manner, side: Side
    ) async throws {
        try await withTwin(manner, adjust: { $0.stopStyle = .position }) { broker, twin in
            try await hold(broker, "in-1", side, total: 1)
            let (loss, profit) = side == .buy ? (90, 110) : (110, 90)
            await send(broker, protection("stop", side, stop: true, at: loss))
            await send(broker, protection("profit", side, stop: false, at: profit))
            let kinds = try await livePlans(twin).compactMap { $0["planType"]?.string }
            #expect(kinds.sorted() == ["pos_loss", "pos_profit"])
            try await hold(broker, "in-2", side, total: 2)
            let change = ProtectionChange(
                clientID: ClientOrderID("stop"), symbol: BitgetBench.symbol,
                trigger: Price(FixedDecimal(side == .buy ? 95 : 105)), quantity: Quantity(FixedDecimal(2)))
            guard case .accepted = await broker.amend(change) else {
                Issue.record("the stop was not moved")
                return
            }
            // Beyond the new level, and not as far as the old one.
            try await twin.price(side == .buy ? "94" : "106")
            try await untilFlat(broker)
            #expect(try await broker.order(ClientOrderID("stop"), BitgetBench.symbol)?.state == .filled)
            #expect(try await livePlans(twin).isEmpty, "the take-profit went with its position")
        }
    }

    /// Somebody moves a stop and changes its size by another client: an account shows it as it stands, not as it was
    /// asked for.
    @Test(.timeLimit(.minutes(5)), arguments: manners)
    func aStopThatOthersChangedIsListedAsItStands(manner: TwinContractTests.Manner) async throws {
        try await withTwin(manner) { broker, twin in
            try await hold(broker, "in", .buy, total: 1)
            await send(broker, protection("stop", .buy, stop: true, at: 90))
            try await withClient(TwinContractTests.settings(twin, isSpot: false)) { other in
                let change = ProtectionChange(
                    clientID: ClientOrderID("stop"), symbol: BitgetBench.symbol, trigger: Price(FixedDecimal(80)),
                    quantity: try #require(Quantity("0.5")))
                guard case .accepted = await other.amend(change) else {
                    Issue.record("the stop was not moved")
                    return
                }
            }
            let listed = try #require(try await broker.snapshot().openOrders.first)
            #expect(listed.clientID == ClientOrderID("stop") && listed.quantity == Quantity("0.5"))
            #expect(listed.kind == .stop(trigger: Price(FixedDecimal(80))))
            let found = try await broker.order(ClientOrderID("stop"), BitgetBench.symbol)
            #expect(found?.quantity == listed.quantity && found?.kind == listed.kind)
        }
    }

    /// A second order for the whole position is refused by name, not taken for the first.
    @Test(arguments: manners) func aPositionHasOneStopOfItsOwn(manner: TwinContractTests.Manner) async throws {
        try await withTwin(manner, adjust: { $0.stopStyle = .position }) { broker, twin in
            try await hold(broker, "in", .buy, total: 1)
            await send(broker, protection("stop", .buy, stop: true, at: 90))
            guard case .refused = await broker.submit(protection("again", .buy, stop: true, at: 91)) else {
                Issue.record("a second stop was taken")
                return
            }
            #expect(try await livePlans(twin).count == 1)
        }
    }

    /// One that somebody else placed is moved to where ours was to be, and is ours from then on.
    @Test(.timeLimit(.minutes(5)), arguments: manners)
    func aStopOfThePositionThatOthersPlacedIsTakenOver(manner: TwinContractTests.Manner) async throws {
        try await withTwin(manner, adjust: { $0.stopStyle = .position }) { broker, twin in
            try await hold(broker, "in", .buy, total: 1)
            var settings = TwinContractTests.settings(twin, isSpot: false)
            settings.stopStyle = .position
            try await withClient(settings) { other in await send(other, protection("hand", .buy, stop: true, at: 60)) }
            await send(broker, protection("stop", .buy, stop: true, at: 90))
            #expect(try await livePlans(twin).count == 1)
            let found = try await broker.order(ClientOrderID("stop"), BitgetBench.symbol)
            #expect(found?.state == .working && found?.kind == .stop(trigger: Price(FixedDecimal(90))))
            try await twin.price("89")
            try await untilFlat(broker)
            #expect(try await broker.order(ClientOrderID("stop"), BitgetBench.symbol)?.state == .filled)
        }
    }

    /// With the mark price as the trigger the last price fires nothing, and the mark price does.
    @Test(.timeLimit(.minutes(5)), arguments: manners, [BitgetStopStyle.partial, .position])
    func theMarkPriceFiresWhatIsSetToIt(manner: TwinContractTests.Manner, style: BitgetStopStyle) async throws {
        try await withTwin(manner, adjust: { ($0.triggersByMark, $0.stopStyle) = (true, style) }) { broker, twin in
            #expect(broker.capabilities.triggerPrice == .mark)
            try await hold(broker, "in", .buy, total: 1)
            await send(broker, protection("stop", .buy, stop: true, at: 90))
            try await twin.control("mark", #"{"symbol":"BTCUSDT","offset":"5"}"#)
            try await twin.price("88")
            #expect(try await livePlans(twin).count == 1, "the mark price stands at 93")
            #expect(try await broker.snapshot().positions.count == 1)
            // A move of a stop keeps its trigger.
            let change = ProtectionChange(
                clientID: ClientOrderID("stop"), symbol: BitgetBench.symbol, trigger: Price(FixedDecimal(91)),
                quantity: Quantity(.one))
            guard case .accepted = await broker.amend(change) else {
                Issue.record("the stop was not moved")
                return
            }
            #expect(try await livePlans(twin).count == 1)
            try await twin.control("mark", #"{"symbol":"BTCUSDT","offset":"2.5"}"#)
            try await untilFlat(broker)
        }
    }

    /// The other way round: by the last price, whatever the mark price does.
    @Test(.timeLimit(.minutes(5)), arguments: manners)
    func theLastPriceFiresWhatIsNot(manner: TwinContractTests.Manner) async throws {
        try await withTwin(manner) { broker, twin in
            #expect(broker.capabilities.triggerPrice == .last)
            try await hold(broker, "in", .buy, total: 1)
            await send(broker, protection("stop", .buy, stop: true, at: 90))
            try await twin.control("mark", #"{"symbol":"BTCUSDT","offset":"-20"}"#)
            #expect(try await livePlans(twin).count == 1, "the mark price stands at 80")
            try await twin.control("mark", #"{"symbol":"BTCUSDT","offset":"0"}"#)
            try await twin.price("89")
            try await untilFlat(broker)
        }
    }

    /// One call closes what is held, on both sides of a hedged account, and leaves the account readable.
    @Test(.timeLimit(.minutes(5)), arguments: manners)
    func aFlashCloseClosesWhatIsHeld(manner: TwinContractTests.Manner) async throws {
        try await withTwin(manner) { broker, twin in
            await send(broker, BitgetBench.request("long", .buy, size: 2))
            if manner.isHedge { await send(broker, BitgetBench.request("short", .sell)) }
            let rows = manner.isHedge ? 2 : 1
            while try await broker.snapshot().positions.count < rows { await Task.yield() }
            let closed = try await broker.flashClose(BitgetBench.symbol)
            #expect(closed.count == rows && Set(closed).count == rows, "\(closed)")
            try await untilFlat(broker)
            let fills = try await broker.snapshot(fillsSince: .epoch).fills
            #expect(fills.count == 2 * rows)
            // The venue's own orders go by names that it makes.
            let ours = [ClientOrderID("long"), ClientOrderID("short")]
            #expect(fills.filter { $0.clientID.map(ours.contains) != true }.count == rows, "\(fills)")
        }
    }

    @Test func spotHasNoFlashClose() async throws {
        try await withTwin(.classicSpot) { broker, _ in
            let error = await #expect(throws: VenueError.self) {
                _ = try await broker.flashClose(BitgetBench.symbol)
            }
            #expect(error?.code == "NO_FLASH_CLOSE" && error?.remedy == .rejected)
        }
    }

    /// In the demo environment everything carries the header: a venue that wants it serves the whole way of an order.
    @Test(.timeLimit(.minutes(5)), arguments: TwinContractTests.Manner.allCases)
    func theDemoEnvironmentIsTradedInFull(manner: TwinContractTests.Manner) async throws {
        try await withTwin(manner, isDemo: true) { broker, _ in
            await send(broker, BitgetBench.request("in", .buy, size: 2))
            while try await broker.snapshot(fillsSince: .epoch).fills.isEmpty { await Task.yield() }
            #expect(try await broker.order(ClientOrderID("in"), BitgetBench.symbol)?.state == .filled)
        }
    }
}
