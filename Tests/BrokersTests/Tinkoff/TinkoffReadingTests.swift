import Brokers
import Core
import Testing

/// The pure parts: numbers, lots, moments, codes, executions, settlement, calendar, names.
@Suite(.fewAtOnce) struct TinkoffReadingTests {
    private func read(_ text: String) throws -> FixedDecimal? {
        TinkoffNumber.read(try JSONText(Array(text.utf8)).root)
    }

    @Test func quotationsAreExactInBothDirections() throws {
        #expect(try read(#"{"units":"114","nano":250000000}"#) == FixedDecimal("114.25"))
        #expect(try read(#"{"currency":"rub","units":"-200","nano":-200000000}"#) == FixedDecimal("-200.2"))
        #expect(try read(#"{"units":"-0","nano":-10000000}"#) == FixedDecimal("-0.01"))
        #expect(try read(#"{"nano":70000000}"#) == FixedDecimal("0.07"))
        #expect(try read("{}") == .zero)
        // Parts of different signs and too many billionths mean nothing; neither does a missing message.
        for text in [#"{"units":"1","nano":-1}"#, #"{"units":"1","nano":1000000000}"#, "null", #"{"units":"x"}"#] {
            #expect(try read(text) == nil, "\(text)")
        }
        for text in ["0.01", "-0.01", "305.12", "-200.2", "9999999.999999999"] {
            let number = try #require(FixedDecimal(text))
            let written = try #require(TinkoffNumber.write(number))
            #expect(try read(written.text) == number)
        }
        #expect(TinkoffNumber.write(FixedDecimal(units: 1)) == nil)
    }

    @Test func lotsAndPiecesMeetOnlyInTheLotSize() throws {
        let lot = try #require(TinkoffLotSize(10))
        #expect(lot.pieces(of: TinkoffLots(3)) == TinkoffPieces(30))
        #expect(lot.lots(of: TinkoffPieces(30)) == TinkoffLots(3))
        #expect(lot.lots(of: TinkoffPieces(35)) == nil)
        #expect(lot.wholeLots(in: TinkoffPieces(35)) == TinkoffLots(3))
        #expect(TinkoffLotSize(0) == nil)
        #expect(TinkoffPieces(Quantity(try #require(FixedDecimal("1.5")))) == nil)
    }

    @Test func momentsAreReadToTheMillisecondAndWrittenBack() throws {
        let moment = try #require(TinkoffTime.read("2024-07-15T07:07:17.321267Z"))
        #expect(moment.milliseconds == 1_721_027_237_321)
        #expect(TinkoffTime.write(moment) == "2024-07-15T07:07:17.321Z")
        #expect(TinkoffTime.read("2024-04-11T08:49:14.9Z")?.milliseconds == 1_712_825_354_900)
        #expect(TinkoffTime.read("1970-01-01T00:00:00Z") == nil)
        for text in ["", "2024", "2024-13-01T00:00:00Z", "2024-07-15 07:07:17", "xxxx-07-15T07:07:17Z"] {
            #expect(TinkoffTime.read(text) == nil, "\(text)")
        }
        let evening = try #require(TinkoffTime.read("2024-07-15T22:00:00Z"))
        #expect(TinkoffTime.write(TinkoffTime.startOfDay(evening)) == "2024-07-15T21:00:00.000Z")
        #expect(TinkoffTime.header("Mon, 15 Jul 2024 07:07:17 GMT")?.milliseconds == 1_721_027_237_000)
    }

    @Test func codesDecideBeforeStatuses() {
        func verdict(_ code: String, _ status: Int? = 3, _ http: Int = 400, isOrder: Bool = true) -> TinkoffVerdict {
            TinkoffErrors.verdict(code: code, text: "", status: status, http: http, isOrder: isOrder)
        }
        #expect(verdict("30057") == .duplicate)
        #expect(verdict("70002", 13, 500) == .unknown)
        #expect(verdict("70002", 13, 500, isOrder: false) == .retry)
        #expect(verdict("", 2, 500) == .unknown)
        #expect(verdict("", nil, 504) == .unknown)
        #expect(verdict("", nil, 429) == .throttled)
        #expect(verdict("40003", 16, 401) == .configuration)
        #expect(verdict("30079") == .closed)
        #expect(verdict("99999", nil, 200) == .unknown)
        let codes = TinkoffErrors.table.flatMap(\.codes)
        #expect(Set(codes).count == codes.count)
        for code in ["30057", "70001", "70002", "70003"] { #expect(verdict(code).remedy == .unknownOutcome) }
    }

    @Test func executionsComeFromSingleTradesInEitherUnit() throws {
        let lot = try #require(TinkoffLotSize(10))
        for unit in [Int64(1), 10] {
            let all = TinkoffFills.executions(
                of: order(done: 3, counts: [1 * unit, 2 * unit]), lot: lot, unit: .lots, told: [], isPatient: true,
                at: Timestamp(milliseconds: 5))
            #expect(all.map(\.pieces.count) == [10, 20] && all.map(\.tradeID) == ["T0", "T1"])
        }
    }

    @Test func whatIsCountedButNotListedIsWaitedForAndThenDerived() throws {
        let lot = try #require(TinkoffLotSize(10))
        let late = order(done: 3, counts: [])
        let now = Timestamp(milliseconds: 5)
        #expect(
            TinkoffFills.executions(of: late, lot: lot, unit: .lots, told: [], isPatient: true, at: now).isEmpty)
        let derived = TinkoffFills.executions(of: late, lot: lot, unit: .lots, told: [], isPatient: false, at: now)
        #expect(derived.map(\.pieces.count) == [30] && derived[0].price == Price(FixedDecimal(101)))
        // Once derived, later stages do not come on top.
        let again = TinkoffFills.executions(
            of: order(done: 3, counts: [3]), lot: lot, unit: .lots, told: derived, isPatient: false, at: now)
        #expect(again == derived)
    }

