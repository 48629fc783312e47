/// An exact decimal number with twelve digits behind the point.
///
/// The value is `units / 10^12`, held in 128 bits, so that the sum, difference and product of any amounts that can be
/// parsed are exact or trap; there is no silent wrap-around and no binary fraction. Rounding happens only in
/// `Rounding.swift` and always names its rule.
public struct FixedDecimal: Hashable, Comparable, Sendable {
    /// The number of 10^-12 parts.
    public let units: Int128

    /// Digits behind the decimal point.
    public static let fractionDigits = 12

    /// 10^12: the number of parts in one.
    public static let scale: Int128 = 1_000_000_000_000

    /// A parsed number may not exceed this magnitude; the product of two such numbers still fits.
    public static let parseLimit: Int128 = 10_000_000_000_000

    /// The number of `units` parts of 10^-12.
    public init(units: Int128) {
        self.units = units
    }

    /// `left * right` parts of 10^-12. The standard library multiplies 128 bits by 128 bits, whatever they hold.
    @inlinable init(product left: Int64, _ right: Int64) {
        let (high, low) = left.multipliedFullWidth(by: right)
        units = Int128(high) &<< 64 | Int128(low)
    }

    /// A whole number.
    public init(_ whole: Int) {
        units = Int128(whole) * Self.scale
    }

    /// Nothing.
    public static let zero = FixedDecimal(units: 0)
    /// One.
    public static let one = FixedDecimal(units: scale)

    /// The absolute value.
    public var magnitude: FixedDecimal { FixedDecimal(units: units < 0 ? -units : units) }

    /// The nearest binary number: for statistics, charts and signals, never back into money.
    public var double: Double {
        let (whole, part) = units.quotientAndRemainder(dividingBy: Self.scale)
        if part == 0 { return Double(whole) }
        if units.magnitude < 1 << 53 { return Double(units) / 1e12 }
        return Double(description) ?? Double(whole)
    }

    public static func < (left: FixedDecimal, right: FixedDecimal) -> Bool { left.units < right.units }

    public static func + (left: FixedDecimal, right: FixedDecimal) -> FixedDecimal {
        FixedDecimal(units: left.units + right.units)
    }

    public static func - (left: FixedDecimal, right: FixedDecimal) -> FixedDecimal {
        FixedDecimal(units: left.units - right.units)
    }

    public static prefix func - (value: FixedDecimal) -> FixedDecimal {
        FixedDecimal(units: -value.units)
    }
}
