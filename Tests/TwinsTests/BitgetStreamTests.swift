import Core
import Simulator
import Testing
import Twins

@Suite struct BitgetStreamTests {
    /// A client of streams: what it was told, as JSON where it is JSON.
    private struct Ear {
        var desk: Desk
        let session = 1

        init(_ desk: Desk = Desk(), path: String = "/v2/ws/private") {
            self.desk = desk
            _ = self.desk.world.open(session, path: path, at: TwinMoment(desk.now))
        }

        mutating func say(_ text: String) -> [Wire] {
            desk.world.receive(text, from: session, at: TwinMoment(desk.now))
            return hear()
        }

        mutating func hear() -> [Wire] {
            desk.world.takeMessages().map { message in
                switch message.content {
                case .text(let text): Wire(json: text.utf8) ?? .text(text)
                case .hangUp: .text("hung up")
                case .close(let code): .text("closed with \(code)")
                }
            }
        }

        mutating func logIn(
            stamp: String? = nil, secret: String = BitgetKey.trading.secret, key: String = BitgetKey.trading.key
        ) -> [Wire] {
            let stamp = stamp ?? String(desk.now.milliseconds / 1000)
            return say(
                Wire.json([
                    "op": "login",
                    "args": [
                        [
                            "apiKey": .text(key), "passphrase": .text(BitgetKey.trading.passphrase),
                            "timestamp": .text(stamp),
                            "sign": .text(Desk.sign("\(stamp)GET/user/verify", secret)),
                        ]
                    ],
                ]).description)
        }

        mutating func subscribe(_ channel: String, type: String = "USDT-FUTURES", id: String = "default") -> [Wire] {
            say(
                Wire.json([
                    "op": "subscribe",
                    "args": [["instType": .text(type), "channel": .text(channel), "instId": .text(id)]],
                ]).description)
        }
    }

    @Test func pingIsAnsweredAndSilenceEndsTheConnection() {
        var ear = Ear(path: "/v2/ws/public")
        #expect(ear.say("ping") == ["pong"])
        ear.desk.wait(119_000)
        #expect(ear.hear().isEmpty)
        ear.desk.wait(2_000)
        #expect(ear.hear() == ["hung up"])
    }

    @Test(arguments: ["1700000000", "1700000000000"]) func secondsAndMillisecondsLogIn(stamp: String) {
        var ear = Ear()
        #expect(ear.logIn(stamp: stamp).first?["event"] == "login")
    }

    @Test(arguments: [
        ("1600000000", BitgetKey.trading.secret, BitgetKey.trading.key, "30014"),
        ("1700000000", "wrong", BitgetKey.trading.key, "30015"),
        ("1700000000", BitgetKey.trading.secret, "nobody", "30011"),
        ("soon", BitgetKey.trading.secret, BitgetKey.trading.key, "30013"),
    ])
    func aRefusedLoginSaysWhyAndHangsUp(stamp: String, secret: String, key: String, code: String) {
        var ear = Ear()
        let told = ear.logIn(stamp: stamp, secret: secret, key: key)
        #expect(told.first?["code"]?.string == code)
        #expect(told.last == "hung up")
    }

    @Test func privateChannelsNeedALogin() {
        var ear = Ear()
        #expect(ear.subscribe("orders").first?["code"]?.string == "30004")
        #expect(ear.subscribe("nonsense").first?["code"]?.string == "30001")
        #expect(ear.say("{}").first?["code"]?.string == "30002")
        #expect(ear.say("{\"op\":\"dance\"}").first?["code"]?.string == "30003")
    }

    @Test func moreThanTenMessagesASecondEndTheConnection() {
        var ear = Ear()
        let told = (0..<11).flatMap { _ in ear.say("ping") }
        #expect(told.last == "hung up")
        #expect(told.dropLast().last?["code"]?.string == "30007")
    }

    @Test func anOrderIsToldFromLiveToFilledWithItsFillAndPositions() throws {
        var ear = Ear()
        _ = ear.logIn()
        for channel in ["orders", "fill", "positions"] { _ = ear.subscribe(channel) }
        _ = ear.desk.place("buy", "0.01", ["clientOid": "one"])
        let told = ear.hear()
        func data(_ channel: String) -> [Wire] {
            told.filter { $0["arg"]?["channel"]?.string == channel }.flatMap { $0["data"]?.elements ?? [] }
        }
        #expect(data("orders").compactMap { $0["status"]?.string } == ["live", "filled"])
        let last = try #require(data("orders").last)
        #expect(last["accBaseVolume"] == "0.01")
        #expect(last["instId"] == "BTCUSDT")
        #expect(data("fill").first?["clientOid"] == "one")
        #expect(data("positions").first?["total"] == "0.01")
        _ = ear.desk.place("sell", "0.01", ["reduceOnly": "YES"])
        // A closed position is missing: the list is empty.
        let after = ear.hear().filter { $0["arg"]?["channel"] == "positions" }
        #expect(after.last?["data"] == [])
    }

