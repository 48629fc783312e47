import Core
import FoundationEssentials
import Testing

@Suite struct FixedDecimalTextTests {
    @Test(arguments: 0...13) func everyNumberOfWholeDigitsSurvivesTheRoundTrip(digits: Int) throws {
        for fraction in 0...12 {
            for digit in ["1", "5", "9"] {
                let whole = digits == 0 ? "0" : String(repeating: digit, count: digits)
                let part = fraction == 0 ? "" : "." + String(repeating: digit, count: fraction)
                for sign in ["", "-"] where whole != "0" || fraction > 0 {
                    let text = sign + whole + part
                    let value = try #require(FixedDecimal(text), "\(text)")
                    #expect(value.description == text)
                    #expect(value.digitsBehindPoint == fraction)
                }
            }
        }
    }

    @Test func everyUnitPlaceHasItsOwnWeight() throws {
        var units: Int128 = 1
        for place in (1...12).reversed() {
            let text = "0." + String(repeating: "0", count: place - 1) + "1"
            #expect(FixedDecimal(text)?.units == units)
            #expect(FixedDecimal(units: units).description == text)
            units *= 10
        }
        #expect(units == FixedDecimal.scale)
    }

    @Test func smallUnitsSurviveTheRoundTrip() {
        for units in -2000...2000 {
            let value = FixedDecimal(units: Int128(units) * 500_000_000)
            #expect(FixedDecimal(value.description) == value)
        }
    }

    @Test func randomUnitsSurviveTheRoundTrip() {
        var random = SeededRandom(seed: 11)
        for _ in 0..<20_000 {
            let value = FixedDecimal(units: random.int128(bits: 83))
            guard value.units.magnitude <= (FixedDecimal.parseLimit * FixedDecimal.scale).magnitude else { continue }
            #expect(FixedDecimal(value.description) == value)
        }
    }

    @Test(arguments: [
        ("0", "0"), ("-0", "0"), ("-0.000", "0"), ("007", "7"), ("1.50", "1.5"), ("100", "100"),
        ("1.0000000000000000000000000", "1"), ("0.1230000000000000", "0.123"), ("10000000000000", "10000000000000"),
        ("-10000000000000.000000000000", "-10000000000000"),
        ("9999999999999.999999999999", "9999999999999.999999999999"),
    ]) func otherSpellingsAreReadAndWrittenShortest(text: String, shortest: String) {
        #expect(FixedDecimal(text)?.description == shortest)
    }

    @Test(arguments: [
        "", "-", ".", "-.", ".5", "5.", "-5.", "1..2", "1.2.3", "+1", "--1", "1-", "1e3", "1E3", "0x10", "1,5", "1_000",
        " 1", "1 ", "1\n", "\t1", "nan", "NaN", "inf", "-inf", "\u{0661}", "１", "1.0000000000001", "0.0000000000001",
        "10000000000000.000000000001", "10000000000001", "-10000000000001", "99999999999999", "1\0", "½",
        "340282366920938463463374607431768211457", "100000000000000000000000000000000000000000000000000000000000000",
    ]) func everythingElseIsRefused(text: String) {
        #expect(FixedDecimal(text) == nil)
    }

    @Test func jsonHoldsTheTextSoThatNoReaderRounds() throws {
        let value = try #require(FixedDecimal("1234567890123.000000000001"))
        let data = try JSONEncoder().encode([value])
        #expect(String(decoding: data, as: UTF8.self) == "[\"1234567890123.000000000001\"]")
        #expect(try JSONDecoder().decode([FixedDecimal].self, from: data) == [value])
        for text in ["[1.5]", "[\"1e3\"]", "[null]"] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode([FixedDecimal].self, from: Data(text.utf8))
            }
        }
    }
}
