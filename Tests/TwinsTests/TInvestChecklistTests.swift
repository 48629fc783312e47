import Core
import Simulator
import Testing
import Twins

/// What a stand-in of this venue has to do, line by line.
@Suite struct TInvestChecklistTests {
    private static let streams = "/ws/tinkoff.public.invest.api.contract.v1."

    private func desk(_ adjust: (inout TInvestSetup) -> Void = { _ in }) -> TInvestDesk {
        var setup = TInvestSetup()
        adjust(&setup)
        return TInvestDesk(setup)
    }

    private func open(_ desk: inout TInvestDesk, _ stream: String, _ first: String? = nil) {
        let isOpen = desk.world.open(1, path: Self.streams + stream, at: TwinMoment(desk.now))
        #expect(isOpen)
        if let first { desk.world.receive(first, from: 1, at: TwinMoment(desk.now)) }
        _ = desk.world.takeMessages()
    }

    /// The pings of some time, a second at a time.
    private func pings(_ desk: inout TInvestDesk, seconds: Int) -> Int {
        var count = 0
        for _ in 0..<seconds {
            desk.wait()
            for message in desk.world.takeMessages() {
                if case .text(let text) = message.content, text.contains(#""ping""#) { count += 1 }
            }
        }
        return count
    }

    @Test(
        arguments: [
            ("OrdersStreamService/OrderStateStream", #"{"accounts":["2000000001"],"pingDelayMillis":10000}"#, 12),
            ("OrdersStreamService/OrderStateStream", #"{"accounts":["2000000001"],"pingDelayMillis":1}"#, 120),
            ("OrdersStreamService/TradesStream", #"{"accounts":["2000000001"],"pingDelayMs":30000}"#, 4),
            (
                "OperationsStreamService/PortfolioStream",
                #"{"accounts":["2000000001"],"pingSettings":{"pingDelayMs":5000}}"#, 24
            ),
            (
                "OperationsStreamService/PositionsStream",
                #"{"accounts":["2000000001"],"pingSettings":{"pingDelayMs":1}}"#,
                24
            ),
            ("OperationsStreamService/PortfolioStream", #"{"accounts":["2000000001"]}"#, 1),
        ] as [(String, String, Int)]) func streamsPingAtTheRequestedDelay(stream: String, first: String, count: Int)
    {
        var desk = desk()
        open(&desk, stream, first)
        #expect(pings(&desk, seconds: 120) == count)
    }

    /// A stream of market data that nobody subscribed on ends after two minutes; one with a subscription does not.
    @Test(arguments: [false, true]) func aStreamWithoutSubscriptionsIsClosed(isSubscribed: Bool) {
        var desk = desk()
        let wish =
            #"{"subscribeInfoRequest":{"subscriptionAction":"SUBSCRIPTION_ACTION_SUBSCRIBE","#
            + #""instruments":[{"instrumentId":"\#(TInvestDesk.sber)"}]}}"#
        open(&desk, "MarketDataStreamService/MarketDataStream", isSubscribed ? wish : nil)
        desk.wait(119_000)
        #expect(!desk.world.takeMessages().contains { $0.content == .hangUp })
        desk.wait(2_000)
        let told = desk.world.takeMessages().map(\.content)
        let words = told.map { content in if case .text(let text) = content { text } else { "" } }
        #expect(told.contains(.hangUp) == !isSubscribed)
        #expect(words.contains { $0.contains("80004") } == !isSubscribed)
    }

    @Test func theStateOfAnOrderIsKeptForADay() {
        var desk = desk()
        let key = desk.key()
        let id = desk.place("BUY", 1, key: key)["orderId"]?.string ?? ""
        desk.wait(86_390_000)
        #expect(desk.state(id)["lotsExecuted"] == "1")
        desk.wait(20_000)
        #expect(desk.state(id) == "50005")
        #expect(desk.state(key, byKey: true) == "50005")
        // What still waits is told however old it is.
        let open = desk.place("BUY", 1, price: "290")["orderId"]?.string ?? ""
        desk.wait(3 * 86_400_000)
        #expect(desk.state(open)["lotsExecuted"] == "0")
    }

    @Test func aKeyIsRememberedForAMonth() {
        var desk = desk()
        let key = desk.key()
        let first = desk.place("BUY", 1, key: key)["orderId"]
        desk.wait(29 * 86_400_000)
        #expect(desk.place("BUY", 1, key: key) == "30057")
        desk.wait(86_400_000)
        let second = desk.place("BUY", 1, key: key)["orderId"]
        #expect(second != nil && second != first)
    }

    @Test func aBareStreamAddressIsNotFound() {
        var desk = desk()
        func status(_ path: String, _ headers: [String: String] = [:]) -> Int {
            desk.world.answer(TwinRequest(method: "GET", target: path, headers: headers), at: TwinMoment(desk.now))
                .status
        }
        let bearer = ["authorization": "Bearer \(TInvestToken.trading.text)"]
        #expect(status("/ws/", bearer) == 404 && status("/ws/") == 404 && status("/ws", bearer) == 404)
        #expect(status(Self.streams + "OrdersStreamService/OrderStateStream") == 401)
    }

    @Test func nothingIsTradedOnAHoliday() {
        // Monday and Tuesday; it is Monday.
        var desk = desk {
            $0.calendar = TInvestCalendar(phases: TInvestCalendar.moscow.phases, holidays: ["2026-02-02"])
        }
        #expect(desk.place("BUY", 1) == "30079")
        let days =
            desk.call(
                "InstrumentsService/TradingSchedules",
                ["exchange": "MOEX", "from": "2026-02-02T09:00:00Z", "to": "2026-02-03T09:00:00Z"])["exchanges"]?
            .elements.first?["days"]?.elements ?? []
        #expect(days.map { $0["isTradingDay"] } == [.flag(false), .flag(true)])
        #expect(days.first?["startTime"] == nil && days.last?["eveningStartTime"] != nil)
        desk.wait(86_400_000)
        #expect(desk.place("BUY", 1)["orderId"] != nil)
    }

    @Test func theDayEndsOnRequest() {
        var desk = desk()
        let resting = desk.place("BUY", 1, price: "290")["orderId"]?.string ?? ""
        let before = desk.positions()["blocked"]
        desk.control("end-day", [:])
        #expect(desk.state(resting)["executionReportStatus"] == "EXECUTION_REPORT_STATUS_CANCELLED")
        #expect(desk.positions()["blocked"] != before)
        #expect(desk.place("BUY", 1)["orderId"] != nil, "trading goes on")
    }

    /// Above thirty million an order wants a code; so does the order that a stop becomes.
    @Test func anOrderOfMoreThanThirtyMillionsIsRefused() {
        var desk = desk { $0.balance = Money(FixedDecimal(200_000_000)) }
        #expect(desk.place("BUY", 10_001) == "90003")
        #expect(desk.place("BUY", 10_001, price: "300") == "90003")
        #expect(desk.place("BUY", 10_000)["orderId"] != nil)
        #expect(desk.place("BUY", 10_000)["orderId"] != nil)
        let stop: Wire = [
            "accountId": .text(desk.account), "instrumentId": .text(TInvestDesk.sber), "quantity": "20000",
            "stopPrice": ["units": "290", "nano": 0], "direction": "STOP_ORDER_DIRECTION_SELL",
            "expirationType": "STOP_ORDER_EXPIRATION_TYPE_GOOD_TILL_CANCEL",
            "stopOrderType": "STOP_ORDER_TYPE_STOP_LOSS", "orderId": .text(desk.key()),
        ]
        #expect(desk.call("StopOrdersService/PostStopOrder", stop)["stopOrderId"] != nil)
        desk.price("289")
        desk.wait()
        let ended = desk.world.books["stops"]?.elements.first
        #expect(ended?["status"] == "STOP_ORDER_STATUS_CANCELED")
        #expect(ended?["reason"]?.string?.hasPrefix("90003") == true)
        #expect(desk.positions()["securities"]?.elements.first?["balance"] == "200000")
    }

    /// Names of a contract to come, where they matter; the books are kept in those of today.
    @Test func statesAreToldInWordsOfTomorrowOnRequest() {
        var desk = desk()
        desk.control("quirks", ["strangeWords": true])
        let id = desk.place("BUY", 1)["orderId"]?.string ?? ""
        let state = desk.state(id)
        #expect(state["executionReportStatus"] == "EXECUTION_REPORT_STATUS_FILL_OF_TOMORROW")
        #expect(state["lotsExecuted"] == "1")
        let trading = desk.call(
            "MarketDataService/GetTradingStatuses", ["instrumentId": [.text(TInvestDesk.sber)]])
        #expect(
            trading["tradingStatuses"]?.elements.first?["tradingStatus"]
                == "SECURITY_TRADING_STATUS_NORMAL_TRADING_OF_TOMORROW")
        let booked = desk.world.books["orders"]?.elements.first
        #expect(booked?["executionReportStatus"] == "EXECUTION_REPORT_STATUS_FILL")
        desk.control("quirks", ["strangeWords": false])
        #expect(desk.state(id)["executionReportStatus"] == "EXECUTION_REPORT_STATUS_FILL")
    }
}