    @Test func closingInHedgeModeIsTurnedAroundInOrdersAndNotInFills() throws {
        var setup = BitgetSetup()
        setup.holdMode = .hedge
        var ear = Ear(Desk(setup))
        _ = ear.logIn()
        for channel in ["orders", "fill"] { _ = ear.subscribe(channel) }
        _ = ear.desk.place("buy", "0.01", ["tradeSide": "open"])
        _ = ear.hear()
        _ = ear.desk.place("buy", "0.01", ["tradeSide": "close"])
        let told = ear.hear()
        #expect(told.first { $0["arg"]?["channel"] == "orders" }?["data"]?.elements.first?["side"] == "buy")
        #expect(told.first { $0["arg"]?["channel"] == "fill" }?["data"]?.elements.first?["side"] == "sell")
    }

    @Test func triggerOrdersAreToldUnderTheirOtherNames() throws {
        var ear = Ear()
        _ = ear.logIn()
        _ = ear.subscribe("orders-algo")
        _ = ear.desk.place("buy", "0.01")
        let exit = Desk.object([
            "symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT", "planType": "pos_loss",
            "triggerPrice": "59000", "holdSide": "buy",
        ])
        _ = ear.desk.post("/api/v2/mix/order/place-tpsl-order", exit)
        ear.desk.price("58000")
        ear.desk.wait()
        let told = ear.hear().filter { $0["arg"]?["channel"] == "orders-algo" }.flatMap { $0["data"]?.elements ?? [] }
        #expect(told.compactMap { $0["status"]?.string } == ["live", "executing", "executed"])
        #expect(told.first?["planType"] == "psl")
        #expect(told.first?["triggerPrice"] == "59000.000000000")
    }

    @Test func theBookCanBeKeptFromItsChangesAndItsChecksumHolds() throws {
        var ear = Ear(path: "/v2/ws/public")
        let first = try #require(ear.subscribe("books", id: "BTCUSDT").last)
        var (asks, bids) = (rows(first, "asks"), rows(first, "bids"))
        for price in ["60000.3", "59999.1", "60004"] {
            ear.desk.price(price)
            ear.desk.wait(300)
            for update in ear.hear() where update["arg"]?["channel"] == "books" {
                asks.merge(rows(update, "asks")) { _, new in new }
                bids.merge(rows(update, "bids")) { _, new in new }
                let text = interleaved(bids: best(bids, first: >), asks: best(asks, first: <))
                let told = update["data"]?.elements.first?["checksum"]?.string
                #expect(told == String(BitgetChecksum.of(text)))
            }
        }
        #expect(best(asks, first: <).first?.0.description == "60004.1")
    }

    private func rows(_ message: Wire, _ side: String) -> [FixedDecimal: String] {
        let rows = message["data"]?.elements.first?[side]?.elements ?? []
        return rows.reduce(into: [:]) { levels, row in
            guard let price = row.elements.first?.string.flatMap(FixedDecimal.init) else { return }
            levels[price] = row.elements.last?.string
        }
    }

    private func best(
        _ levels: [FixedDecimal: String], first: (FixedDecimal, FixedDecimal) -> Bool
    ) -> [(FixedDecimal, String)] {
        levels.filter { $0.value != "0" }.sorted { first($0.key, $1.key) }.prefix(25).map { ($0.key, $0.value) }
    }

    private func interleaved(bids: [(FixedDecimal, String)], asks: [(FixedDecimal, String)]) -> String {
        (0..<25).flatMap { index in
            [bids, asks].compactMap { index < $0.count ? "\($0[index].0):\($0[index].1)" : nil }
        }.joined(separator: ":")
    }

    /// The vectors were made with another program.
    @Test(arguments: [
        ("43231.1:4:43232.8:9:43231:6:43232.9:8", Int32(-1_504_501_796)),
        ("3366.1:7:3366.8:9:3368:8:3372:8", 831_078_360),
        ("27000.0:2.710:27000.5:8.760:26999.5:1.460:27001.0:0.400", -1_751_492_126),
    ])
    func theChecksumIsTheVenues(text: String, expected: Int32) {
        #expect(BitgetChecksum.of(text) == expected)
    }

    @Test func candlesBeginWithTheirHistoryAndGoOnWithTheCurrentOne() throws {
        var ear = Ear(path: "/v2/ws/public")
        let told = ear.subscribe("candle1m", id: "BTCUSDT")
        #expect(told.last?["action"] == "snapshot")
        ear.desk.price("60100")
        ear.desk.wait(300)
        let update = ear.hear().last { $0["arg"]?["channel"] == "candle1m" }
        #expect(update?["data"]?.elements.first?.elements.count == 8)
        #expect(update?["data"]?.elements.first?.elements[4] == "60100")
    }
}
