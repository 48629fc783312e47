import Core
import Simulator
import Testing
import Twins

@Suite struct BitgetUnifiedTests {
    private func desk(_ mode: BitgetHoldMode = .oneWay) -> Desk {
        var setup = BitgetSetup()
        (setup.family, setup.holdMode) = (.unified, mode)
        return Desk(setup)
    }

    private func order(_ side: String, _ qty: String, _ extra: [String: String] = [:]) -> Wire {
        var fields = [
            "category": "USDT-FUTURES", "symbol": "BTCUSDT", "side": side, "qty": qty,
            "orderType": extra["price"] == nil ? "market" : "limit",
        ]
        fields.merge(extra) { _, new in new }
        return Desk.object(fields)
    }

    private static let place = "/api/v3/trade/place-order"

    @Test func anOrderIsFilledAndItsFeeIsPositive() throws {
        var desk = desk()
        let id = try #require(desk.post(Self.place, order("buy", "0.01"))["orderId"]?.string)
        desk.wait()
        let info = desk.get("/api/v3/trade/order-info?orderId=\(id)")
        #expect(info["orderStatus"] == "filled")
        #expect(info["cumExecQty"] == "0.01")
        #expect(info["avgPrice"] == "60000")
        #expect(info["feeDetail"]?.elements.first?["fee"] == "0.36")
        let list = desk.get("/api/v3/position/current-position?category=USDT-FUTURES")["list"]?.elements
        #expect(list?.first?["total"] == "0.01")
        #expect(desk.get("/api/v3/trade/fills?category=USDT-FUTURES")["list"]?.elements.count == 1)
    }

    @Test func inHedgeModeTheSideIsTheTrade() {
        var desk = desk(.hedge)
        #expect(desk.post(Self.place, order("buy", "0.01")) == "25236")
        _ = desk.post(Self.place, order("buy", "0.01", ["posSide": "long"]))
        desk.wait()
        _ = desk.post(Self.place, order("sell", "0.01", ["posSide": "long"]))
        desk.wait()
        let list = desk.get("/api/v3/position/current-position?category=USDT-FUTURES")["list"]?.elements
        #expect(list?.isEmpty == true)
    }

    @Test func anExitIsAStrategyOrderAndClosesThePosition() throws {
        var desk = desk()
        _ = desk.post(Self.place, order("buy", "0.02"))
        desk.wait()
        let exit = Desk.object([
            "category": "USDT-FUTURES", "symbol": "BTCUSDT", "tpslMode": "full", "stopLoss": "59000",
            "slTriggerBy": "market", "clientOid": "guard",
        ])
        let id = try #require(desk.post("/api/v3/trade/place-strategy-order", exit)["orderId"]?.string)
        let pending = desk.get("/api/v3/trade/unfilled-strategy-orders?category=USDT-FUTURES").elements
        #expect(pending.first?["orderId"]?.string == id)
        #expect(pending.first?["stopLoss"] == "59000")
        // Its id is no order's.
        #expect(desk.get("/api/v3/trade/order-info?orderId=\(id)") == "25204")
        desk.price("58500")
        desk.wait()
        #expect(desk.world.books["positions"]?.elements.isEmpty == true)
    }

    @Test func oneWalletPaysForFuturesAndSpot() {
        var desk = desk()
        let spot = Desk.object([
            "category": "SPOT", "symbol": "BTCUSDT", "side": "buy", "qty": "600", "orderType": "market",
        ])
        #expect(desk.post(Self.place, spot)["orderId"] != nil)
        desk.wait()
        let assets = desk.get("/api/v3/account/assets")["assets"]?.elements ?? []
        #expect(assets.first { $0["coin"] == "USDT" }?["balance"] == "99400")
        #expect(assets.first { $0["coin"] == "BTC" }?["balance"] == "0.00999")
    }

    @Test func aRepeatedClientIDHasItsOwnCodeHere() {
        var desk = desk()
        _ = desk.post(Self.place, order("buy", "0.01", ["clientOid": "one"]))
        #expect(desk.post(Self.place, order("buy", "0.01", ["clientOid": "one"])) == "25212")
    }

