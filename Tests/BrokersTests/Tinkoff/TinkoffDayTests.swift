import Brokers
import Core
import Foundation
import Synchronization
import Testing
import Twins

/// What is another thing tomorrow: lots, and the hours of trading.
@Suite(.fewAtOnce) struct TinkoffDayTests {
    private static func share(lot: Int) -> TinkoffStandIn.Fault {
        .answerInstead(
            status: 200, headers: [:],
            body: #"{"instrument":{"figi":"BBG004730N88","ticker":"SBER","classCode":"TQBR","lot":\#(lot),"#
                + #""currency":"rub","exchange":"moex","minPriceIncrement":{"units":"0","nano":10000000},"#
                + #""apiTradeAvailableFlag":true,"buyAvailableFlag":true,"sellAvailableFlag":true,"#
                + #""uid":"\#(TinkoffStandIn.uid)"}}"#)
    }

    /// The house counts shares; how many lots that is, is decided by today's lot.
    @Test func anOrderIsSizedWithTodaysLot() async throws {
        let (standIn, clock) = (TinkoffStandIn(), TinkoffClock())
        try await withTinkoff(standIn, isStarted: false, clock: clock) { broker, _ in
            func sent(_ id: String) async -> String? {
                _ = await broker.submit(TinkoffBench.request(id, .buy, lots: 2))
                let key = TinkoffNames.key(ClientOrderID(id))
                let body = standIn.state.withLock { state in
                    state.bodies.last { $0.method == "OrdersService/PostOrder" && $0.body.contains(key) }?.body
                }
                let root = body.flatMap { try? JSONText(Array($0.utf8)).root }
                return root?["quantity"]?.string
            }
            #expect(await sent("a") == "2")
            standIn.fail("InstrumentsService/ShareBy", Self.share(lot: 1))
            #expect(await sent("b") == "2", "rules are read once a day")
            clock.pass(.seconds(86_400))
            #expect(await sent("c") == "20")
            standIn.fail("InstrumentsService/ShareBy", Self.share(lot: 100))
            // The answer to the last order set our clock right: from today it is two days to the one after tomorrow.
            clock.pass(.seconds(2 * 86_400))
            guard case .refused(let error) = await broker.submit(TinkoffBench.request("d", .buy, lots: 2)) else {
                Issue.record("twenty shares are no lot of a hundred")
                return
            }
            #expect(error.code == "TINKOFF_LOT", "\(error)")
        }
    }

    // MARK: Hours

    /// A Monday with auctions, an evening and the broker's own early hours, a Saturday of the broker alone whose hours
    /// are told twice, and the next Monday.
    private static let week = [
        #"{"date":"2026-02-02T00:00:00Z","isTradingDay":true,"openingAuctionStartTime":"2026-02-02T06:50:00Z","#
            + #""openingAuctionEndTime":"2026-02-02T07:00:00Z","startTime":"2026-02-02T07:00:00Z","#
            + #""endTime":"2026-02-02T15:40:00Z","closingAuctionStartTime":"2026-02-02T15:40:00Z","#
            + #""closingAuctionEndTime":"2026-02-02T15:50:00Z","#
            + #""eveningOpeningAuctionStartTime":"2026-02-02T16:00:00Z","eveningStartTime":"2026-02-02T16:05:00Z","#
            + #""eveningEndTime":"2026-02-02T20:50:00Z","intervals":[{"type":"dealer_regular_trading_session","#
            + #""interval":{"startTs":"2026-02-02T04:00:00Z","endTs":"2026-02-02T06:50:00Z"}},{"type":"new"}]}"#,
        #"{"date":"2026-02-07T00:00:00Z","isTradingDay":true,"startTime":"2026-02-07T07:00:00Z","#
            + #""endTime":"2026-02-07T16:00:00Z","intervals":[{"type":"dealer_regular_trading_session","#
            + #""interval":{"startTs":"2026-02-07T07:00:00Z","endTs":"2026-02-07T16:00:00Z"}}]}"#,
        #"{"date":"2026-02-08T00:00:00Z","isTradingDay":false,"intervals":[]}"#,
        #"{"date":"2026-02-09T00:00:00Z","isTradingDay":true,"startTime":"2026-02-09T07:00:00Z","#
            + #""endTime":"2026-02-09T15:40:00Z"}"#,
    ]

    /// A moment, the venue's word, and what is open from when to when: without the broker's own sessions and with them.
    private static let hours: [(at: String, word: String, plain: (Bool, String), dealer: (Bool, String))] = [
        ("02T05:00", "DEALER_NORMAL_TRADING", (false, "02T07:00"), (true, "02T06:50")),
        ("02T06:55", "OPENING_AUCTION_PERIOD", (false, "02T07:00"), (false, "02T07:00")),
        ("02T08:00", "NORMAL_TRADING", (true, "02T15:40"), (true, "02T15:40")),
        ("02T15:45", "CLOSING_AUCTION", (false, "02T16:05"), (false, "02T16:05")),
        ("02T16:02", "OPENING_AUCTION_PERIOD", (false, "02T16:05"), (false, "02T16:05")),
        ("02T19:00", "NORMAL_TRADING", (true, "02T20:50"), (true, "02T20:50")),
        ("02T21:00", "SESSION_CLOSE", (false, "09T07:00"), (false, "07T07:00")),
        ("07T12:00", "DEALER_NORMAL_TRADING", (false, "09T07:00"), (true, "07T16:00")),
        ("08T12:00", "NOT_AVAILABLE_FOR_TRADING", (false, "09T07:00"), (false, "09T07:00")),
    ]

    @Test(arguments: hours.indices, [false, true]) func eveningsAndWeekendsAreKnown(
        which: Int, withDealer: Bool
    ) throws {
        let days = try Self.week.map { TinkoffDay.read(try JSONText(Array($0.utf8)).root) }
        func moment(_ text: String) -> Timestamp? { TinkoffTime.read("2026-02-\(text):00Z") }
        let row = Self.hours[which]
        let takesExits = ["NORMAL_TRADING", "DEALER_NORMAL_TRADING"].contains(row.word)
        let status = TinkoffStatus(
            uid: "u", word: row.word, takesLimit: true, takesMarket: takesExits && !row.word.hasPrefix("DEALER"),
            takesBest: takesExits, takesOnlyBest: false, isOpenToAPI: true)
        let session = TinkoffSchedule(days, withDealer: withDealer).session(status, at: try #require(moment(row.at)))
        let expected = withDealer ? row.dealer : row.plain
        #expect(session == TinkoffSchedule.Session(isOpen: expected.0, next: moment(expected.1)), "\(row)")
        // Without a word of the venue the calendar decides.
        let planned = TinkoffSchedule(days, withDealer: withDealer).session(nil, at: try #require(moment(row.at)))
        #expect(planned == session)
    }

    /// On other days the exchange trades whatever the broker does besides.
    @Test func theBrokersOwnHoursTakeNoWeekdayAway() throws {
        let day =
            #"{"date":"2026-02-03T00:00:00Z","isTradingDay":true,"startTime":"2026-02-03T07:00:00Z","#
            + #""endTime":"2026-02-03T15:40:00Z","intervals":[{"type":"dealer_regular_trading_session","#
            + #""interval":{"startTs":"2026-02-03T04:00:00Z","endTs":"2026-02-03T20:50:00Z"}}]}"#
        let days = [TinkoffDay.read(try JSONText(Array(day.utf8)).root)]
        let noon = try #require(TinkoffTime.read("2026-02-03T09:00:00Z"))
        let end = TinkoffTime.read("2026-02-03T15:40:00Z")
        #expect(TinkoffSchedule(days).session(nil, at: noon) == TinkoffSchedule.Session(isOpen: true, next: end))
    }

    /// On weekends the broker makes the market, and takes orders at the best price alone: an order counts only where
    /// that is wanted, and then goes that way.
    @Test(arguments: [false, true]) func theBrokersOwnSessionIsTradedOnlyOnRequest(isWanted: Bool) async throws {
        let day = TInvestCalendar.Phase([1, 2, 3, 4, 5, 6, 7], "00:00", "24:00", .dealer)
        try await withTInvest(
            setup: { $0.calendar = TInvestCalendar(phases: [day]) }, adjust: { $0.tradesWeekends = isWanted }
        ) { broker, twin in
            var open: Bool?
            _ = try await TinkoffBench.wait(broker) { event in
                if case .session(_, let isOpen, _) = event { open = isOpen }
                return open != nil
            }
            #expect(open == isWanted)
            guard isWanted else { return }
            guard case .accepted = await broker.submit(TinkoffBench.request("a", .buy)) else {
                Issue.record("not taken")
                return
            }
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("a"))
            let kinds = twin.host.withWorld { $0.books["orders"]?.elements.compactMap { $0["orderType"]?.string } }
            #expect(kinds == ["ORDER_TYPE_BESTPRICE"])
            #expect(try await broker.snapshot().positions.count == 1)
        }
    }
}
