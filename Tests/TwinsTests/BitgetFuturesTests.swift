import Core
import Simulator
import Testing
import Twins

@Suite struct BitgetFuturesTests {
    private func hedge() -> Desk {
        var setup = BitgetSetup()
        setup.holdMode = .hedge
        return Desk(setup)
    }

    @Test func aMarketOrderIsTakenThenFilledAndMovesMoneyToTheLastDigit() throws {
        var desk = Desk()
        let answer = desk.place("buy", "0.01", ["clientOid": "one"])
        let order = desk.detail(try #require(answer["orderId"]?.string))
        #expect(order["state"] == "filled")
        #expect(order["clientOid"] == "one")
        #expect(order["priceAvg"] == "60000")
        #expect(order["price"] == "")
        // 600 USDT at 0.06 %; fees are told negative.
        #expect(order["fee"] == "-0.36")
        #expect(desk.world.books["wallet"] == "99999.64")
        desk.price("61000")
        #expect(desk.world.books["equity"] == "100009.64")
        _ = desk.place("sell", "0.01", ["reduceOnly": "YES"])
        #expect(desk.positions().isEmpty)
        // 10 of profit less 0.366 of fees.
        #expect(desk.world.books["wallet"] == "100009.274")
    }

    @Test func anAnswerIsAcceptanceAndNotExecution() throws {
        var desk = Desk()
        let answer = desk.post("/api/v2/mix/order/place-order", Desk.order("buy", "0.01"))
        #expect(desk.detail(try #require(answer["orderId"]?.string))["state"] == "live")
        desk.wait()
        #expect(desk.detail(try #require(answer["orderId"]?.string))["state"] == "filled")
    }

    @Test func aRestingOrderIsFilledAtItsOwnPriceByTheMaker() throws {
        var desk = Desk()
        let id = try #require(desk.place("buy", "0.01", ["price": "59500"])["orderId"]?.string)
        #expect(desk.detail(id)["state"] == "live")
        desk.price("59000")
        #expect(desk.detail(id)["priceAvg"] == "59500")
        #expect(desk.detail(id)["fee"] == "-0.119")
    }

    @Test(arguments: [
        ("post_only", "60001", "canceled"), ("post_only", "59000", "live"), ("ioc", "59000", "canceled"),
        ("fok", "59000", "canceled"), ("ioc", "60001", "filled"), ("gtc", "60001", "filled"),
    ])
    func theTimeInForceIsKept(force: String, price: String, state: String) throws {
        var desk = Desk()
        let id = try #require(desk.place("buy", "0.01", ["price": price, "force": force])["orderId"]?.string)
        #expect(desk.detail(id)["state"]?.string == state)
    }

    @Test(arguments: [
        (["size": "0.0105"], "40808"), (["size": "0"], "40808"), (["size": "abc"], "40017"),
        (["size": "0.001", "price": "4000", "side": "buy"], "45110"), (["price": "60000.05"], "45115"),
        (["price": "64000"], "40815"), (["price": "50000", "side": "sell"], "40816"),
        (["size": "100"], "40762"), (["symbol": "XYZUSDT"], "40034"), (["productType": "FUTURES"], "400172"),
        (["marginMode": "cross"], "40017"), (["side": "long"], "40017"), (["orderType": "stop"], "40017"),
        (["tradeSide": "open"], "40774"), (["clientOid": "a b"], "40305"),
        (["clientOid": "0123456789012345678901234567890123456789012345678901"], "40304"),
        (["reduceOnly": "YES"], "22002"),
    ])
    func whatCannotBeOrderedHasItsCode(fields: [String: String], code: String) {
        var desk = Desk()
        #expect(desk.place("buy", "0.01", fields) == .text(code))
    }

    @Test(arguments: [(false, "45034"), (true, "40786")])
    func aClientIDNamesOneOrder(usesOld: Bool, code: String) {
        var setup = BitgetSetup()
        setup.usesOldCodes = usesOld
        var desk = Desk(setup)
        _ = desk.place("buy", "0.01", ["clientOid": "one"])
        #expect(desk.place("sell", "0.02", ["clientOid": "one"]) == .text(code))
        #expect(desk.world.books["orders"]?.elements.count == 1)
    }

    @Test func aCancellationTakesAMomentAndThenHolds() throws {
        var desk = Desk()
        let id = try #require(desk.place("buy", "0.01", ["price": "59000"])["orderId"]?.string)
        let body = Desk.object(["symbol": "BTCUSDT", "productType": "USDT-FUTURES", "orderId": id])
        #expect(desk.post("/api/v2/mix/order/cancel-order", body)["orderId"]?.string == id)
        #expect(desk.detail(id)["state"] == "live")
        #expect(desk.post("/api/v2/mix/order/cancel-order", body) == "45129")
        desk.wait()
        #expect(desk.detail(id)["state"] == "canceled")
        #expect(desk.post("/api/v2/mix/order/cancel-order", body) == "22001")
        let unknown = Desk.object(["symbol": "BTCUSDT", "productType": "USDT-FUTURES", "orderId": "1"])
        #expect(desk.post("/api/v2/mix/order/cancel-order", unknown) == "40768")
    }

    @Test func closingInHedgeModeNamesThePositionAndNotTheTrade() throws {
        var desk = hedge()
        #expect(desk.place("buy", "0.02") == "40774")
        _ = desk.place("buy", "0.02", ["tradeSide": "open"])
        _ = desk.place("sell", "0.01", ["tradeSide": "open"])
        #expect(desk.positions().compactMap { $0["holdSide"]?.string } == ["long", "short"])
        let id = try #require(desk.place("buy", "0.02", ["tradeSide": "close"])["orderId"]?.string)
        #expect(desk.positions().compactMap { $0["holdSide"]?.string } == ["short"])
        let order = desk.detail(id)
        #expect(order["side"] == "buy")
        #expect(order["posSide"] == "long")
        // The natural direction closes nothing.
        #expect(desk.place("buy", "0.01", ["tradeSide": "close"]) == "22002")
    }

    @Test func aMarketCloseShrinksToWhatNoOtherOrderCloses() throws {
        var desk = hedge()
        _ = desk.place("buy", "0.1", ["tradeSide": "open"])
        _ = desk.place("buy", "0.07", ["tradeSide": "close", "price": "62000"])
        let id = try #require(desk.place("buy", "0.05", ["tradeSide": "close"])["orderId"]?.string)
        #expect(desk.detail(id)["baseVolume"] == "0.03")
        #expect(desk.positions().first?["available"] == "0")
        #expect(desk.positions().first?["total"] == "0.07")
    }

    @Test func aFurtherReduceOnlyOrderPushesOlderOnesOutAndIsNamedByClientIDOnly() throws {
        var desk = Desk()
        _ = desk.place("buy", "0.1")
        let first = try #require(
            desk.place("sell", "0.08", ["reduceOnly": "YES", "price": "62000"])["orderId"]?.string)
        let answer = desk.place("sell", "0.05", ["reduceOnly": "YES", "price": "62500", "clientOid": "second"])
        #expect(answer["orderId"] == nil)
        #expect(answer["clientOid"] == "second")
        #expect(desk.detail(first)["state"] == "canceled")
    }

