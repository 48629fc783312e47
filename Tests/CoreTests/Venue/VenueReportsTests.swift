import Core
import FoundationEssentials
import Testing

@Suite struct VenueReportsTests {
    private func symbol() throws -> Symbol { try #require(Symbol("BTCUSDT")) }

    private func survives<Value: Codable & Equatable>(_ value: Value) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let data = try encoder.encode([value])
        let back = try JSONDecoder().decode([Value].self, from: data)
        #expect(back == [value])
        #expect(try encoder.encode(back) == data)
    }

    private func report(_ kind: OrderKind, _ state: OrderState, mine: Bool) throws -> OrderReport {
        OrderReport(
            clientID: mine ? ClientOrderID("a") : nil, venueOrderID: "7", symbol: try symbol(), side: .sell, kind: kind,
            quantity: Quantity(FixedDecimal(3)), filled: Quantity(.one), state: state, reason: mine ? nil : "why",
            at: Timestamp(milliseconds: 5))
    }

    private func kinds() throws -> [OrderKind] {
        let price = try #require(Price("27123.45"))
        return [.market, .limit(price), .stop(trigger: price), .takeProfit(trigger: price)]
    }

    @Test func orderReportsSurviveTheJournal() throws {
        for kind in try kinds() {
            for state in OrderState.allCases {
                try survives(try report(kind, state, mine: true))
                try survives(try report(kind, state, mine: false))
            }
        }
    }

    @Test func everyVenueEventSurvivesTheJournal() throws {
        let bar = Bar(openTime: .epoch, open: 0.1, high: 0.3, low: 0.1, close: 0.2, volume: 1e9)
        let events: [VenueEvent] = [
            .price(try symbol(), Price(.one)),
            .barClosed(try symbol(), bar, closeTime: Timestamp(milliseconds: 60_000)),
            .quote(try symbol(), bid: Price(.one), ask: Price(FixedDecimal(2))),
            .session(try symbol(), isOpen: true, next: nil),
            .session(try symbol(), isOpen: false, next: Timestamp(milliseconds: 5)),
            .clock(offset: .milliseconds(-3)),
            .order(try report(.market, .working, mine: true)),
            .fill(fill(.buy, .one, at: FixedDecimal(9), fee: -.one, symbol: try symbol(), time: 3)),
            .reconnected,
        ]
        for event in events { try survives(event) }
        try survives(VenueBatch(broker: BrokerName("Simulated"), at: Timestamp(milliseconds: 9), events: events))
    }

    @Test func snapshotsSurviveTheJournal() throws {
        let positions = [
            AccountPosition(symbol: try symbol(), quantity: Quantity(-.one), averagePrice: nil),
            AccountPosition(symbol: try symbol(), quantity: Quantity(.one), averagePrice: Price(.one)),
        ]
        let order = try report(.market, .working, mine: false)
        for (orders, held) in [([], []), ([order], []), ([], positions), ([order], positions)] {
            let snapshot = AccountSnapshot(
                broker: BrokerName("simulated"), openOrders: orders, positions: held,
                balances: ["USDT": Money(.one), "RUB": .zero],
                fills: [fill(.buy, .one, at: FixedDecimal(9), fee: .zero, symbol: try symbol(), time: 3)], at: .epoch)
            try survives(snapshot)
            #expect(snapshot.isFlat == (orders.isEmpty && held.isEmpty))
        }
    }

    @Test func errorsAndRequestsSurviveTheJournal() throws {
        for remedy in VenueError.Remedy.allCases {
            let error = VenueError(remedy, code: "NO_MONEY", message: "not enough money")
            try survives(error)
            #expect(error.description == "NO_MONEY: not enough money")
        }
        for kind in try kinds() {
            for purpose in OrderPurpose.allCases {
                try survives(
                    OrderRequest(
                        clientID: ClientOrderID("a"), symbol: try symbol(), side: .buy, quantity: Quantity(.one),
                        kind: kind, reduceOnly: true, purpose: purpose))
            }
        }
        try survives(BrokerCapabilities(nativeProtections: true, reduceOnly: false, duplicateSafe: true))
    }

    /// Records that know one word for both: where nothing is reduce-only, stops are in the way.
    @Test(arguments: [true, false]) func olderCapabilitiesKeepTheirMeaning(reduceOnly: Bool) throws {
        let text = #"{"nativeProtections":true,"reduceOnly":\#(reduceOnly),"duplicateSafe":true}"#
        let read = try JSONDecoder().decode(BrokerCapabilities.self, from: Data(text.utf8))
        #expect(read == BrokerCapabilities(nativeProtections: true, reduceOnly: reduceOnly, duplicateSafe: true))
        #expect(read.stopsBlock == !reduceOnly)
        try survives(
            BrokerCapabilities(
                nativeProtections: true, reduceOnly: reduceOnly, duplicateSafe: true, stopsBlock: reduceOnly))
    }

    @Test func signalRowsSurviveTheJournal() throws {
        for stop in [nil, 27_000.5] {
            try survives(
                SignalRow(
                    symbol: try symbol(), time: Timestamp(milliseconds: 7), target: -0.25, confidence: 0.1, stop: stop,
                    takeProfit: stop, fold: 3))
        }
    }

    @Test func brokerNamesIgnoreCase() {
        #expect(BrokerName("Bitget") == BrokerName("bitget"))
        #expect(BrokerName("bitget") < BrokerName("tinkoff"))
        #expect(BrokerName("BITGET").description == "bitget")
    }
}
