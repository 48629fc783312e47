/// An exact amount with a meaning: a price, a quantity or money. The meaning is in the type, so that they cannot be
/// mixed up; the arithmetic is shared here.
public protocol ExactAmount: Hashable, Comparable, Codable, Sendable, LosslessStringConvertible {
    /// The bare number.
    var value: FixedDecimal { get }
    /// Gives a bare number this meaning.
    init(_ value: FixedDecimal)
}

extension ExactAmount {
    /// Nothing.
    public static var zero: Self { Self(FixedDecimal.zero) }

    /// Reads plain decimal text; nil when ``FixedDecimal`` refuses it.
    public init?(_ text: String) {
        guard let value = FixedDecimal(text) else { return nil }
        self.init(value)
    }

    public var description: String { value.description }

    /// The absolute amount.
    public var magnitude: Self { Self(value.magnitude) }

    /// The nearest binary number, for statistics only.
    public var double: Double { value.double }

    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
    public static func + (left: Self, right: Self) -> Self { Self(left.value + right.value) }
    public static func - (left: Self, right: Self) -> Self { Self(left.value - right.value) }
    public static prefix func - (amount: Self) -> Self { Self(-amount.value) }
    public static func += (left: inout Self, right: Self) { left = left + right }
    public static func -= (left: inout Self, right: Self) { left = left - right }

    /// Reads the decimal text.
    public init(from decoder: any Decoder) throws {
        self.init(try FixedDecimal(from: decoder))
    }

    /// Writes the decimal text.
    public func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
    }
}

/// The price of one unit of an instrument, in its quote currency.
public struct Price: ExactAmount {
    public let value: FixedDecimal

    /// A price of `value` quote units for one unit.
    public init(_ value: FixedDecimal) {
        self.value = value
    }
}

/// How many units of an instrument; negative where a signed position is meant.
public struct Quantity: ExactAmount {
    public let value: FixedDecimal

    /// A quantity of `value` units.
    public init(_ value: FixedDecimal) {
        self.value = value
    }
}

/// An amount of a currency. The currency itself is named by the instrument or account it belongs to.
public struct Money: ExactAmount {
    public let value: FixedDecimal

    /// `value` units of the currency.
    public init(_ value: FixedDecimal) {
        self.value = value
    }

    /// `share` (a measurement such as 0.25) of this amount, rounded to twelve digits; nil when `share` is not finite.
    public func portion(_ share: Double) -> Money? {
        FixedDecimal(measured: share).map { Money(value.times($0)) }
    }

    /// `points` hundredths of a percent of this amount.
    public func basisPoints(_ points: FixedDecimal, rounding rule: RoundingRule = .halfEven) -> Money {
        Money(value.share(points, of: FixedDecimal(10_000), rounding: rule))
    }
}

extension Price {
    /// The money that `quantity` costs at this price; negative for a negative quantity.
    public func notional(_ quantity: Quantity) -> Money {
        Money(value.times(quantity.value))
    }

    /// This price moved by `points` hundredths of a percent; negative points move it down.
    public func moved(basisPoints points: FixedDecimal) -> Price {
        Price(value + value.share(points, of: FixedDecimal(10_000)))
    }
}
