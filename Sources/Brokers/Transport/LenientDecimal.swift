package import Core

extension FixedDecimal {
    /// Reads a number as venues write it: signs, padding zeros and exponents are fine; digits behind the twelfth are
    /// cut off. Nil when it is no number (the empty text included) or too large.
    ///
    /// Never through a binary fraction.
    package init?(lenient bytes: some Sequence<UInt8>) {
        var (mantissa, digits, behindPoint): (Int128, Int, Int?) = (0, 0, nil)
        var (negative, exponent, exponentSign): (Bool, Int?, Int) = (false, nil, 1)
        var isFirst = true
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "-") where isFirst: negative = true
            case UInt8(ascii: "+") where isFirst: break
            case UInt8(ascii: "-") where exponent == 0: exponentSign = -1
            case UInt8(ascii: "+") where exponent == 0: break
            case UInt8(ascii: ".") where behindPoint == nil && exponent == nil: behindPoint = 0
            case UInt8(ascii: "e") where exponent == nil && digits > 0,
                UInt8(ascii: "E") where exponent == nil && digits > 0:
                exponent = 0
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = Int(byte - UInt8(ascii: "0"))
                if let power = exponent {
                    exponent = min(power * 10 + digit, 1000)
                    continue
                }
                digits += 1
                // More digits than anything real has: keep the place of the point and forget the rest.
                guard mantissa < 1_000_000_000_000_000_000_000_000 else {
                    guard behindPoint != nil else { return nil }
                    continue
                }
                mantissa = mantissa * 10 + Int128(digit)
                behindPoint = behindPoint.map { $0 + 1 }
            default: return nil
            }
            isFirst = false
        }
        guard digits > 0 else { return nil }
        self.init(mantissa: negative ? -mantissa : mantissa, power: (exponent ?? 0) * exponentSign - (behindPoint ?? 0))
    }

    /// Ten to the powers of none up to the digits behind the point: by which a number is scaled.
    private static let powersOfTen: [Int128] = (0...fractionDigits).map { power in
        (0..<power).reduce(Int128(1)) { product, _ in product * 10 }
    }

    /// `mantissa` times ten to the `power`, cut off behind the twelfth digit; nil when it exceeds ``parseLimit``.
    private init?(mantissa: Int128, power: Int) {
        var (units, shift) = (mantissa, power + Self.fractionDigits)
        if shift >= 0, shift < Self.powersOfTen.count, let small = Int64(exactly: mantissa) {
            // What venues send: at most 9.3e18 times 1e12, which fits.
            units = Int128(small) * Self.powersOfTen[shift]
            guard units.magnitude <= Self.parseLimit.magnitude * Self.scale.magnitude else { return nil }
            self.init(units: units)
            return
        }
        while shift < 0, units != 0 { (units, shift) = (units / 10, shift + 1) }
        while shift > 0, units != 0 {
            guard units.magnitude <= Self.parseLimit.magnitude * Self.scale.magnitude else { return nil }
            (units, shift) = (units * 10, shift - 1)
        }
        guard units.magnitude <= Self.parseLimit.magnitude * Self.scale.magnitude else { return nil }
        self.init(units: units)
    }
}
