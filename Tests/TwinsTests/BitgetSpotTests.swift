import Core
import Simulator
import Testing
import Twins

@Suite struct BitgetSpotTests {
    private static let place = "/api/v2/spot/trade/place-order"

    private func order(_ side: String, _ size: String, _ extra: [String: String] = [:]) -> Wire {
        var fields = ["symbol": "BTCUSDT", "side": side, "size": size, "orderType": "market"]
        if extra["price"] != nil { (fields["orderType"], fields["force"]) = ("limit", "gtc") }
        fields.merge(extra) { _, new in new }
        return Desk.object(fields)
    }

    @Test func aPurchaseNamesWhatItMaySpendAndTheFeeIsTakenInTheBoughtCoin() throws {
        var desk = Desk()
        let id = try #require(desk.post(Self.place, order("buy", "650"))["orderId"]?.string)
        desk.wait()
        let row = try #require(desk.get("/api/v2/spot/trade/orderInfo?orderId=\(id)").elements.first)
        // 650 USDT buy 0.010 whole lots of 600.
        #expect(row["size"] == "650")
        #expect(row["baseVolume"] == "0.01")
        #expect(row["quoteVolume"] == "600")
        #expect(row["status"] == "filled")
        let fee = try #require(row["feeDetail"]?.string)
        #expect(Wire(json: fee.utf8)?["BTC"]?["totalFee"] == .number("-0.00001"))
        let coins = desk.get("/api/v2/spot/account/assets").elements
        #expect(coins.first { $0["coin"] == "BTC" }?["available"] == "0.00999")
        #expect(coins.first { $0["coin"] == "USDT" }?["available"] == "99400")
    }

    @Test func whatIsFrozenByAnOpenOrderIsNotFree() throws {
        var desk = Desk()
        let id = try #require(
            desk.post(Self.place, order("buy", "1", ["price": "59000"]))["orderId"]?.string)
        desk.wait()
        let usdt = desk.get("/api/v2/spot/account/assets?coin=USDT").elements.first
        #expect(usdt?["frozen"] == "59000")
        #expect(desk.post(Self.place, order("buy", "1", ["price": "59000"])) == "43012")
        let row = try #require(desk.get("/api/v2/spot/trade/unfilled-orders?symbol=BTCUSDT").elements.first)
        // Here the limit is called average and the average base price.
        #expect(row["priceAvg"] == "59000")
        #expect(row["basePrice"] == "0")
        let body = Desk.object(["symbol": "BTCUSDT", "orderId": id])
        #expect(desk.post("/api/v2/spot/trade/cancel-order", body)["orderId"]?.string == id)
        desk.wait()
        #expect(desk.get("/api/v2/spot/trade/unfilled-orders").elements.isEmpty)
        #expect(desk.get("/api/v2/spot/account/assets?coin=USDT").elements.first?["frozen"] == "0")
    }

    @Test func nobodySellsWhatIsNotThere() {
        var desk = Desk()
        #expect(desk.post(Self.place, order("sell", "0.01")) == "43012")
    }

    @Test func whatIsNotFoundIsAnEmptyListOrItsCode() {
        var desk = Desk()
        #expect(desk.get("/api/v2/spot/trade/orderInfo?clientOid=nobody") == [])
        let body = Desk.object(["symbol": "BTCUSDT", "clientOid": "nobody"])
        #expect(desk.post("/api/v2/spot/trade/cancel-order", body) == "43001")
    }

    @Test func aClientIDIsForgottenByTheLookUpAfterTwoHours() throws {
        var desk = Desk()
        _ = desk.post(Self.place, order("buy", "600", ["clientOid": "one"]))
        desk.wait()
        #expect(desk.get("/api/v2/spot/trade/orderInfo?clientOid=one").elements.count == 1)
        desk.wait(7_300_000)
        #expect(desk.get("/api/v2/spot/trade/orderInfo?clientOid=one") == [])
        #expect(desk.get("/api/v2/spot/trade/history-orders").elements.first?["clientOid"] == "one")
    }

    @Test func aTriggerOrderBuysWhenItIsReached() throws {
        var desk = Desk()
        let plan = try #require(
            desk.post(
                "/api/v2/spot/trade/place-plan-order",
                order(
                    "buy", "0.01",
                    ["triggerPrice": "61000", "triggerType": "fill_price", "planType": "amount", "orderType": "market"])
            )["orderId"]?.string)
        let pending = desk.get("/api/v2/spot/trade/current-plan-order?symbol=BTCUSDT")
        #expect(pending["orderList"]?.elements.first?["orderId"]?.string == plan)
        desk.price("61500")
        desk.wait()
        #expect(desk.get("/api/v2/spot/account/assets?coin=BTC").elements.first?["available"] == "0.00999")
    }

    @Test func aReplacementIsANewOrder() throws {
        var desk = Desk()
        let id = try #require(desk.post(Self.place, order("buy", "1", ["price": "59000"]))["orderId"]?.string)
        let body = Desk.object([
            "symbol": "BTCUSDT", "orderId": id, "price": "58000", "size": "1", "newClientOid": "fresh",
        ])
        let answer = desk.post("/api/v2/spot/trade/cancel-replace-order", body)
        #expect(answer["success"] == "success")
        #expect(answer["clientOid"] == "fresh")
        let open = desk.get("/api/v2/spot/trade/unfilled-orders").elements
        #expect(open.compactMap { $0["priceAvg"]?.string } == ["58000"])
    }
}
