import Foundation
import Testing
import Twins

/// What other hands do on an account by the fault plan: on both of its sides, and more than trading.
@Suite struct TwinHandsTests {
    private func desk(_ faults: String, _ family: BitgetFamily = .classic) throws -> Desk {
        var setup = BitgetSetup()
        setup.family = family
        return Desk(setup, plan: try JSONDecoder().decode(TwinFaultPlan.self, from: Data(faults.utf8)))
    }

    private static let hands = #"{"faults": {"manualTrade": {"perDay": 10000}}}"#

    /// The orders that are not ours.
    private func theirs(_ desk: Desk, _ side: String) -> [Wire] {
        (desk.world.books["orders"]?.elements ?? []).filter { order in
            order["clientOid"]?.string?.hasPrefix("mine") == false && order["side"]?.string == side
                && order["orderStatus"] == "filled"
        }
    }

    @Test func theyCloseCancelAndBuy() throws {
        var desk = try desk(Self.hands)
        _ = desk.place("buy", "0.01", ["clientOid": "mine"])
        for round in 0..<400 {
            let name = "mine-\(round)"
            _ = desk.post(
                "/api/v2/mix/order/place-order", Desk.order("buy", "0.001", ["price": "58500", "clientOid": name]))
            desk.wait(1_000)
        }
        let orders = desk.world.books["orders"]?.elements ?? []
        let gone = orders.filter {
            $0["clientOid"]?.string?.hasPrefix("mine-") == true && $0["orderStatus"] == "cancelled"
        }
        #expect(!theirs(desk, "sell").isEmpty, "nobody closed")
        #expect(!theirs(desk, "buy").isEmpty, "nobody bought")
        #expect(!gone.isEmpty, "nobody cancelled")
    }

    /// An exit is cancelled like an order, and its position stays.
    @Test func theyCancelExits() throws {
        var desk = try desk(Self.hands)
        var cancelled = 0
        for _ in 0..<400 where cancelled == 0 {
            if desk.positions().isEmpty { _ = desk.place("buy", "0.01") }
            if desk.exits().isEmpty {
                let exit = Desk.object([
                    "symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT", "planType": "pos_loss",
                    "triggerPrice": "59000", "holdSide": "buy",
                ])
                _ = desk.post("/api/v2/mix/order/place-tpsl-order", exit)
            }
            let wasThere = !desk.exits().isEmpty
            desk.wait(1_000)
            if wasThere, desk.exits().isEmpty, !desk.positions().isEmpty { cancelled += 1 }
        }
        #expect(cancelled == 1)
    }

    @Test(arguments: [BitgetFamily.classic, .unified]) func onSpotTheySellWhatIsHeldAndBuyThere(
        family: BitgetFamily
    ) throws {
        var desk = try desk(Self.hands, family)
        let isUnified = family == .unified
        let order = Desk.object([
            (isUnified ? "qty" : "size"): "1200", "category": "SPOT", "symbol": "BTCUSDT", "side": "buy",
            "orderType": "market", "clientOid": "mine",
        ])
        let path = isUnified ? "/api/v3/trade/place-order" : "/api/v2/spot/trade/place-order"
        #expect(desk.post(path, order)["orderId"] != nil)
        for _ in 0..<400 { desk.wait(1_000) }
        let (sold, bought) = (theirs(desk, "sell"), theirs(desk, "buy"))
        #expect(!sold.isEmpty && !bought.isEmpty, "\(sold.count) \(bought.count)")
        #expect((sold + bought).allSatisfy { $0["category"] == "SPOT" })
    }

    /// Money goes on the side that is traded, too; coins that were bought stay.
    @Test func moneyGoesOnBothSidesOfAClassicAccount() throws {
        var desk = try desk(#"{"faults": {"balanceDrift": {"perDay": 10000, "percent": 1}}}"#)
        let order = Desk.object(["symbol": "BTCUSDT", "side": "buy", "size": "1200", "orderType": "market"])
        _ = desk.post("/api/v2/spot/trade/place-order", order)
        for _ in 0..<120 { desk.wait(1_000) }
        let books = desk.world.books
        let wallet = try #require(books["wallet"]?.string.flatMap { Double($0) })
        let left = try #require(books["coins"]?["USDT"]?.string.flatMap { Double($0) })
        #expect(wallet < 100_000 && left < 98_800, "\(wallet) \(left)")
        #expect(books["coins"]?["BTC"] == "0.01998")
    }
}
