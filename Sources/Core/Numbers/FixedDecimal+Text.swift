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
        String(unsafeUninitializedCapacity: 48) { text in
            write { text[$0] = $1 }
        }
    }

    /// Gives the bytes of ``description`` one by one, with their places, which begin at 0.
    ///
    /// - Returns: How many there are; at most 41.
    package func write(_ put: (Int, UInt8) -> Void) -> Int {
        let (wide, part) = units.magnitude.quotientAndRemainder(dividingBy: UInt128(Self.scale))
        var count = 0
        func add(_ byte: UInt8) {
            put(count, byte)
            count += 1
        }
        if units < 0 { add(UInt8(ascii: "-")) }
        // Digits come from the right; what is written is written from the left.
        var digits = InlineArray<28, UInt8>(repeating: 0)
        var (whole, place) = (wide, 0)
        while whole > UInt128(UInt64.max) {
            digits[place] = UInt8(whole % 10)
            (whole, place) = (whole / 10, place + 1)
        }
        // Most amounts fit 64 bits, whose division takes a fraction of the time.
        var short = UInt64(whole)
        repeat {
            digits[place] = UInt8(short % 10)
            (short, place) = (short / 10, place + 1)
        } while short != 0
        while place > 0 {
            place -= 1
            add(UInt8(ascii: "0") + digits[place])
        }
        guard part != 0 else { return count }
        add(UInt8(ascii: "."))
        var power = UInt64(Self.scale / 10)
        var rest = UInt64(part)
        while rest != 0 {
            add(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / power))
            (rest, power) = (rest % power, power / 10)
        }
        return count
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
