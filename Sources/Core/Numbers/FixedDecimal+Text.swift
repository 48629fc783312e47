extension FixedDecimal: LosslessStringConvertible, Codable {
    /// Reads plain decimal text such as `-12.0305`; nil when the text is anything else, carries more than twelve
    /// significant digits behind the point, or exceeds ``parseLimit``.
    ///
    /// Trailing zeros behind the twelfth digit are accepted. Exponents, signs other than a leading `-`, spaces and
    /// separators are not.
    public init?(_ text: String) {
        var bytes = text.utf8.makeIterator()
        var byte = bytes.next()
        let negative = byte == UInt8(ascii: "-")
        if negative { byte = bytes.next() }
        var units: Int128 = 0
        var fraction: Int?
        var digits = 0
        while let current = byte {
            if current == UInt8(ascii: "."), fraction == nil, digits > 0 {
                fraction = 0
            } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(current) {
                let digit = Int128(current - UInt8(ascii: "0"))
                digits += 1
                if let places = fraction {
                    fraction = places + 1
                    if places >= Self.fractionDigits {
                        guard digit == 0 else { return nil }
                        byte = bytes.next()
                        continue
                    }
                }
                units = units * 10 + digit
                guard units <= Self.parseLimit * Self.scale else { return nil }
            } else {
                return nil
            }
            byte = bytes.next()
        }
        guard digits > 0, fraction != 0 else { return nil }
        for _ in min(fraction ?? 0, Self.fractionDigits)..<Self.fractionDigits {
            units *= 10
            guard units <= Self.parseLimit * Self.scale else { return nil }
        }
        self.init(units: negative ? -units : units)
    }

    /// The shortest exact decimal text: no exponent, no trailing zeros behind the point.
    public var description: String {
        let (whole, part) = units.magnitude.quotientAndRemainder(dividingBy: UInt128(Self.scale))
        let sign = units < 0 ? "-" : ""
        guard part != 0 else { return sign + String(whole) }
        let digits = String(part)
        var fraction = String(repeating: "0", count: Self.fractionDigits - digits.count) + digits
        while fraction.last == "0" { fraction.removeLast() }
        return sign + String(whole) + "." + fraction
    }

    /// The number of digits behind the point in ``description``.
    public var digitsBehindPoint: Int {
        var (rest, digits) = (units.magnitude % UInt128(Self.scale), Self.fractionDigits)
        guard rest != 0 else { return 0 }
        while rest % 10 == 0 { (rest, digits) = (rest / 10, digits - 1) }
        return digits
    }

    /// Reads the decimal text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = FixedDecimal(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not a decimal number")
        }
        self = value
    }

    /// Writes the decimal text, so that no reader rounds it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
