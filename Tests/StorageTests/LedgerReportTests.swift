import Core
import Foundation
import Storage
import Testing

@Suite struct LedgerReportTests {
    @Test func exportsAreCompleteAndParse() throws {
        let fixture = try LedgerFixture.lived()
        let reader = try LedgerReader(path: fixture.path)
        for table in LedgerTable.allCases {
            var json = ""
            try reader.export(table, as: .json) { json += $0 }
            let parsed = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]]
            var csv = ""
            try reader.export(table, as: .csv) { csv += $0 }
            #expect(csv.split(separator: "\n").count == (parsed?.count ?? -1) + 1, "\(table)")
        }
        var fills = ""
        try reader.export(.fills, as: .csv) { fills += $0 }
        #expect(fills.hasPrefix("id,venue,trade_id,client_id,intent,symbol,side,price,quantity,fee,time,journal\n"))
        #expect(fills.contains("simulated,t3,o3,o3,ABC,sell,12.5,4,0.01,1704175200000,6"))
        var journal = ""
        try reader.export(.journal, as: .csv) { journal += $0 }
        #expect(journal.contains("\"{\"\"fill\"\":\"\"é0\"\"}\""))
    }

    @Test func anEmptyLedgerExportsEmptyTables() throws {
        let fixture = try LedgerFixture()
        let ledger = try fixture.open()
        var json = ""
        try ledger.reader.export(.fills, as: .json) { json += $0 }
        #expect(json == "[]\n")
    }

    /// Sold 4 at 12.5: 2 bought at 10 and 2 of 3 bought at 11, a day later.
    @Test func profitIsByFirstInFirstOutAndDay() throws {
        let fixture = try LedgerFixture.lived()
        let profits = try LedgerReader(path: fixture.path).profits()
        #expect(profits.map(\.day) == ["2024-01-01", "2024-01-02"])
        #expect(profits.map(\.profit.description) == ["0", "8"])
        #expect(profits.map(\.fees.description) == ["0.02", "0.01"])
        #expect(profits.map(\.net.description) == ["-0.02", "7.99"])
        #expect(profits.map(\.closedLots) == [0, 2])
    }

    /// Profit and fees as a clerk would count them: every thousandth bought is a coin of its own in a queue, sold ones
    /// are taken from its front. Whole numbers only.
    private struct Clerk {
        /// Signed coins and what each cost, in cents.
        private var queue: [(sign: Int, cents: Int)] = []

        /// Profit in thousandths of cents.
        mutating func trade(_ sign: Int, _ coins: Int, at cents: Int) -> Int {
            var profit = 0
            for _ in 0..<coins {
                if let oldest = queue.first, oldest.sign != sign {
                    profit += (cents - oldest.cents) * oldest.sign
                    queue.removeFirst()
                } else {
                    queue.append((sign, cents))
                }
            }
            return profit
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>) func profitEqualsTheClerksAccount(seed: UInt64) throws {
        var random = SeededRandom(seed: seed, stream: "clerk")
        let fixture = try LedgerFixture()
        let ledger = try fixture.open()
        var (clerks, profit, fees): ([String: Clerk], [String: Int], [String: Int]) = ([:], [:], [:])
        var commit = LedgerCommit()
        for index in 0..<150 {
            let (name, side) = (["ABC", "DEF", "GHI"][random.below(3)], random.chance(0.5) ? Side.buy : .sell)
            let (coins, cents) = (1 + random.below(40), 900 + random.below(300))
            commit.fills.append(
                try LedgerFixture.fill(
                    "t\(index)", nil, side, FixedDecimal(coins).divided(by: FixedDecimal(1000)).description,
                    at: FixedDecimal(cents).divided(by: FixedDecimal(100)).description, step: index, symbol: name))
            let key = "\(CivilDay.text(CivilDay.number(of: LedgerFixture.time(index)))) \(name)"
            profit[key, default: 0] += clerks[name, default: Clerk()].trade(side == .buy ? 1 : -1, coins, at: cents)
            fees[key, default: 0] += 1
        }
        try ledger.commit(commit)
        let rows = try ledger.reader.profits()
        #expect(Set(rows.map { "\($0.day) \($0.symbol)" }) == Set(fees.keys) && rows.count == fees.count)
        for row in rows {
            let key = "\(row.day) \(row.symbol)"
            let expected = FixedDecimal(profit[key] ?? 0).divided(by: FixedDecimal(100_000))
            // A part of a lot may cost a rounded amount; the twelfth digit is not the clerk's.
            #expect((row.profit.value - expected).magnitude < FixedDecimal(units: 1000), "\(key)")
            #expect(row.fees.value == FixedDecimal(fees[key] ?? 0).divided(by: FixedDecimal(100)), "\(key)")
        }
        let total = rows.reduce(Money.zero) { $0 + $1.net }
        let whole = profit.values.reduce(0, +) - 1000 * fees.values.reduce(0, +)
        #expect(
            (total.value - FixedDecimal(whole).divided(by: FixedDecimal(100_000))).magnitude
                < FixedDecimal(units: 100_000)
        )
    }

    @Test func daysFollowTheCalendar() throws {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyy-MM-dd"
        for day in stride(from: Int64(0), to: 40_000, by: 17) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400)
            #expect(CivilDay.text(day) == formatter.string(from: date))
            #expect(CivilDay.number(of: Timestamp(milliseconds: day * 86_400_000 + 86_399_999)) == day)
        }
        #expect(CivilDay.number(of: Timestamp(milliseconds: -1)) == -1)
        #expect(CivilDay.text(-1) == "1969-12-31")
    }
}
