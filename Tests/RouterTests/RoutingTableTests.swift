import Core
import Router
import Testing

@Suite struct RoutingTableTests {
    private let btc = Symbol("BTCUSDT")
    private let sber = Symbol("SBER")

    @Test func pairsAreRead() throws {
        let table = try RoutingTable(" BTCUSDT:bitget , sber:Tinkoff ")
        let (btc, sber) = try (#require(btc), #require(sber))
        #expect(table.symbols == [btc, sber])
        #expect(try table.broker(for: btc) == BrokerName("bitget"))
        #expect(try table.broker(for: sber) == BrokerName("tinkoff"))
        #expect(try RoutingTable("").symbols == [])
    }

    @Test(arguments: [
        "BTCUSDT", "BTCUSDT:", ":bitget", "BTCUSDT:bitget:x", "BTC USDT:bitget", "BTCUSDT:bitget,", ",",
        "BTCUSDT:bit get",
    ]) func malformedPairsAreNamed(text: String) throws {
        let error = #expect(throws: RoutingError.self) { try RoutingTable(text) }
        guard case .malformedPair = error else {
            Issue.record("'\(text)' gave \(String(describing: error))")
            return
        }
    }

    @Test func unknownBrokersDuplicatesAndMissingRoutesAreNamed() throws {
        let (btc, sber) = try (#require(btc), #require(sber))
        let known = [BrokerName("tinkoff"), BrokerName("bitget")]
        #expect(throws: RoutingError.unknownBroker(BrokerName("bitgte"), for: btc, known: known.sorted())) {
            try RoutingTable("BTCUSDT:bitgte", known: known)
        }
        #expect(throws: RoutingError.duplicateSymbol(btc)) { try RoutingTable("BTCUSDT:bitget,btcusdt:tinkoff") }
        #expect(throws: RoutingError.noRoute(sber)) {
            try RoutingTable("BTCUSDT:bitget").requireRoutes(for: [btc, sber])
        }
        #expect("\(RoutingError.noRoute(sber))".contains("SBER:broker"))
    }

    @Test func simulatedModesRouteEverythingToOneBroker() throws {
        let (btc, sber) = try (#require(btc), #require(sber))
        let table = RoutingTable(all: [btc, sber], to: BrokerName("simulated"))
        try table.requireRoutes(for: [btc, sber])
        #expect(try table.broker(for: sber) == BrokerName("simulated"))
    }
}