    @Test func modesChangeOnlyWhileNothingIsOpen() {
        var desk = Desk()
        let mode = Desk.object(["productType": "USDT-FUTURES", "posMode": "hedge_mode"])
        let margin = Desk.object([
            "productType": "USDT-FUTURES", "symbol": "BTCUSDT", "marginCoin": "USDT", "marginMode": "isolated",
        ])
        _ = desk.place("buy", "0.01", ["price": "59000"])
        #expect(desk.post("/api/v2/mix/account/set-position-mode", mode) == "40920")
        #expect(desk.post("/api/v2/mix/account/set-margin-mode", margin) == "45117")
        _ = desk.post("/api/v2/mix/order/cancel-all-orders", Desk.object(["productType": "USDT-FUTURES"]))
        desk.wait()
        #expect(desk.post("/api/v2/mix/account/set-position-mode", mode)["posMode"] == "hedge_mode")
        #expect(desk.post("/api/v2/mix/account/set-margin-mode", margin)["marginMode"] == "isolated")
        let account = desk.get("/api/v2/mix/account/account?marginCoin=USDT&productType=USDT-FUTURES&symbol=BTCUSDT")
        #expect(account["posMode"] == "hedge_mode")
        let lever = ["productType": "USDT-FUTURES", "symbol": "BTCUSDT", "marginCoin": "USDT", "leverage": "20"]
        #expect(desk.post("/api/v2/mix/account/set-leverage", Desk.object(lever)) == "40808")
        let long = lever.merging(["holdSide": "long"]) { _, new in new }
        #expect(desk.post("/api/v2/mix/account/set-leverage", Desk.object(long))["longLeverage"] == "20")
    }

