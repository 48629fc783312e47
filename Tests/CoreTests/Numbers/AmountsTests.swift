import Core
import FoundationEssentials
import Testing

@Suite struct AmountsTests {
    private func money(_ text: String) throws -> Money { try #require(Money(text)) }
    private func decimal(_ text: String) throws -> FixedDecimal { try #require(FixedDecimal(text)) }

    @Test func arithmeticKeepsTheMeaning() throws {
        var sum = try money("10.5")
        sum += try money("0.25")
        #expect(sum.description == "10.75")
        sum -= try money("11")
        #expect(sum.description == "-0.25")
        #expect((-sum).description == "0.25")
        #expect(sum.magnitude.description == "0.25")
        #expect(sum < .zero && !(Money.zero < sum))
        #expect(sum.double == -0.25)
        #expect(Money("1e3") == nil)
    }

    @Test func notionalHasTheSignOfTheQuantity() throws {
        let price = try #require(Price("27123.45"))
        #expect(price.notional(try #require(Quantity("0.002"))).description == "54.2469")
        #expect(price.notional(try #require(Quantity("-0.002"))).description == "-54.2469")
        #expect(price.notional(.zero) == .zero)
    }

    @Test func basisPointsAreHundredthsOfAPercent() throws {
        #expect(try money("1000").basisPoints(decimal("10")).description == "1")
        #expect(try money("-1000").basisPoints(decimal("0.5")).description == "-0.05")
        #expect(try #require(Price("200")).moved(basisPoints: decimal("5")).description == "200.1")
        #expect(try #require(Price("200")).moved(basisPoints: decimal("-5")).description == "199.9")
    }

    @Test(arguments: RoundingRule.allCases) func basisPointsRoundOnlyOnce(rule: RoundingRule) throws {
        var random = SeededRandom(seed: 41, stream: rule.rawValue)
        for _ in 0..<2000 {
            let (amount, points) = (random.int128(bits: 70), random.int128(bits: 45))
            let found = Money(FixedDecimal(units: amount)).basisPoints(FixedDecimal(units: points), rounding: rule)
            let expected = naiveRatio(amount, points, over: FixedDecimal.scale * 10_000, rule)
            #expect(String(found.value.units) == expected)
        }
    }

    /// The product alone, rounded to twelve digits, would be exactly 0.5 units after the division and go to even.
    @Test func aFeeJustAboveHalfAUnitIsRoundedUp() throws {
        let fee = try money("0.000000005").basisPoints(decimal("1.0000000001"))
        #expect(fee.description == "0.000000000001")
    }

    @Test func portionsTakeAMeasuredShare() throws {
        #expect(try money("1000").portion(0.25)?.description == "250")
        #expect(try money("1000").portion(-1)?.description == "-1000")
        #expect(try money("1000").portion(.nan) == nil)
        #expect(try money("1000").portion(.infinity) == nil)
    }

    @Test func amountsTravelAsText() throws {
        let prices = [try #require(Price("0.07")), try #require(Price("-12.000000000001"))]
        let data = try JSONEncoder().encode(prices)
        #expect(String(decoding: data, as: UTF8.self) == "[\"0.07\",\"-12.000000000001\"]")
        #expect(try JSONDecoder().decode([Price].self, from: data) == prices)
    }
}
