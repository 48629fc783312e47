import Core
import FoundationEssentials
import Testing

@Suite struct BarIntervalTests {
    @Test(arguments: [
        ("1s", 1000), ("1m", 60_000), ("15m", 900_000), ("1h", 3_600_000), ("4h", 14_400_000), ("1d", 86_400_000),
        ("1w", 604_800_000), ("100001s", 100_001_000), ("3650d", 315_360_000_000),
    ]) func spellingsAreReadAndWritten(text: String, milliseconds: Int64) throws {
        let interval = try #require(BarInterval(text))
        #expect(interval.milliseconds == milliseconds)
        #expect(interval.span == TimeSpan(milliseconds: milliseconds))
        #expect(interval.description == text)
        #expect(BarInterval(milliseconds: milliseconds) == interval)
    }

    @Test(arguments: [("60m", "1h"), ("24h", "1d"), ("7d", "1w"), ("90m", "90m"), ("060s", "1m"), ("8d", "8d")])
    func theShortestSpellingIsWritten(text: String, shortest: String) {
        #expect(BarInterval(text)?.description == shortest)
    }

    @Test(arguments: [
        "", "h", "1", "0h", "-1h", "+1h", "1.5h", "1 h", " 1h", "1h ", "1H", "1M", "1y", "1hh", "hh", "１h", "3651d",
        "9223372036854775807w", "99999999999999999999999999s", "1_0m",
    ]) func otherSpellingsAreRefused(text: String) {
        #expect(BarInterval(text) == nil)
    }

    @Test(arguments: [0, -1000, 1, 999, 1001, Int64.max, Int64.min, 315_360_001_000])
    func lengthsThatAreNoIntervalAreRefused(milliseconds: Int64) {
        #expect(BarInterval(milliseconds: milliseconds) == nil)
    }

    @Test func everyLengthSurvivesTheRoundTrip() {
        for seconds in 1...20_000 {
            let interval = BarInterval(milliseconds: Int64(seconds) * 1000)
            #expect(interval != nil && interval.map(\.description).flatMap { BarInterval($0) } == interval)
        }
    }

    @Test func shorterIntervalsComeFirst() throws {
        let sorted = ["1s", "59s", "1m", "1h", "23h", "1d", "6d", "1w"].compactMap { BarInterval($0) }
        #expect(sorted.count == 8 && sorted == sorted.sorted())
    }

    @Test func intervalsTravelAsTextAndAreCheckedOnTheWayIn() throws {
        let hour = try #require(BarInterval("1h"))
        let data = try JSONEncoder().encode([hour])
        #expect(String(decoding: data, as: UTF8.self) == "[\"1h\"]")
        #expect(try JSONDecoder().decode([BarInterval].self, from: data) == [hour])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([BarInterval].self, from: Data("[\"0h\"]".utf8))
        }
    }
}
