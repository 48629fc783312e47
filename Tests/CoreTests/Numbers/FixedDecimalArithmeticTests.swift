import Core
import Testing

@Suite struct FixedDecimalArithmeticTests {
    private func amount(_ text: String) throws -> FixedDecimal {
        try #require(FixedDecimal(text), "\(text)")
    }

    @Test(arguments: RoundingRule.allCases) func productsAgreeWithSchoolArithmetic(rule: RoundingRule) {
        var random = SeededRandom(seed: 21, stream: rule.rawValue)
        for _ in 0..<3000 {
            let (left, right) = (random.int128(bits: 83), random.int128(bits: 83))
            let found = FixedDecimal(units: left).times(FixedDecimal(units: right), rounding: rule)
            #expect(String(found.units) == naiveRatio(left, right, over: FixedDecimal.scale, rule))
        }
    }

    /// Six digits behind the point and 64 bits, as most prices and quantities have, and one more than that.
    @Test func shortProductsAgreeWithSchoolArithmetic() {
        var random = SeededRandom(seed: 24)
        for round in 0..<6_000 {
            let left = random.int128(bits: [20, 43, 44, 63][round % 4]) * (round % 3 == 0 ? 1 : 1_000_000)
            let right = random.int128(bits: [43, 20, 44][round % 3]) * (round % 5 == 0 ? 100_000 : 1_000_000)
            let found = FixedDecimal(units: left).times(FixedDecimal(units: right))
            #expect(String(found.units) == naiveRatio(left, right, over: FixedDecimal.scale, .halfEven))
        }
    }

    @Test(arguments: RoundingRule.allCases) func quotientsAgreeWithSchoolArithmetic(rule: RoundingRule) {
        var random = SeededRandom(seed: 22, stream: rule.rawValue)
        for _ in 0..<3000 {
            let (left, right) = (random.int128(bits: 83), random.int128(bits: 83))
            guard right != 0 else { continue }
            let found = FixedDecimal(units: left).divided(by: FixedDecimal(units: right), rounding: rule)
            #expect(String(found.units) == naiveRatio(left, FixedDecimal.scale, over: right, rule))
        }
    }

    @Test(arguments: RoundingRule.allCases) func sharesAgreeWithSchoolArithmetic(rule: RoundingRule) {
        var random = SeededRandom(seed: 23, stream: rule.rawValue)
        for _ in 0..<3000 {
            let (whole, a, b) = (random.int128(bits: 90), random.int128(bits: 83), random.int128(bits: 83))
            let (part, all) = (min(a.magnitude, b.magnitude), max(a.magnitude, b.magnitude, 1))
            let found = FixedDecimal(units: whole).share(
                FixedDecimal(units: Int128(part)), of: FixedDecimal(units: Int128(all)), rounding: rule)
            #expect(String(found.units) == naiveRatio(whole, Int128(part), over: Int128(all), rule))
        }
    }

    @Test func aTieBeyond128BitsStillGoesToTheEvenNeighbour() {
        // The exact product is an odd number of units and a half; its parts taken alone end in an even one and a half.
        let large = FixedDecimal(units: FixedDecimal.scale * 100_000_000_000_001 + 500_000_000_000)
        let small = FixedDecimal(units: 10_000_000_000_001)
        let expected = naiveRatio(large.units, small.units, over: FixedDecimal.scale, .halfEven)
        #expect(String(large.times(small).units) == expected)
    }

    @Test func tiesBeyond128BitsAgreeWithSchoolArithmetic() {
        for whole in 0..<40 {
            let large = Int128(200_000_000_000_000 + whole) * FixedDecimal.scale + 500_000_000_000
            let small = Int128(1_000_000_000_000_001 + 2 * whole)
            let found = FixedDecimal(units: large).times(FixedDecimal(units: small))
            #expect(String(found.units) == naiveRatio(large, small, over: FixedDecimal.scale, .halfEven))
        }
    }

    @Test func theProductOfTheLargestParsedNumbersFits() throws {
        let largest = try amount("10000000000000")
        #expect(largest.times(largest).description == "100000000000000000000000000")
        #expect((-largest).times(largest).description == "-100000000000000000000000000")
        #expect(largest.times(largest).divided(by: largest) == largest)
        #expect(largest.divided(by: FixedDecimal(units: 1)).description == "10000000000000000000000000")
        #expect(FixedDecimal(units: 1).divided(by: largest) == .zero)
    }

    @Test func aHugeRestDividesExactly() {
        let divisor = FixedDecimal(units: Int128.max / 2)
        let value = FixedDecimal(units: Int128.max / 2 - 1)
        let expected = naiveRatio(value.units, FixedDecimal.scale, over: divisor.units, .halfEven)
        #expect(String(value.divided(by: divisor).units) == expected)
        #expect(String((-value).divided(by: -divisor).units) == expected)
    }

    @Test func sumsAndDifferencesAreExact() throws {
        for left in -30...30 {
            for right in -30...30 {
                let (a, b) = (FixedDecimal(units: Int128(left)), FixedDecimal(units: Int128(right)))
                #expect((a + b).units == Int128(left + right))
                #expect((a - b).units == Int128(left - right))
                #expect((a < b) == (left < right))
                #expect((-a).units == Int128(-left))
                #expect(a.magnitude.units == Int128(abs(left)))
            }
        }
        #expect(try amount("0.1") + amount("0.2") == amount("0.3"))
    }

    @Test func partsOfASplitAddUpToTheWhole() {
        var random = SeededRandom(seed: 24)
        for _ in 0..<2000 {
            let money = FixedDecimal(units: random.int128(bits: 80))
            var rest = FixedDecimal(random.below(9) + 1)
            var left = money
            var parts = FixedDecimal.zero
            while rest > .zero {
                let part = left.share(.one, of: rest)
                (left, rest, parts) = (left - part, rest - .one, parts + part)
            }
            #expect(left == .zero)
            #expect(parts == money)
        }
    }

    @Test func whatDoesNotFitTrapsInsteadOfWrapping() async {
        await #expect(processExitsWith: .failure) {
            let huge = FixedDecimal(units: 1 << 90)
            print(huge.times(huge))
        }
        await #expect(processExitsWith: .failure) {
            print(FixedDecimal(units: Int128.max) + FixedDecimal(units: 1))
        }
        await #expect(processExitsWith: .failure) {
            print(FixedDecimal(units: Int128.max).divided(by: FixedDecimal(units: 1)))
        }
        await #expect(processExitsWith: .failure) {
            print(FixedDecimal.one.divided(by: .zero))
        }
        await #expect(processExitsWith: .failure) {
            print(FixedDecimal.one.share(.one, of: .zero))
        }
    }
}