    @Test func flashCloseWithoutASymbolClosesEverything() {
        var desk = hedge()
        _ = desk.place("buy", "0.02", ["tradeSide": "open"])
        _ = desk.place("sell", "0.01", ["tradeSide": "open"])
        let answer = desk.post(
            "/api/v2/mix/order/close-positions", Desk.object(["productType": "USDT-FUTURES"]))
        #expect(answer["successList"]?.elements.count == 2)
        desk.wait()
        #expect(desk.positions().isEmpty)
        #expect(
            desk.post("/api/v2/mix/order/close-positions", Desk.object(["productType": "USDT-FUTURES"])) == "22002")
    }

    @Test func fillsComeInPagesNewestFirst() throws {
        var desk = Desk()
        for _ in 0..<5 { _ = desk.place("buy", "0.001") }
        let path = "/api/v2/mix/order/fills?limit=2&productType=USDT-FUTURES"
        var (ids, next): ([String], String?) = ([], "")
        while let border = next {
            let page = desk.get(border.isEmpty ? path : "\(path)&idLessThan=\(border)")
            ids += page["fillList"]?.elements.compactMap { $0["tradeId"]?.string } ?? []
            next = page["endId"]?.string
        }
        #expect(ids.count == 5)
        #expect(ids == ids.sorted(by: >))
        #expect(Set(ids).count == 5)
    }

    @Test func aBatchSucceedsAsAWholeAndNamesWhoDidNot() {
        var desk = Desk()
        let list: Wire = .list([
            Desk.object(["size": "0.01", "side": "buy", "orderType": "market"]),
            Desk.object(["size": "0.0001", "side": "buy", "orderType": "market", "clientOid": "small"]),
        ])
        let answer = desk.post(
            "/api/v2/mix/order/batch-place-order",
            Desk.object([
                "symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT", "marginMode": "crossed",
            ]).adding(["orderList": list]))
        #expect(answer["successList"]?.elements.count == 1)
        #expect(answer["failureList"]?.elements.first?["errorCode"] == "40808")
    }

    @Test func theBooksEqualWhatTheMatchingEngineHolds() {
        var desk = hedge()
        var random = SeededRandom(seed: 5)
        for _ in 0..<120 {
            let side = random.chance(0.5) ? "buy" : "sell"
            let trade = random.chance(0.5) ? "open" : "close"
            var extra = ["tradeSide": trade]
            if random.chance(0.5) { extra["price"] = String(59_500 + random.below(1_000)) }
            _ = desk.place(side, "0.0\(1 + random.below(9))", extra)
            desk.price(String(59_500 + random.below(1_000)))
            for position in desk.world.books["positions"]?.elements ?? [] {
                #expect(position["quantity"] == position["engine"])
            }
        }
        #expect(desk.world.books["fills"]?.elements.count ?? 0 > 40)
    }
}
