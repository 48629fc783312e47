import Foundation
import Testing
import Twins

/// Faults that trigger orders feel like all others.
@Suite struct TwinTriggerFaultTests {
    private static let futures = "/api/v2/mix/order"

    private func desk(_ json: String, _ family: BitgetFamily = .classic) throws -> Desk {
        var setup = BitgetSetup()
        setup.family = family
        return Desk(setup, plan: try JSONDecoder().decode(TwinFaultPlan.self, from: Data(json.utf8)))
    }

    private func exit(_ trigger: String, _ extra: [String: String] = [:]) -> Wire {
        var fields = [
            "symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT", "planType": "pos_loss",
            "triggerPrice": trigger, "holdSide": "buy",
        ]
        fields.merge(extra) { _, new in new }
        return Desk.object(fields)
    }

    @Test func triggersFarFromTheMarketAreRefused() throws {
        var desk = try desk(#"{"faults": {"priceFilter": {"percent": 1}}}"#)
        _ = desk.place("buy", "0.01")
        #expect(desk.post("\(Self.futures)/place-tpsl-order", exit("59000")) == "40815")
        let id = try #require(desk.post("\(Self.futures)/place-tpsl-order", exit("59700"))["orderId"]?.string)
        #expect(desk.post("\(Self.futures)/modify-tpsl-order", exit("59000", ["orderId": id, "size": ""])) == "40815")
        #expect(desk.exits().first?["triggerPrice"] == "59700")
        let spot = Desk.object([
            "symbol": "BTCUSDT", "side": "buy", "triggerPrice": "59000", "orderType": "limit",
            "executePrice": "59000", "size": "0.01", "triggerType": "fill_price",
        ])
        #expect(desk.post("/api/v2/spot/trade/place-plan-order", spot) == "40815")
        #expect(desk.world.faults.counts["priceFilter"] == 3)
    }

    private static let lag = #"{"faults": {"notFoundLag": {"chance": 1, "seconds": [5, 5]}}}"#

    @Test func aNewExitIsNeitherListedNorFoundForAWhile() throws {
        var desk = try desk(Self.lag)
        _ = desk.place("buy", "0.01")
        let id = try #require(desk.post("\(Self.futures)/place-tpsl-order", exit("59000"))["orderId"]?.string)
        #expect(desk.exits().isEmpty)
        #expect(desk.post("\(Self.futures)/modify-tpsl-order", exit("58000", ["orderId": id, "size": ""])) == "43020")
        let cancel = Desk.object([
            "symbol": "BTCUSDT", "productType": "USDT-FUTURES", "planType": "profit_loss", "orderId": id,
        ])
        let early = desk.post("\(Self.futures)/cancel-plan-order", cancel)
        #expect(early["successList"]?.elements.isEmpty == true)
        desk.wait(5_000)
        #expect(desk.exits().first?["orderId"]?.string == id)
        let late = desk.post("\(Self.futures)/cancel-plan-order", cancel)
        #expect(late["successList"]?.elements.count == 1)
    }

    @Test func aNewStrategyOrderIsNeitherListedNorFoundForAWhile() throws {
        var desk = try desk(Self.lag, .unified)
        let order = Desk.object([
            "category": "USDT-FUTURES", "symbol": "BTCUSDT", "side": "buy", "qty": "0.02", "orderType": "market",
        ])
        _ = desk.post("/api/v3/trade/place-order", order)
        desk.wait()
        let stop = Desk.object([
            "category": "USDT-FUTURES", "symbol": "BTCUSDT", "tpslMode": "full", "stopLoss": "59000",
            "slTriggerBy": "market",
        ])
        let id = try #require(desk.post("/api/v3/trade/place-strategy-order", stop)["orderId"]?.string)
        let list = "/api/v3/trade/unfilled-strategy-orders?category=USDT-FUTURES"
        let cancel = Desk.object(["category": "USDT-FUTURES", "symbol": "BTCUSDT", "orderId": id])
        #expect(desk.get(list).elements.isEmpty)
        #expect(desk.post("/api/v3/trade/cancel-strategy-order", cancel) == "25204")
        desk.wait(5_000)
        #expect(desk.get(list).elements.count == 1)
        #expect(desk.post("/api/v3/trade/cancel-strategy-order", cancel)["orderId"]?.string == id)
    }

    /// A trigger order of spot, and one of the list of its own.
    @Test(arguments: [false, true]) func aNewTriggerOrderOfSpotIsNeitherListedNorFoundForAWhile(isExit: Bool) throws {
        var desk = try desk(Self.lag)
        var fields = [
            "symbol": "BTCUSDT", "side": "buy", "triggerPrice": "59000", "orderType": "limit", "price": "59000",
            "executePrice": "59000", "size": "0.01", "force": "gtc",
        ]
        fields[isExit ? "tpslType" : "triggerType"] = isExit ? "tpsl" : "fill_price"
        let order = Desk.object(fields)
        let (path, place) = ("/api/v2/spot/trade", isExit ? "place-order" : "place-plan-order")
        let id = try #require(desk.post("\(path)/\(place)", order)["orderId"]?.string)
        let list = isExit ? "\(path)/unfilled-orders?tpslType=tpsl" : "\(path)/current-plan-order"
        func listed() -> Int {
            let data = desk.get(list)
            return (isExit ? data.elements : data["orderList"]?.elements ?? []).count
        }
        var names = ["symbol": "BTCUSDT", "orderId": id]
        if isExit { names["tpslType"] = "tpsl" }
        let cancel = Desk.object(names)
        #expect(listed() == 0)
        #expect(desk.post("\(path)/\(isExit ? "cancel-order" : "cancel-plan-order")", cancel) == "43025")
        desk.wait(5_000)
        #expect(listed() == 1)
        _ = desk.post("\(path)/\(isExit ? "cancel-order" : "cancel-plan-order")", cancel)
        #expect(listed() == 0)
    }
}
