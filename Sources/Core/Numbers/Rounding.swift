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
        // Most amounts fit 64 bits, whose division takes a fraction of the time.
        if let numerator = Int64(exactly: numerator), let denominator = Int64(exactly: denominator) {
            return Int128(divide(numerator, by: denominator))
        }
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        let away = goesAway(
            negative: numerator < 0, odd: quotient % 2 != 0, remainder: remainder.magnitude,
            denominator: denominator.magnitude)
        return away ? quotient + (numerator < 0 ? -1 : 1) : quotient
    }

    private func divide(_ numerator: Int64, by denominator: Int64) -> Int64 {
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        let away = goesAway(
            negative: numerator < 0, odd: quotient % 2 != 0, remainder: UInt128(remainder.magnitude),
            denominator: UInt128(denominator.magnitude))
        return away ? quotient + (numerator < 0 ? -1 : 1) : quotient
    }

    /// `left * right / denominator` rounded once to a whole number, with 256 bits in between; `denominator` must be
    /// positive. Traps when the result itself does not fit.
    package func divide(product left: Int128, _ right: Int128, by denominator: Int128) -> Int128 {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        if !overflow { return divide(product, by: denominator) }
        precondition(denominator > 0, "rounding divides by a positive number")
        let wide = left.magnitude.multipliedFullWidth(by: right.magnitude)
        precondition(wide.high < denominator.magnitude, "an exact amount outgrew its 128 bits")
        let (quotient, remainder) = denominator.magnitude.dividingFullWidth(wide)
        let negative = (left < 0) != (right < 0)
        let away = goesAway(
            negative: negative, odd: quotient % 2 != 0, remainder: remainder, denominator: denominator.magnitude)
        let magnitude = Int128(quotient) + (away ? 1 : 0)
        return negative ? -magnitude : magnitude
    }

    /// Whether the result is the neighbour further from zero than the truncated quotient.
    private func goesAway(negative: Bool, odd: Bool, remainder: UInt128, denominator: UInt128) -> Bool {
        guard remainder != 0 else { return false }
        let rest = denominator - remainder
        return switch self {
        case .halfEven: remainder > rest || (remainder == rest && odd)
        case .halfUp: remainder >= rest
        case .down: false
        case .up: true
        case .floor: negative
        case .ceiling: !negative
        }
    }
}

extension FixedDecimal {
    /// The product, rounded once to twelve digits. Exact whenever the digits behind both points add up to twelve or
    /// less. Traps when the product exceeds 1.7 x 10^26, which two parsed numbers cannot reach.
    public func times(_ other: FixedDecimal, rounding rule: RoundingRule = .halfEven) -> FixedDecimal {
        if let product = shortProduct(other) { return product }
        return FixedDecimal(units: rule.divide(product: units, other.units, by: Self.scale))
    }

    /// The exact product of two numbers of 64 bits and at most six digits behind the point, as most prices and
    /// quantities are; nil for others. It takes a fraction of the time of a division of 128 bits.
    private func shortProduct(_ other: FixedDecimal) -> FixedDecimal? {
        guard let left = Int64(exactly: units), let right = Int64(exactly: other.units) else { return nil }
        let (first, second) = (left / 1_000_000, right / 1_000_000)
        guard first * 1_000_000 == left, second * 1_000_000 == right else { return nil }
        return FixedDecimal(product: first, second)
    }

    /// The quotient, rounded once to twelve digits. Traps when it exceeds 1.7 x 10^26.
    ///
    /// - Precondition: `divisor` is not zero.
    public func divided(by divisor: FixedDecimal, rounding rule: RoundingRule = .halfEven) -> FixedDecimal {
        precondition(divisor.units != 0, "division by zero")
        let sign: Int128 = divisor.units < 0 ? -1 : 1
        return FixedDecimal(units: rule.divide(product: units * sign, Self.scale, by: divisor.units * sign))
    }

    /// The share `numerator / denominator` of this amount, rounded once to twelve digits; used to split costs over
    /// lots and for rates, where a product that is rounded before it is divided would be off by a digit.
    ///
    /// - Precondition: `denominator` is positive.
    public func share(
        _ numerator: FixedDecimal, of denominator: FixedDecimal, rounding rule: RoundingRule = .halfEven
    ) -> FixedDecimal {
        precondition(denominator > .zero, "a share needs a positive whole")
        return FixedDecimal(units: rule.divide(product: units, numerator.units, by: denominator.units))
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
        // Through Int64, which the limit fits: the standard library converts between Double and Int128 generically,
        // which is twenty times slower, and this runs for every price of every bar.
        guard value.isFinite, value.magnitude <= 1e13 else { return nil }
        let whole = value.rounded(.towardZero)
        let part = ((value - whole) * 1e12).rounded(rule)
        self.init(units: Int128(Int64(whole)) * Self.scale + Int128(Int64(part)))
    }
}
