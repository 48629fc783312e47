import Core
import Testing

@Suite struct RoundingTests {
    /// The choice between the two whole numbers around `numerator / denominator`, by its definition.
    private func reference(_ numerator: Int, _ denominator: Int, _ rule: RoundingRule) -> Int {
        var below = -1000
        while (below + 1) * denominator <= numerator { below += 1 }
        if below * denominator == numerator { return below }
        let above = below + 1
        let nearerZero = abs(below) < abs(above) ? below : above
        let fartherFromZero = nearerZero == below ? above : below
        let distanceBelow = numerator - below * denominator
        let distanceAbove = above * denominator - numerator
        let nearest: Int? = distanceBelow == distanceAbove ? nil : (distanceBelow < distanceAbove ? below : above)
        switch rule {
        case .floor: return below
        case .ceiling: return above
        case .down: return nearerZero
        case .up: return fartherFromZero
        case .halfUp: return nearest ?? fartherFromZero
        case .halfEven: return nearest ?? (below % 2 == 0 ? below : above)
        }
    }

    @Test(arguments: RoundingRule.allCases) func everySmallQuotientRoundsByDefinition(rule: RoundingRule) {
        for denominator in 1...24 {
            for numerator in -120...120 {
                let expected = Int128(reference(numerator, denominator, rule))
                #expect(rule.divide(Int128(numerator), by: Int128(denominator)) == expected)
            }
        }
    }

    @Test(arguments: RoundingRule.allCases) func everySmallProductRoundsByDefinition(rule: RoundingRule) {
        for left in -9...9 {
            for right in -9...9 {
                for denominator in 1...9 {
                    let expected = Int128(reference(left * right, denominator, rule))
                    let found = rule.divide(product: Int128(left), Int128(right), by: Int128(denominator))
                    #expect(found == expected)
                }
            }
        }
    }

    @Test(arguments: RoundingRule.allCases) func quantisingLandsOnTheGridNextToTheValue(rule: RoundingRule) {
        for step in 1...12 {
            for units in -60...60 {
                let value = FixedDecimal(units: Int128(units))
                let grid = FixedDecimal(units: Int128(step))
                let found = value.quantised(to: grid, rounding: rule)
                #expect(found.isMultiple(of: grid))
                #expect(found.units == Int128(reference(units, step, rule) * step))
            }
        }
    }

    @Test func multiplesAreWholeCountsOfAPositiveStep() {
        for step in -5...12 {
            for units in -60...60 {
                let found = FixedDecimal(units: Int128(units)).isMultiple(of: FixedDecimal(units: Int128(step)))
                #expect(found == (step > 0 && units % max(step, 1) == 0))
            }
        }
    }

    @Test func halvesAtTheEndOfTheRangeDoNotOverflow() {
        let largest = Int128.max
        #expect(RoundingRule.halfUp.divide(largest, by: largest) == 1)
        #expect(RoundingRule.halfUp.divide(largest - 1, by: largest) == 1)
        #expect(RoundingRule.halfEven.divide(largest / 2, by: largest) == 0)
        #expect(RoundingRule.halfEven.divide(largest / 2 + 1, by: largest) == 1)
        #expect(RoundingRule.up.divide(Int128.min, by: largest) == -2)
    }
}