    /// Ten pieces of ten lots are listed so far: they are no ten lots.
    @Test func stagesInPiecesAreNoLots() throws {
        let lot = try #require(TinkoffLotSize(10))
        let now = Timestamp(milliseconds: 5)
        func read(_ counts: [Int64], _ unit: TinkoffStageUnit, isPatient: Bool) -> [Int64] {
            TinkoffFills.executions(
                of: order(done: 10, counts: counts), lot: lot, unit: unit, told: [], isPatient: isPatient, at: now
            ).map(\.pieces.count)
        }
        #expect(read([10], .pieces, isPatient: true).isEmpty)
        #expect(read([10], .pieces, isPatient: false) == [10, 90])
        #expect(read([10, 90], .pieces, isPatient: true) == [10, 90])
        #expect(read([10], .lots, isPatient: true) == [100])
    }

    private func order(done: Int64, counts: [Int64]) -> TinkoffOrder {
        TinkoffOrder(
            orderID: "7", requestID: nil, uid: "u", ticker: nil, side: .buy, kind: .market, lots: TinkoffLots(3),
            done: TinkoffLots(done), state: .filled,
            stages: counts.enumerated().map { index, count in
                TinkoffStage(tradeID: "T\(index)", price: Price(FixedDecimal(101)), count: count, at: .epoch)
            }, average: Price(FixedDecimal(101)), initial: nil, fee: .zero, reason: nil, at: .epoch)
    }

    @Test func positionsThatLagBehindExecutionsAreNotBelieved() {
        var settlement = TinkoffSettlement()
        func read(_ position: Int64, _ net: Int64, _ at: Int) -> Bool {
            settlement.read(
                position: TinkoffPieces(position), net: TinkoffPieces(net), settling: .seconds(2), at: .seconds(at))
        }
        #expect(read(10, 0, 0))
        // Sold ten, still shown: not believed, and believed at once when it is shown.
        #expect(!read(10, -10, 1))
        #expect(!read(10, -10, 2))
        #expect(read(0, -10, 2))
        // A new day counts executions anew: believed when nothing moves any more for long.
        #expect(!read(0, 0, 10))
        #expect(!read(0, 0, 15))
        #expect(read(0, 0, 16))
        // Changed elsewhere, with nothing executed here: believed sooner.
        #expect(!read(5, 0, 20))
        #expect(read(5, 0, 22))
    }

    @Test func theStatusDecidesAndTheCalendarSaysWhenItChanges() throws {
        let schedule = TinkoffSchedule([
            TinkoffDay(isTrading: true, sessions: [100..<200, 250..<300], dealer: [400..<500]),
            TinkoffDay(isTrading: true, sessions: [1100..<1200]),
        ])
        func session(_ word: String?, _ flag: Bool, _ at: Int64) -> TinkoffSchedule.Session {
            schedule.session(
                word.map {
                    TinkoffStatus(
                        uid: "u", word: $0, takesLimit: flag, takesMarket: flag, takesBest: flag, takesOnlyBest: false,
                        isOpenToAPI: true)
                }, at: Timestamp(milliseconds: at))
        }
        func expected(_ isOpen: Bool, _ next: Int64?) -> TinkoffSchedule.Session {
            TinkoffSchedule.Session(isOpen: isOpen, next: next.map { Timestamp(milliseconds: $0) })
        }
        #expect(session("NORMAL_TRADING", true, 150) == expected(true, 200))
        #expect(session("BREAK_IN_TRADING", false, 220) == expected(false, 250))
        // A halt ends when nobody knows; the broker's own weekend session is none.
        #expect(session("BREAK_IN_TRADING", false, 150) == expected(false, nil))
        #expect(session("DEALER_NORMAL_TRADING", true, 450) == expected(false, 1100))
        #expect(session(nil, false, 50) == expected(false, 100))
    }

    @Test func stopOrdersAreMarkedByTheSecondOfTheirExpiry() {
        let now = Timestamp(milliseconds: 1_760_000_000_000)
        for index in 0..<50 {
            let key = TinkoffNames.key(ClientOrderID("name-\(index)"))
            let expiry = TinkoffNames.expiry(of: key, at: now)
            #expect(expiry - now >= .seconds(30 * 86_400) && expiry - now < .seconds(55 * 86_400))
            #expect(TinkoffNames.marks(expiry, key))
            #expect(!TinkoffNames.marks(expiry, TinkoffNames.key(ClientOrderID("name-\(index + 1)"))))
            #expect(key.utf8.count == 36 && TinkoffNames.key(ClientOrderID(key)) == key)
        }
    }
}
