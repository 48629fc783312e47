/// Reads plain decimal numbers out of bytes, correctly rounded.
package enum DecimalText {
    /// Powers of ten that a `Double` holds exactly.
    private static let powers: [Double] = (0...22).map { power in (0..<power).reduce(1.0) { value, _ in value * 10 } }

    /// The number written in `bytes[range]`: an optional sign, digits with at most one point, an optional exponent.
    /// `nan` and `inf` are read too, so that the caller can call them by name. Nil for everything else.
    ///
    /// With at most 15 significant digits and at most 22 decimals both the digits and the power of ten are exact, so
    /// their quotient is the correctly rounded value (Clinger, "How to Read Floating Point Numbers Accurately", PLDI
    /// 1990). Other texts go through the standard library's exact reader.
    package static func double(_ bytes: [UInt8], _ range: Range<Int>) -> Double? {
        var index = range.lowerBound
        guard index < range.upperBound else { return nil }
        let negative = bytes[index] == UInt8(ascii: "-")
        if negative { index += 1 }
        var mantissa: UInt64 = 0
        var digits = 0
        var decimals = 0
        var sawPoint = false
        while index < range.upperBound {
            let byte = bytes[index]
            if byte &- 48 < 10 {
                mantissa = mantissa &* 10 &+ UInt64(byte &- 48)
                digits += 1
                if sawPoint { decimals += 1 }
            } else if byte == UInt8(ascii: "."), !sawPoint {
                sawPoint = true
            } else {
                return slow(bytes, range)
            }
            index += 1
        }
        guard digits > 0 else { return nil }
        guard digits <= 15 else { return slow(bytes, range) }
        let value = Double(mantissa) / powers[decimals]
        return negative ? -value : value
    }

    /// The non-negative whole number written in `bytes[range]`; nil for anything but 1 to 18 digits.
    package static func whole(_ bytes: [UInt8], _ range: Range<Int>) -> Int64? {
        guard (1...18).contains(range.count) else { return nil }
        var value: Int64 = 0
        for index in range {
            let digit = bytes[index] &- 48
            guard digit < 10 else { return nil }
            value = value &* 10 &+ Int64(digit)
        }
        return value
    }

    private static func slow(_ bytes: [UInt8], _ range: Range<Int>) -> Double? {
        guard range.count <= 64 else { return nil }
        let text = String(decoding: bytes[range], as: UTF8.self)
        if text.utf8.allSatisfy({ $0 &- 48 < 10 || "+-.eE".utf8.contains($0) }) { return Double(text) }
        switch text.lowercased() {
        case "nan", "-nan": return .nan
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        default: return nil
        }
    }
}
