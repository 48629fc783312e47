import Core

extension Wire {
    /// A `Quotation`: whole units as text, billionths as a number, both with the sign.
    static func quotation(_ amount: some ExactAmount) -> Wire { .object(parts(amount.value)) }

    /// A `MoneyValue`.
    static func money(_ amount: some ExactAmount, _ currency: String = "rub") -> Wire {
        .object([Member(key: "currency", value: .text(currency))] + parts(amount.value))
    }

    private static func parts(_ value: FixedDecimal) -> [Member] {
        let split = value.units.quotientAndRemainder(dividingBy: FixedDecimal.scale)
        return [
            Member(key: "units", value: .text(String(split.quotient))),
            Member(key: "nano", value: .number(String(split.remainder / 1000))),
        ]
    }

    /// A whole number of 64 bits, which protobuf writes as text.
    static func long(_ value: Int64) -> Wire { .text(String(value)) }

    /// A moment as RFC 3339 in UTC.
    static func instant(_ moment: Timestamp) -> Wire { .text(TInvestDate.text(moment)) }

    /// The exact number of a `Quotation` or `MoneyValue`; nil when it is none.
    var exact: FixedDecimal? {
        let limit: Int64 = 9_000_000_000_000
        guard let units = Int64(self["units"]?.string ?? "0"), let nano = Int64(self["nano"]?.string ?? "0"),
            units > -limit, units < limit, abs(nano) < 1_000_000_000,
            units == 0 || nano == 0 || (units > 0) == (nano > 0)
        else { return nil }
        return FixedDecimal(units: Int128(units) * FixedDecimal.scale + Int128(nano) * 1000)
    }

    /// The same value with every key in lower camel case; clients may write either.
    var camelled: Wire {
        switch self {
        case .object(let members): .object(members.map { Member(key: Self.camel($0.key), value: $0.value.camelled) })
        case .list(let elements): .list(elements.map(\.camelled))
        case .null, .flag, .number, .text: self
        }
    }

    private static func camel(_ key: String) -> String {
        guard key.contains("_") else { return key }
        let words = key.split(separator: "_")
        return words.dropFirst().reduce(String(words.first ?? "")) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
    }
}

/// Dates of the civil calendar (Hinnant, "chrono-compatible low-level date algorithms", 2013).
enum TInvestDate {
    static let day: Int64 = 86_400_000

    /// A moment as RFC 3339 in UTC.
    static func text(_ moment: Timestamp) -> String {
        let start = moment.milliseconds.floored(to: day)
        let rest = moment.milliseconds - start
        let date = civil(start / day)
        let clock = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { padded($0, 2) }
        return date + "T" + clock.joined(separator: ":") + "." + padded(rest % 1000, 3) + "Z"
    }

    /// A moment as the header of an answer tells it, to the second (RFC 9110, 5.6.7).
    static func header(_ moment: Timestamp) -> String {
        let start = moment.milliseconds.floored(to: day)
        let date = civil(start / day).split(separator: "-")
        let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = text(moment).dropFirst(11).prefix(8)
        let month = months[(Int(date[1]) ?? 1) - 1]
        return "\(weekdays[Int((start / day + 3) % 7)]), \(date[2]) \(month) \(date[0]) \(clock) GMT"
    }

    /// Reads RFC 3339 in UTC, with any number of fractional digits; nil when it is none.
    static func moment(_ text: String) -> Timestamp? {
        let halves = text.split(separator: "T", omittingEmptySubsequences: false)
        guard halves.count == 2, halves[1].hasSuffix("Z"), let days = days(String(halves[0])) else { return nil }
        let clock = halves[1].dropLast().split(separator: ".", maxSplits: 1)
        guard let first = clock.first else { return nil }
        let hands = first.split(separator: ":").compactMap { Int64($0) }
        guard hands.count == 3, (0...24).contains(hands[0]), (0...59).contains(hands[1]), (0...60).contains(hands[2])
        else { return nil }
        let digits = clock.count > 1 ? String((clock[1] + "000").prefix(3)) : "0"
        guard let fraction = Int64(digits), fraction >= 0 else { return nil }
        return Timestamp(days * day + hands[0] * 3_600_000 + hands[1] * 60_000 + hands[2] * 1000 + fraction)
    }

    /// Days since 1970-01-01 of a date such as `2026-02-02`.
    static func days(_ text: String) -> Int64? {
        let parts = text.split(separator: "-").compactMap { Int64($0) }
        guard parts.count == 3, (1970...9999).contains(parts[0]), (1...12).contains(parts[1]),
            (1...31).contains(parts[2])
        else { return nil }
        let year = parts[1] <= 2 ? parts[0] - 1 : parts[0]
        let era = year / 400
        let yearOfEra = year - era * 400
        let shifted = parts[1] > 2 ? parts[1] - 3 : parts[1] + 9
        let dayOfYear = (153 * shifted + 2) / 5 + parts[2] - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The date so many days after 1970-01-01.
    static func civil(_ days: Int64) -> String {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let part = (5 * dayOfYear + 2) / 153
        let month = part < 10 ? part + 3 : part - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfYear - (153 * part + 2) / 5 + 1, 2))"
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(width - text.count, 0)) + text
    }
}

/// Names shaped as UUIDs, drawn from a text.
enum TInvestName {
    static func uuid(_ text: String) -> String {
        let hex = Array(Digest.sha256("tinvest/\(text)").hex.prefix(32))
        let (head, tail) = (String(hex[0..<8]), String(hex[20..<32]))
        return "\(head)-\(String(hex[8..<12]))-4\(String(hex[13..<16]))-a\(String(hex[17..<20]))-\(tail)"
    }

    /// Whether a text is a UUID.
    static func isUUID(_ text: String) -> Bool {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12] && groups.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }
}
