import Core
import Simulator
import Testing
import Twins

@Suite struct BitgetFuzzTests {
    private static let values = [
        "", "0", "-1", "1e9", "9999999999999", "-9223372036854775808", "9223372036854775807", "abc", "0.000000000001",
        "buy", "sell", "open", "close", "yes", "long", "market", "limit", "BTCUSDT", "USDT-FUTURES", "USDT", "spot",
        "normal_plan", "pos_loss", "loss_plan", "59000", "61000", "0.01", "1H", "crossed", "one_way_mode", "isolated",
    ]

    private static let names = [
        "symbol", "productType", "category", "marginMode", "marginCoin", "size", "qty", "price", "side", "tradeSide",
        "orderType", "force", "clientOid", "orderId", "reduceOnly", "planType", "triggerPrice", "triggerType",
        "holdSide", "posSide", "startTime", "endTime", "limit", "granularity", "interval", "leverage", "idLessThan",
        "requestTime", "receiveWindow", "rangeRate", "executePrice", "stopLoss", "takeProfit", "orderList",
        "orderIdList", "posMode", "holdMode", "newPrice", "newSize", "newClientOid",
    ]

    @Test(arguments: [BitgetFamily.classic, .unified]) func noRequestBringsTheVenueDown(family: BitgetFamily) {
        var setup = BitgetSetup()
        (setup.family, setup.hasLimits) = (family, false)
        var desk = Desk(setup)
        var random = SeededRandom(seed: 3)
        let routes = BitgetPaths.all
        #expect(routes.count > 80)
        for _ in 0..<4_000 {
            let route = routes[random.below(routes.count)]
            var fields: [String: String] = [:]
            for name in Self.names where random.chance(0.5) {
                fields[name] = Self.values[random.below(Self.values.count)]
            }
            if random.chance(0.7) {
                fields.merge(["symbol": "BTCUSDT", "productType": "USDT-FUTURES", "category": "USDT-FUTURES"]) { $1 }
            }
            if route.method == "GET" {
                let query = fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
                _ = desk.ask("GET", "\(route.path)?\(query)")
            } else {
                _ = desk.ask("POST", route.path, Desk.object(fields).description)
            }
            desk.wait(20)
        }
        #expect(desk.world.books["equity"] != nil)
    }

    @Test func noTextBringsAStreamDown() {
        var desk = Desk()
        var random = SeededRandom(seed: 9)
        let texts = [
            "{\"op\":\"login\",\"args\":[{\"timestamp\":\"-9223372036854775808\",\"apiKey\":\"bg_twin_key\"}]}",
            "{\"op\":\"subscribe\",\"args\":[{\"instType\":\"SPOT\",\"channel\":\"candle1M\",\"instId\":\"BTCUSDT\"}]}",
            "{\"op\":\"subscribe\",\"args\":[[[[]]]]}", "[]", "null", "\u{0}", "{", "\"\\ud800\"",
        ]
        for session in 0..<400 {
            _ = desk.world.open(session, path: "/v2/ws/public", at: TwinMoment(desk.now))
            var text = Array(texts[random.below(texts.count)].utf8)
            if random.chance(0.7), !text.isEmpty { text[random.below(text.count)] = UInt8(random.below(256)) }
            desk.world.receive(String(decoding: text, as: UTF8.self), from: session, at: TwinMoment(desk.now))
            desk.world.close(session)
        }
        #expect(!desk.world.takeMessages().isEmpty)
    }

    @Test func randomBytesAreNoTrap() {
        var random = SeededRandom(seed: 11)
        for _ in 0..<20_000 {
            let bytes = (0..<random.below(24)).map { _ in
                Array("{}[]\",:0123e-.\\utrfn".utf8)[random.below(20)]
            }
            if let wire = Wire(json: bytes) { #expect(Wire(json: wire.bytes) == wire) }
        }
    }
}
