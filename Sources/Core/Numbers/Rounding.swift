/// How a value between two representable ones is rounded.
public enum RoundingRule: String, Codable, Sendable, CaseIterable {
    /// To the nearest; exactly half goes to the even neighbour.
    case halfEven
    /// To the nearest; exactly half goes away from zero.
    case halfUp
    /// Towards zero.
    case down
    /// Away from zero.
    case up
    /// Towards minus infinity.
    case floor
    /// Towards plus infinity.
    case ceiling
}

// All rounding of exact amounts is in this file.

extension RoundingRule {
    /// `numerator / denominator` rounded to a whole number; `denominator` must be positive.
    package func divide(_ numerator: Int128, by denominator: Int128) -> Int128 {
        precondition(denominator > 0, "rounding divides by a positive number")
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        guard remainder != 0 else { return quotient }
        let away: Int128 = numerator < 0 ? -1 : 1
        let twice = (remainder.magnitude << 1)
        let half = twice == denominator.magnitude
        let pastHalf = twice > denominator.magnitude
        let goesAway =
            switch self {
            case .halfEven: pastHalf || (half && quotient % 2 != 0)
            case .halfUp: pastHalf || half
            case .down: false
            case .up: true
            case .floor: numerator < 0
            case .ceiling: numerator > 0
            }
        return goesAway ? quotient + away : quotient
    }
}

extension FixedDecimal {
    /// The product, rounded to twelve digits. Exact whenever the digits behind both points add up to twelve or less.
    public func times(_ other: FixedDecimal, rounding rule: RoundingRule = .halfEven) -> FixedDecimal {
        let (product, overflow) = units.multipliedReportingOverflow(by: other.units)
        if !overflow { return FixedDecimal(units: rule.divide(product, by: Self.scale)) }
        // Split the larger magnitude into whole and fraction, so that each part fits.
        let (large, small) = magnitude > other.magnitude ? (units, other.units) : (other.units, units)
        let (whole, part) = large.quotientAndRemainder(dividingBy: Self.scale)
        return FixedDecimal(units: whole * small + rule.divide(part * small, by: Self.scale))
    }

    /// The quotient, rounded to twelve digits.
    ///
    /// - Precondition: `divisor` is not zero.
    public func divided(by divisor: FixedDecimal, rounding rule: RoundingRule = .halfEven) -> FixedDecimal {
        precondition(divisor.units != 0, "division by zero")
        let sign: Int128 = divisor.units < 0 ? -1 : 1
        let (whole, rest) = units.quotientAndRemainder(dividingBy: divisor.units)
        let part = rule.divide(rest * sign * Self.scale, by: divisor.units * sign)
        return FixedDecimal(units: whole * Self.scale + part)
    }

    /// The share `numerator / denominator` of this amount, rounded to twelve digits; used to split costs over lots.
    public func share(_ numerator: FixedDecimal, of denominator: FixedDecimal) -> FixedDecimal {
        if numerator == denominator { return self }
        precondition(denominator > .zero, "a share needs a positive whole")
        let (product, overflow) = units.multipliedReportingOverflow(by: numerator.units)
        if !overflow { return FixedDecimal(units: RoundingRule.halfEven.divide(product, by: denominator.units)) }
        return times(numerator.divided(by: denominator))
    }

    /// The nearest multiple of `step` in the direction of `rule`; `step` must be positive.
    public func quantised(to step: FixedDecimal, rounding rule: RoundingRule) -> FixedDecimal {
        precondition(step > .zero, "a step is positive")
        return FixedDecimal(units: rule.divide(units, by: step.units) * step.units)
    }

    /// Whether this is a whole multiple of `step`.
    public func isMultiple(of step: FixedDecimal) -> Bool {
        step > .zero && units % step.units == 0
    }

    /// A measurement (a bar's price, a signal's stop, a share of a budget) rounded into an exact amount; nil when it is
    /// not finite or too large. This is the only way from `Double` into the money path.
    public init?(measured value: Double, rounding rule: FloatingPointRoundingRule = .toNearestOrEven) {
        // Through Int64, which the limit fits: the standard library converts between Double and Int128 generically, which
        // is twenty times slower, and this runs for every price of every bar.
        guard value.isFinite, value.magnitude <= 1e13 else { return nil }
        let whole = value.rounded(.towardZero)
        let part = ((value - whole) * 1e12).rounded(rule)
        self.init(units: Int128(Int64(whole)) * Self.scale + Int128(Int64(part)))
    }
}