    @Test func settingsTellTheModesAndAreSet() {
        var desk = desk()
        #expect(desk.get("/api/v3/account/settings")["holdMode"] == "one_way_mode")
        #expect(
            desk.post("/api/v3/account/set-hold-mode", Desk.object(["holdMode": "hedge_mode"])) == "success")
        #expect(desk.get("/api/v3/account/settings")["holdMode"] == "hedge_mode")
        let lever = Desk.object(["category": "USDT-FUTURES", "symbol": "BTCUSDT", "leverage": "25"])
        #expect(desk.post("/api/v3/account/set-leverage", lever) == "success")
        let config = desk.get("/api/v3/account/settings")["symbolConfigList"]?.elements.first
        #expect(config?["leverage"] == "25")
    }

    @Test(arguments: [("a.b:c/d_e-1", true), ("", true), ("a+b", false), (String(repeating: "x", count: 33), false)])
    func clientIDsAreOfThirtyTwoCharactersAtMost(name: String, isTaken: Bool) {
        var desk = desk()
        let answer = desk.post(Self.place, order("buy", "0.01", ["clientOid": name]))
        #expect((answer["orderId"] != nil) == isTaken && (isTaken || answer == "25200"))
    }

    @Test func anExitIsListedInDocumentedWords() throws {
        var desk = desk()
        _ = desk.post(Self.place, order("buy", "0.02"))
        desk.wait()
        var exit = [
            "category": "USDT-FUTURES", "symbol": "BTCUSDT", "tpslMode": "partial", "qty": "0.01", "side": "sell",
            "stopLoss": "59000",
        ]
        let place = "/api/v3/trade/place-strategy-order"
        #expect(desk.post(place, Desk.object(exit)) == "25238", "a side alone would open")
        exit["reduceOnly"] = "yes"
        let id = try #require(desk.post(place, Desk.object(exit))["orderId"]?.string)
        let move = Desk.object(["orderId": id, "stopLoss": "58900"])
        #expect(desk.post("/api/v3/trade/modify-strategy-order", move) == "40019", "qty is asked for")
        let row = desk.get("/api/v3/trade/unfilled-strategy-orders?category=USDT-FUTURES").elements.first
        #expect(row?["status"] == "pending" && row?["posSide"] == "long" && row?["triggerType"] == "stopLoss")
        #expect(row?["side"] == nil && row?["tpslMode"] == nil && row?["executeOrderId"] == nil)
        desk.price("58500")
        desk.wait()
        let ended = desk.get("/api/v3/trade/history-strategy-orders?category=USDT-FUTURES")["list"]?.elements.first
        #expect(ended?["status"] == "success" && ended?["executeOrderId"] == nil)
        let child = desk.get("/api/v3/trade/order-info?clientOid=\(id)")
        #expect(child["delegateType"] == "stop_loss_market" && child["execType"] == "normal")
    }

    @Test func theMarginModeGoesWithTheOrderAndIsCrossedOtherwise() {
        var desk = desk()
        let lever = ["category": "USDT-FUTURES", "symbol": "BTCUSDT", "leverage": "25", "marginMode": "isolated"]
        let set = "/api/v3/account/set-leverage"
        #expect(desk.post(set, Desk.object(lever)) == "40019", "isolated sides have leverages of their own")
        #expect(desk.post(set, Desk.object(lever.merging(["posSide": "long"]) { $1 })) == "success")
        var config: Wire? { desk.get("/api/v3/account/settings")["symbolConfigList"]?.elements.first }
        #expect(config?["marginMode"] == "isolated" && config?["leverage"] == ["25", "10"])
        _ = desk.post(Self.place, order("buy", "0.01"))
        desk.wait()
        #expect(config?["marginMode"] == "crossed")
        #expect(desk.post(Self.place, order("buy", "0.01", ["marginMode": "isolated"])) == "25570")
    }

    @Test func daysInUTCAreNoneOfThisVersion() {
        var desk = desk()
        let path = "/api/v3/market/candles?category=USDT-FUTURES&symbol=BTCUSDT&interval="
        for word in ["6Hutc", "1Dutc", "2H"] { #expect(desk.get(path + word) == "40017") }
        #expect(desk.get(path + "6H") != "40017")
    }

    @Test func cancellingIsAsynchronousHereToo() throws {
        var desk = desk()
        let id = try #require(desk.post(Self.place, order("buy", "0.01", ["price": "59000"]))["orderId"]?.string)
        desk.wait()
        _ = desk.post("/api/v3/trade/cancel-order", Desk.object(["orderId": id]))
        #expect(desk.get("/api/v3/trade/order-info?orderId=\(id)")["orderStatus"] == "live")
        desk.wait()
        #expect(desk.get("/api/v3/trade/order-info?orderId=\(id)")["orderStatus"] == "cancelled")
    }

    private static let placeStrategy = "/api/v3/trade/place-strategy-order"

    private func exit(_ level: String, _ price: String) -> Wire {
        order("sell", "0.01", [level: price, "category": "SPOT"])
    }

    /// What was bought on spot is sold when its level is reached; no other list has it.
    @Test func strategyOrdersOfSpotSellWhatIsHeld() throws {
        var desk = desk()
        _ = desk.post(Self.place, order("buy", "700", ["category": "SPOT"]))
        desk.wait()
        #expect(desk.post(Self.placeStrategy, exit("stopLoss", "61000")) == "25586")
        #expect(desk.post(Self.placeStrategy, exit("takeProfit", "59000")) == "25585")
        let id = try #require(desk.post(Self.placeStrategy, exit("stopLoss", "59000"))["orderId"]?.string)
        let list = "/api/v3/trade/unfilled-strategy-orders?category="
        let row = try #require(desk.get("\(list)SPOT").elements.first)
        #expect(row["stopLoss"] == "59000" && row["takeProfit"] == "" && row["posSide"] == "")
        #expect(desk.get("\(list)SPOT&type=trigger").elements.isEmpty)
        #expect(desk.get("\(list)USDT-FUTURES").elements.isEmpty)
        desk.price("58900")
        desk.wait()
        #expect(desk.get("\(list)SPOT").elements.isEmpty)
        let fills = try #require(desk.get("/api/v3/trade/fills?category=SPOT")["list"]?.elements)
        #expect(fills.first?["side"] == "sell" && fills.first?["execQty"] == "0.01")
        let ended = desk.get("/api/v3/trade/history-strategy-orders?category=SPOT")["list"]?.elements
        #expect(ended?.first?["orderId"]?.string == id && ended?.first?["status"] == "success")
    }

    @Test func olderDocumentationHasNoStrategyOrdersOfSpot() {
        var setup = BitgetSetup()
        (setup.family, setup.hasNewStrategies) = (.unified, false)
        var desk = Desk(setup)
        let list = "/api/v3/trade/unfilled-strategy-orders?category="
        #expect(desk.post(Self.placeStrategy, exit("stopLoss", "59000")).string != nil)
        #expect(desk.get("\(list)SPOT").string != nil && desk.get("\(list)USDT-FUTURES&type=twap").string != nil)
        #expect(desk.get("\(list)USDT-FUTURES").elements.isEmpty)
    }
}
