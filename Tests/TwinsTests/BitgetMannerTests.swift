import Core
import Foundation
import Simulator
import Testing
import Twins

/// What the venue keeps back, and how much it takes at once.
@Suite struct BitgetMannerTests {
    private static let place = "/api/v2/mix/order/place-order"
    private static let day: Int64 = 86_400_000

    private func desk(_ adjust: (inout BitgetSetup) -> Void = { _ in }) -> Desk {
        var setup = BitgetSetup()
        adjust(&setup)
        return Desk(setup)
    }

    private func ids(_ list: Wire) -> [String] {
        (list["entrustedList"]?.elements ?? []).compactMap { $0["orderId"]?.string }
    }

    @Test(arguments: [true, false]) func partlyFilledOrdersAreListedWhenAskedFor(isNarrow: Bool) throws {
        var setup = BitgetSetup()
        setup.listsNarrowly = isNarrow
        var desk = Desk(
            setup,
            plan: try JSONDecoder().decode(
                TwinFaultPlan.self, from: Data(#"{"rules":[{"do":"partialThenNothing","parts":3}]}"#.utf8)))
        let partly = try #require(desk.place("buy", "0.03")["orderId"]?.string)
        let whole = try #require(desk.place("buy", "0.03", ["price": "59000"])["orderId"]?.string)
        let path = "/api/v2/mix/order/orders-pending?productType=USDT-FUTURES"
        #expect(ids(desk.get(path)) == (isNarrow ? [whole] : [whole, partly]))
        #expect(ids(desk.get(path + "&status=partially_filled")) == [partly])
        #expect(ids(desk.get(path + "&status=live")) == [whole])
    }

    @Test func spansThatAreTooLongOrTooOldAreRefused() {
        var classic = desk()
        let now = classic.now.milliseconds
        for path in ["mix/order/fills?productType=USDT-FUTURES&", "spot/trade/fills?"] {
            let path = "/api/v2/\(path)startTime="
            #expect(classic.get(path + String(now - 91 * Self.day)) == "40704")
            #expect(classic.get(path + String(now - Self.day) + "&endTime=\(now + 90 * Self.day)") == "40705")
            #expect(classic.get(path + String(now - 89 * Self.day)).string == nil)
        }
        var unified = desk { $0.family = .unified }
        for path in ["fills", "history-orders"] {
            let path = "/api/v3/trade/\(path)?category=USDT-FUTURES&startTime="
            #expect(unified.get(path + String(now - 91 * Self.day)) == "40704")
            #expect(unified.get(path + String(now - 31 * Self.day)) == "00001")
            #expect(unified.get(path + "\(now - 60 * Self.day)&endTime=\(now - 31 * Self.day)").string == nil)
        }
    }

    @Test func moreThanTheLargestAmountIsRefused() throws {
        var desk = desk { $0.largestMarket = Quantity("0.02") }
        let rules = desk.get("/api/v2/mix/market/contracts?productType=USDT-FUTURES").elements.first
        #expect(rules?["maxMarketOrderQty"] == "0.02" && rules?["maxOrderQty"] == "0.1")
        #expect(desk.post(Self.place, Desk.order("buy", "0.021")) == "45112")
        #expect(desk.post(Self.place, Desk.order("buy", "0.101", ["price": "60000"])) == "45112")
        #expect(desk.place("buy", "0.1", ["price": "60000"])["orderId"] != nil)
        // What closes is no exception, and a sized stop becomes an order at market; the whole position is the venue's.
        #expect(desk.post(Self.place, Desk.order("sell", "0.1", ["reduceOnly": "YES"])) == "45112")
        let stop = [
            "marginCoin": "USDT", "productType": "USDT-FUTURES", "symbol": "BTCUSDT", "triggerPrice": "50000",
            "holdSide": "buy",
        ]
        let sized = stop.merging(["planType": "loss_plan", "size": "0.1"]) { $1 }
        #expect(desk.post("/api/v2/mix/order/place-tpsl-order", Desk.object(sized)) == "45112")
        let whole = stop.merging(["planType": "pos_loss"]) { $1 }
        #expect(desk.post("/api/v2/mix/order/place-tpsl-order", Desk.object(whole))["orderId"] != nil)
        desk.price("49000")
        desk.wait()
        #expect(desk.positions().isEmpty)
        #expect(desk.place("buy", "0.1", ["price": "49000"])["orderId"] != nil)
        _ = desk.post(
            "/api/v2/mix/order/close-positions",
            Desk.object(["productType": "USDT-FUTURES", "symbol": "BTCUSDT"]))
        desk.wait()
        #expect(desk.positions().isEmpty)
    }

    @Test func exitsOfSpotStandInAListOfTheirOwn() throws {
        var desk = desk()
        let body = Desk.object([
            "symbol": "BTCUSDT", "side": "buy", "orderType": "limit", "force": "gtc", "price": "59000", "size": "0.01",
            "triggerPrice": "59000", "tpslType": "tpsl",
        ])
        let id = try #require(desk.post("/api/v2/spot/trade/place-order", body)["orderId"]?.string)
        let path = "/api/v2/spot/trade/unfilled-orders"
        #expect(desk.get(path).elements.isEmpty)
        #expect(desk.get(path + "?tpslType=tpsl").elements.compactMap { $0["orderId"]?.string } == [id])
        #expect(desk.get("/api/v2/spot/trade/current-plan-order")["orderList"]?.elements.isEmpty == true)
        let names = ["symbol": "BTCUSDT", "orderId": id]
        #expect(desk.post("/api/v2/spot/trade/cancel-order", Desk.object(names)) == "43001")
        let right = names.merging(["tpslType": "tpsl"]) { $1 }
        #expect(desk.post("/api/v2/spot/trade/cancel-order", Desk.object(right))["orderId"]?.string == id)
        #expect(desk.get(path + "?tpslType=tpsl").elements.isEmpty)
    }

    @Test func aKeySaysWhatItMayDo() {
        for (key, isTrading) in [(BitgetKey.trading, true), (.reading, false)] {
            var unified = BitgetSetup()
            unified.family = .unified
            var desk = Desk(unified, key: key)
            #expect(desk.get("/api/v3/account/info")["permType"] == (isTrading ? "read-and-write" : "read-only"))
            var classic = Desk(key: key)
            let words = classic.get("/api/v2/spot/account/info")["authorities"]?.elements ?? []
            #expect(words.contains("coow") == isTrading && words.contains("stow") == isTrading)
        }
    }
}
