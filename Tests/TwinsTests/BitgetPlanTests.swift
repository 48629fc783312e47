import Core
import Simulator
import Testing
import Twins

@Suite struct BitgetPlanTests {
    private func exit(_ kind: String, _ trigger: String, _ extra: [String: String] = [:]) -> Wire {
        var fields = [
            "symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT", "planType": kind,
            "triggerPrice": trigger, "triggerType": "fill_price", "holdSide": "buy",
        ]
        fields.merge(extra) { _, new in new }
        return Desk.object(fields)
    }

    private let path = "/api/v2/mix/order/place-tpsl-order"

    @Test func anExitNeedsAPosition() {
        var desk = Desk()
        #expect(desk.post(path, exit("pos_loss", "59000")) == "40837")
    }

    @Test(arguments: [
        ("pos_loss", "60001", "40917"), ("pos_profit", "59999", "40915"), ("loss_plan", "61000", "40917"),
    ])
    func anExitOnTheWrongSideIsRefused(kind: String, trigger: String, code: String) {
        var desk = Desk()
        _ = desk.place("buy", "0.01")
        #expect(desk.post(path, exit(kind, trigger, ["size": "0.01"])) == .text(code))
    }

    @Test func aStopSpawnsAnOrderNamedAfterItAndClosesThePosition() throws {
        var desk = Desk()
        _ = desk.place("buy", "0.03")
        let plan = try #require(desk.post(path, exit("pos_loss", "59000"))["orderId"]?.string)
        _ = desk.post(path, exit("pos_profit", "62000"))
        #expect(desk.exits().count == 2)
        // It is no ordinary order.
        #expect(desk.detail(plan) == "40109")
        desk.price("58000")
        desk.wait()
        #expect(desk.positions().isEmpty)
        // The other exit goes with the position.
        #expect(desk.exits().isEmpty)
        let history = desk.get(
            "/api/v2/mix/order/orders-plan-history?planStatus=executed&planType=profit_loss&productType=USDT-FUTURES")
        let row = try #require(history["entrustedList"]?.elements.first)
        #expect(row["orderId"]?.string == plan)
        let child = desk.detail(try #require(row["executeOrderId"]?.string))
        #expect(child["clientOid"]?.string == plan)
        #expect(child["orderSource"] == "pos_loss_market")
        // The price went through the trigger and was met there.
        #expect(child["priceAvg"] == "59000")
    }

    @Test func aGapIsJumpedOver() throws {
        var desk = Desk()
        _ = desk.place("buy", "0.03")
        _ = desk.post(path, exit("pos_loss", "59000"))
        desk.price("58000", gap: true)
        desk.wait()
        let fills = desk.get("/api/v2/mix/order/fills?limit=1&productType=USDT-FUTURES")
        #expect(fills["fillList"]?.elements.first?["price"] == "58000")
    }

    @Test func cancellingWithoutTheKindFindsNothingAndIsNoError() throws {
        var desk = Desk()
        _ = desk.place("buy", "0.03")
        let plan = try #require(desk.post(path, exit("pos_loss", "59000"))["orderId"]?.string)
        let list: Wire = ["orderIdList": [["orderId": .text(plan)]]]
        let body = Desk.object(["symbol": "BTCUSDT", "productType": "USDT-FUTURES"]).adding(list)
        #expect(desk.post("/api/v2/mix/order/cancel-plan-order", body)["successList"]?.elements.isEmpty == true)
        #expect(desk.exits().count == 1)
        let named = body.adding(["planType": "pos_loss"])
        #expect(desk.post("/api/v2/mix/order/cancel-plan-order", named)["successList"]?.elements.count == 1)
        #expect(desk.exits().isEmpty)
    }

    @Test func oneExitOfEachKindForAPositionAndPartialOnesUpToItsSize() {
        var desk = Desk()
        _ = desk.place("buy", "0.03")
        _ = desk.post(path, exit("pos_loss", "59000"))
        #expect(desk.post(path, exit("pos_loss", "58000")) == "43031")
        #expect(desk.post(path, exit("loss_plan", "58000", ["size": "0.02"]))["orderId"] != nil)
        #expect(desk.post(path, exit("loss_plan", "57000", ["size": "0.02"])) == "40891")
    }

    @Test func theMarkPriceFiresWhatWaitsForIt() {
        var desk = Desk()
        _ = desk.place("buy", "0.03")
        _ = desk.post(path, exit("pos_loss", "59000", ["triggerType": "mark_price"]))
        desk.price("59001")
        #expect(desk.exits().count == 1)
        _ = desk.world.control("mark", ["symbol": "BTCUSDT", "offset": "-2"], at: TwinMoment(desk.now))
        desk.wait()
        #expect(desk.positions().isEmpty)
    }

    @Test func aTrailingExitFollowsTheBestPrice() {
        var desk = Desk()
        _ = desk.place("buy", "0.03")
        _ = desk.post(path, exit("moving_plan", "61000", ["size": "0.03", "rangeRate": "1"]))
        desk.price("60500")
        desk.price("62000")
        desk.price("61500")
        #expect(desk.positions().count == 1)
        desk.price("61380")
        desk.wait()
        #expect(desk.positions().isEmpty)
    }

    @Test func whatAnOrderBringsAlongIsArmedOnceItIsFilled() throws {
        var desk = Desk()
        _ = desk.place(
            "buy", "0.03",
            ["price": "59500", "presetStopLossPrice": "58000", "presetStopSurplusPrice": "63000"])
        #expect(desk.exits().isEmpty)
        desk.price("59400")
        let triggers = desk.exits().compactMap { $0["triggerPrice"]?.string }
        #expect(Set(triggers) == ["58000", "63000"])
        let position = try #require(desk.positions().first)
        #expect(position["stopLoss"] == "58000")
        #expect(position["takeProfit"] == "63000")
    }

    @Test func aTriggerOrderOpensFromEitherSideOfTheMarket() throws {
        var desk = Desk()
        for (side, trigger) in [("buy", "61000"), ("buy", "59000")] {
            _ = desk.post(
                "/api/v2/mix/order/place-plan-order",
                Desk.order(
                    side, "0.01", ["planType": "normal_plan", "triggerPrice": trigger, "triggerType": "fill_price"])
            )
        }
        desk.price("61500")
        desk.wait()
        #expect(desk.positions().first?["total"] == "0.01")
        desk.price("58500")
        desk.wait()
        #expect(desk.positions().first?["total"] == "0.02")
    }

    @Test func aTriggerOrderThatCannotBePlacedFailsAndSaysSo() throws {
        var desk = Desk()
        _ = desk.post(
            "/api/v2/mix/order/place-plan-order",
            Desk.order("buy", "90", ["planType": "normal_plan", "triggerPrice": "61000", "triggerType": "fill_price"]))
        desk.price("61500")
        desk.wait()
        let history = desk.get(
            "/api/v2/mix/order/orders-plan-history?planType=normal_plan&productType=USDT-FUTURES")
        #expect(history["entrustedList"]?.elements.first?["planStatus"] == "fail_execute")
    }

    @Test func anExitCanBeMoved() throws {
        var desk = Desk()
        _ = desk.place("buy", "0.03")
        let plan = try #require(desk.post(path, exit("pos_loss", "59000"))["orderId"]?.string)
        let body = [
            "symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT", "orderId": plan,
            "triggerPrice": "59500", "size": "",
        ]
        #expect(
            desk.post("/api/v2/mix/order/modify-tpsl-order", Desk.object(body))["orderId"]?.string == plan)
        #expect(desk.exits().first?["triggerPrice"] == "59500")
    }
}
