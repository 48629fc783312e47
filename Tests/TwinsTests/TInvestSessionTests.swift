import Core
import Simulator
import Testing
import Twins

@Suite struct TInvestSessionTests {
    private static let space = "tinkoff.public.invest.api.contract.v1."

    private func moscow() -> TInvestSetup {
        var setup = TInvestSetup()
        setup.calendar = .moscow
        return setup
    }

    @Test func aCallWithoutATokenIsRefusedWithAQuotedNumber() {
        var desk = TInvestDesk()
        desk.token = TInvestToken("t.somebody_else")
        let answer = desk.ask("UsersService/GetAccounts")
        #expect(answer.status == 401)
        #expect(String(decoding: answer.body, as: UTF8.self).contains("\"description\":\"40003\""))
    }

    @Test func aReadingTokenDoesNotTrade() {
        var desk = TInvestDesk()
        desk.token = .reading
        #expect(desk.place("BUY", 1) == "40002")
    }

    @Test func aLimitIsAnsweredWithoutABodyAndWithoutATrackingID() {
        var desk = TInvestDesk()
        for _ in 0..<100 { _ = desk.ask("UsersService/GetInfo") }
        let answer = desk.ask("UsersService/GetInfo")
        #expect(answer.status == 429)
        #expect(answer.body.isEmpty)
        #expect(answer.headers["x-tracking-id"] == nil)
        #expect(answer.headers["x-ratelimit-reset"] != nil)
    }

    @Test func streamsWantATokenAndTheirFullPath() {
        let desk = TInvestDesk()
        let bearer = ["authorization": "Bearer \(TInvestToken.trading.text)", "sec-websocket-protocol": "json"]
        func opened(_ path: String, _ headers: [String: String]) -> [String: String]? {
            desk.world.handshake(TwinRequest(method: "GET", target: path, headers: headers), at: TwinMoment(desk.now))
        }
        let path = "/ws/\(Self.space)OrdersStreamService/OrderStateStream"
        #expect(opened(path, bearer) == ["Sec-WebSocket-Protocol": "json"])
        #expect(opened(path, ["sec-websocket-protocol": "json, \(TInvestToken.trading.text)"]) != nil)
        #expect(opened(path, [:]) == nil)
        #expect(opened("/ws/", bearer) == nil)
    }

    @Test func theFirstEventOfAnOrderCarriesAnotherId() throws {
        var desk = TInvestDesk()
        let path = "/ws/\(Self.space)OrdersStreamService/OrderStateStream"
        let isOpen = desk.world.open(1, path: path, at: TwinMoment(desk.now))
        #expect(isOpen)
        desk.world.receive(#"{"accounts":["2000000001"],"ping_delay_millis":10000}"#, from: 1, at: TwinMoment(desk.now))
        let id = try #require(desk.place("BUY", 1)["orderId"]?.string)
        let events = desk.world.takeMessages().compactMap { message -> Wire? in
            guard case .text(let text) = message.content else { return nil }
            return Wire(json: text.utf8)?["orderState"]
        }
        #expect(events.first?["orderId"]?.string != id)
        #expect(events.first?["tradeOrderId"]?.string == id)
        #expect(events.dropFirst().allSatisfy { $0["orderId"]?.string == id })
        #expect(events.last?["executionReportStatus"] == "EXECUTION_REPORT_STATUS_FILL")
    }

    @Test func nothingIsOrderedOutsideTheSession() {
        // 03:00 in Moscow.
        var desk = TInvestDesk(moscow(), at: Timestamp(milliseconds: 1_769_990_400_000))
        #expect(desk.place("BUY", 1, price: "290") == "30079")
    }

    @Test func anOrderOfTheOpeningAuctionWaitsForTheOpening() throws {
        // 09:55 in Moscow.
        var desk = TInvestDesk(moscow(), at: Timestamp(milliseconds: 1_770_015_300_000))
        #expect(desk.place("BUY", 1) == "30068")
        let id = try #require(desk.place("BUY", 1, price: "310")["orderId"]?.string)
        #expect(desk.state(id)["lotsExecuted"] == "0")
        desk.wait(6 * 60_000)
        #expect(desk.state(id)["lotsExecuted"] == "1")
    }

    @Test func ordersOfTheDayDisappearWithIt() throws {
        var desk = TInvestDesk(moscow())
        let id = try #require(desk.place("BUY", 1, price: "290")["orderId"]?.string)
        desk.wait(12 * 3_600_000)
        #expect(desk.state(id)["executionReportStatus"] == "EXECUTION_REPORT_STATUS_CANCELLED")
    }

    @Test func aStopBecomesAnOrdinaryOrderThatItNames() throws {
        var desk = TInvestDesk()
        _ = desk.place("BUY", 1)
        let body: Wire = [
            "accountId": .text(desk.account), "instrumentId": .text(TInvestDesk.sber), "quantity": "1",
            "stopPrice": ["units": "290", "nano": 0], "direction": "STOP_ORDER_DIRECTION_SELL",
            "expirationType": "STOP_ORDER_EXPIRATION_TYPE_GOOD_TILL_CANCEL",
            "stopOrderType": "STOP_ORDER_TYPE_STOP_LOSS", "orderId": .text(desk.key()),
        ]
        #expect(desk.call("StopOrdersService/PostStopOrder", body)["stopOrderId"] != nil)
        desk.price("289")
        desk.wait()
        let told = desk.call(
            "StopOrdersService/GetStopOrders",
            ["accountId": .text(desk.account), "status": "STOP_ORDER_STATUS_EXECUTED"])
        let child = try #require(told["stopOrders"]?.elements.first?["exchangeOrderId"]?.string)
        #expect(desk.state(child)["executionReportStatus"] == "EXECUTION_REPORT_STATUS_FILL")
        #expect(desk.positions()["securities"]?.elements.isEmpty == true)
    }
}
