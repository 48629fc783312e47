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
