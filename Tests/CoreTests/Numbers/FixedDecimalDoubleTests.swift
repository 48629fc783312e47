import Core
import Testing

@Suite struct FixedDecimalDoubleTests {
    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (1.0, "1"), (0.1, "0.1"), (-0.1, "-0.1"), (0.5, "0.5"), (1e-12, "0.000000000001"),
        (4e-13, "0"), (6e-13, "0.000000000001"), (-6e-13, "-0.000000000001"), (1e13, "10000000000000"),
        (-1e13, "-10000000000000"), (0.000001, "0.000001"), (123.25, "123.25"), (Double.leastNonzeroMagnitude, "0"),
    ]) func measurementsBecomeTheNearestAmount(value: Double, text: String) {
        #expect(FixedDecimal(measured: value)?.description == text)
    }

    @Test(arguments: [
        Double.nan, .infinity, -.infinity, 1e13.nextUp, -(1e13.nextUp), 1e14, .greatestFiniteMagnitude, 1e300,
    ]) func whatIsNoAmountIsRefused(value: Double) {
        #expect(FixedDecimal(measured: value) == nil)
    }

    @Test func measurementsAreOffByAtMostHalfAUnit() throws {
        var random = SeededRandom(seed: 31)
        for _ in 0..<20_000 {
            let value = (random.unit() - 0.5) * [1e-9, 1e-3, 1, 1e3, 1e6, 1e12][random.below(6)]
            let exact = try #require(FixedDecimal(measured: value))
            // The whole part and the rest are exact in binary, so their units can be compared without rounding.
            let whole = value.rounded(.towardZero)
            let rest = Double(exact.units - Int128(whole) * FixedDecimal.scale)
            #expect(abs(rest - (value - whole) * 1e12) <= 0.5)
        }
    }

    @Test func theRuleDecidesWhereMeasurementsGo() throws {
        #expect(FixedDecimal(measured: 1.0 / 3, rounding: .down)?.description == "0.333333333333")
        #expect(FixedDecimal(measured: 1.0 / 3, rounding: .up)?.description == "0.333333333334")
        #expect(FixedDecimal(measured: -1.0 / 3, rounding: .down)?.description == "-0.333333333334")
        #expect(FixedDecimal(measured: -1.0 / 3, rounding: .towardZero)?.description == "-0.333333333333")
    }

    @Test func leavingForStatisticsGivesTheNearestBinaryNumber() throws {
        var random = SeededRandom(seed: 32)
        for _ in 0..<20_000 {
            let value = FixedDecimal(units: random.int128(bits: 88))
            #expect(value.double == Double(value.description))
        }
        for text in ["0.1", "0.3", "27123.45", "9007.199254740993", "9007199254740.993", "-0.000000000001"] {
            let value = try #require(FixedDecimal(text))
            #expect(value.double == Double(text))
        }
    }
}
