import Core

/// A whole number as decimal digits, least significant first: school arithmetic to check the 128-bit one against.
struct NaiveNumber: Equatable {
    private(set) var digits: [UInt8] = []

    init(_ value: some BinaryInteger) {
        digits = String(value.magnitude).utf8.reversed().map { $0 - UInt8(ascii: "0") }
        trim()
    }

    private init(digits: [UInt8]) {
        self.digits = digits
        trim()
    }

    private mutating func trim() {
        while digits.last == 0 { digits.removeLast() }
    }

    var text: String {
        digits.isEmpty ? "0" : String(decoding: digits.reversed().map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
    }

    static func * (left: NaiveNumber, right: NaiveNumber) -> NaiveNumber {
        var sum = [Int](repeating: 0, count: left.digits.count + right.digits.count + 1)
        for (i, a) in left.digits.enumerated() {
            for (j, b) in right.digits.enumerated() { sum[i + j] += Int(a) * Int(b) }
        }
        for place in 0..<(sum.count - 1) {
            sum[place + 1] += sum[place] / 10
            sum[place] %= 10
        }
        return NaiveNumber(digits: sum.map { UInt8($0) })
    }

    func compare(_ other: NaiveNumber) -> Int {
        if digits.count != other.digits.count { return digits.count < other.digits.count ? -1 : 1 }
        for (a, b) in zip(digits.reversed(), other.digits.reversed()) where a != b { return a < b ? -1 : 1 }
        return 0
    }

    private func less(_ other: NaiveNumber) -> NaiveNumber {
        var (result, borrow) = (digits, 0)
        for place in result.indices {
            var digit = Int(result[place]) - borrow - (place < other.digits.count ? Int(other.digits[place]) : 0)
            borrow = digit < 0 ? 1 : 0
            if digit < 0 { digit += 10 }
            result[place] = UInt8(digit)
        }
        return NaiveNumber(digits: result)
    }

    var successor: NaiveNumber {
        var result = digits + [0]
        for place in result.indices {
            if result[place] < 9 {
                result[place] += 1
                break
            }
            result[place] = 0
        }
        return NaiveNumber(digits: result)
    }

    /// Long division, digit by digit.
    func divided(by divisor: NaiveNumber) -> (quotient: NaiveNumber, remainder: NaiveNumber) {
        var (quotient, rest): ([UInt8], NaiveNumber) = ([], NaiveNumber(digits: []))
        for digit in digits.reversed() {
            rest = NaiveNumber(digits: [digit] + rest.digits)
            var count: UInt8 = 0
            while rest.compare(divisor) >= 0 { (rest, count) = (rest.less(divisor), count + 1) }
            quotient.append(count)
        }
        return (NaiveNumber(digits: quotient.reversed()), rest)
    }

    var isOdd: Bool { (digits.first ?? 0) % 2 == 1 }
}

/// `left * right / divisor` rounded by `rule`, as text, by school arithmetic.
func naiveRatio(_ left: Int128, _ right: Int128, over divisor: Int128, _ rule: RoundingRule) -> String {
    let negative = [left, right, divisor].count { $0 < 0 } % 2 == 1
    let (quotient, rest) = (NaiveNumber(left) * NaiveNumber(right)).divided(by: NaiveNumber(divisor))
    let half = (rest * NaiveNumber(2)).compare(NaiveNumber(divisor))
    let exact = rest == NaiveNumber(0)
    let grows =
        switch rule {
        case .down: false
        case .up: !exact
        case .floor: !exact && negative
        case .ceiling: !exact && !negative
        case .halfUp: half >= 0
        case .halfEven: half > 0 || (half == 0 && quotient.isOdd)
        }
    let text = (grows ? quotient.successor : quotient).text
    return negative && text != "0" ? "-" + text : text
}

extension SeededRandom {
    /// A number of a random length up to `bits`, with either sign, often next to a power of ten.
    mutating func int128(bits: Int) -> Int128 {
        let wide = Int128(next()) << 63 ^ Int128(next() >> 1)
        var value = (wide & Int128.max) >> Int128(127 - 1 - below(bits))
        if chance(0.3) {
            var power: Int128 = 1
            while power < value / 10 { power *= 10 }
            value = power + Int128(below(5)) - 2
        }
        return chance(0.5) ? value : -value
    }
}
