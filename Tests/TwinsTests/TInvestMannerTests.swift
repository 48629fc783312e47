import Core
import Simulator
import Testing
import Twins

/// The venue's less friendly manners.
@Suite struct TInvestMannerTests {
    private func desk(_ adjust: (inout TInvestSetup) -> Void) -> TInvestDesk {
        var setup = TInvestSetup()
        adjust(&setup)
        return TInvestDesk(setup)
    }

    private func stop(_ desk: inout TInvestDesk) -> Wire {
        let key = desk.key()
        return desk.call(
            "StopOrdersService/PostStopOrder",
            [
                "accountId": .text(desk.account), "instrumentId": .text(TInvestDesk.sber), "quantity": "2",
                "stopPrice": ["units": "290", "nano": 0], "direction": "STOP_ORDER_DIRECTION_SELL",
                "expirationType": "STOP_ORDER_EXPIRATION_TYPE_GOOD_TILL_CANCEL",
                "stopOrderType": "STOP_ORDER_TYPE_STOP_LOSS", "orderId": .text(key),
            ])
    }

    private func stops(_ desk: inout TInvestDesk, _ status: String) -> [Wire] {
        let body: Wire = ["accountId": .text(desk.account), "status": .text("STOP_ORDER_STATUS_\(status)")]
        return desk.call("StopOrdersService/GetStopOrders", body)["stopOrders"]?.elements ?? []
    }

    /// A stream that fails says so in a message, or with four thousand and the status of the call.
    @Test(arguments: [("50004", 4005), ("40003", 4016), ("80005", 4008), ("30102", 4003)] as [(String, UInt16)])
    func streamsEndWithMessagesOrCodes(fault: String, code: UInt16) {
        for withCodes in [false, true] {
            var desk = desk { $0.quirks.closeCodes = withCodes }
            let path = "/ws/tinkoff.public.invest.api.contract.v1.OrdersStreamService/OrderStateStream"
            let isOpen = desk.world.open(1, path: path, at: TwinMoment(desk.now))
            #expect(isOpen)
            desk.control("close", ["code": .text(fault)])
            let told = desk.world.takeMessages().map(\.content)
            if withCodes {
                #expect(told == [.close(code: code)])
            } else {
                guard told.count == 2, case .text(let text) = told[0] else {
                    Issue.record("\(told)")
                    continue
                }
                #expect(text.contains(fault) && told[1] == .hangUp)
            }
        }
    }

    @Test func positionsAndMoneyLagBehindDeals() {
        var desk = desk { $0.positionLag = .seconds(2) }
        let before = desk.positions()
        let id = desk.place("BUY", 2)["orderId"]?.string ?? ""
        #expect(desk.state(id)["lotsExecuted"]?.string == "2")
        #expect(desk.positions()["securities"]?.elements.isEmpty == true)
        #expect(desk.positions()["money"] == before["money"])
        desk.wait(2_000)
        #expect(desk.positions()["securities"]?.elements.first?["balance"]?.string == "20")
        #expect(desk.positions()["money"] != before["money"])
    }

    @Test func aStopIsGoneBeforeItsOrderIsThere() {
        var desk = desk { $0.childLag = .seconds(3) }
        _ = desk.place("BUY", 2)
        #expect(stop(&desk)["stopOrderId"]?.string != nil)
        desk.price("280")
        #expect(stops(&desk, "ACTIVE").isEmpty)
        let gone = stops(&desk, "EXECUTED")
        #expect(gone.count == 1 && gone.first?["exchangeOrderId"] == nil)
        #expect(desk.positions()["securities"]?.elements.count == 1)
        desk.wait(3_000)
        desk.wait()
        #expect(stops(&desk, "EXECUTED").first?["exchangeOrderId"]?.string != nil)
        #expect(desk.positions()["securities"]?.elements.isEmpty == true)
    }

    @Test func whatDoesNotCrossInAnAuctionAtTheBestPriceIsCancelled() {
        var desk = desk { _ in }
        desk.control("session", ["status": "OPENING_AUCTION_PERIOD"])
        let key = desk.key()
        let placed = desk.call(
            "OrdersService/PostOrder",
            [
                "accountId": .text(desk.account), "instrumentId": .text(TInvestDesk.sber), "quantity": "1",
                "direction": "ORDER_DIRECTION_BUY", "orderType": "ORDER_TYPE_BESTPRICE", "orderId": .text(key),
            ])
        desk.wait()
        let state = desk.state(placed["orderId"]?.string ?? "")
        #expect(state["executionReportStatus"]?.string == "EXECUTION_REPORT_STATUS_CANCELLED", "\(state)")
    }

    @Test func stopOrdersShareTheirRequests() {
        var desk = desk { _ in }
        let body: Wire = ["accountId": .text(desk.account)]
        for _ in 0..<49 { #expect(desk.ask("StopOrdersService/GetStopOrders", body).status == 200) }
        _ = stop(&desk)
        #expect(desk.ask("StopOrdersService/GetStopOrders", body).status == 429)
    }

    @Test func theOtherTariffCountsOrdersBySeconds() {
        var desk = desk { $0.tariff = .portal }
        func post(_ desk: inout TInvestDesk) -> Int {
            let order = desk.order("BUY", 1)
            return desk.ask("OrdersService/PostOrder", order).status
        }
        for _ in 0..<15 { #expect(post(&desk) == 200) }
        #expect(post(&desk) == 429)
        desk.wait()
        #expect(post(&desk) == 200)
        let limits = desk.call("UsersService/GetUserTariff")["unaryLimits"]?.elements ?? []
        #expect(limits.contains { $0["limitPerSecond"]?.string == "15" && $0["limitPerMinute"]?.string == "0" })
    }

    @Test func aLastPriceHasTheTimeOfItsTrade() {
        var desk = desk { _ in }
        func time(_ desk: inout TInvestDesk, _ type: String = "LAST_PRICE_EXCHANGE") -> Wire? {
            let body: Wire = ["instrumentId": [.text(TInvestDesk.sber)], "lastPriceType": .text(type)]
            return desk.call("MarketDataService/GetLastPrices", body)["lastPrices"]?.elements.first
        }
        desk.wait()
        let open = time(&desk)
        desk.control("session", ["status": "DEALER_NORMAL_TRADING"])
        desk.wait(60_000)
        let exchange = time(&desk)
        #expect(exchange?["time"] == open?["time"] && exchange?["lastPriceType"]?.string == "LAST_PRICE_EXCHANGE")
        let dealer = time(&desk, "LAST_PRICE_UNSPECIFIED")
        #expect(dealer?["time"] != open?["time"] && dealer?["lastPriceType"]?.string == "LAST_PRICE_DEALER")
    }
}
