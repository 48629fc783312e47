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
        #expect(desk.post(Self.place, order("buy", "0.01")) == "25235")
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

    @Test func cancellingIsAsynchronousHereToo() throws {
        var desk = desk()
        let id = try #require(desk.post(Self.place, order("buy", "0.01", ["price": "59000"]))["orderId"]?.string)
        desk.wait()
        _ = desk.post("/api/v3/trade/cancel-order", Desk.object(["orderId": id]))
        #expect(desk.get("/api/v3/trade/order-info?orderId=\(id)")["orderStatus"] == "live")
        desk.wait()
        #expect(desk.get("/api/v3/trade/order-info?orderId=\(id)")["orderStatus"] == "cancelled")
    }
}
