package import Core

/// The venue's moments: RFC 3339 in UTC with up to nine digits behind the second.
package enum TinkoffTime {
    private static let dayMilliseconds: Int64 = 86_400_000
    /// Moscow has no summer time.
    package static let moscow = TimeSpan.seconds(3 * 3600)

    /// Reads `2024-07-15T07:07:17.321267Z`, cut off behind the millisecond; nil when it is anything else, or the epoch,
    /// which stands for "never".
    package static func read(_ text: String?) -> Timestamp? {
        guard let text else { return nil }
        let letters = Array(text.utf8)
        guard letters.count >= 20, letters.last == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for letter in letters[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(letter) else { return nil }
                value = value * 10 + Int64(letter - UInt8(ascii: "0"))
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), (1...12).contains(month),
            (1...31).contains(day), hour < 25, minute < 60, second < 61
        else { return nil }
        var fraction: Int64 = 0
        if letters[19] == UInt8(ascii: ".") {
            for place in 20..<23 {
                let digit = place < letters.count - 1 ? number(place..<place + 1) ?? 0 : 0
                fraction = fraction * 10 + digit
            }
        }
        let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
        let moment = seconds * 1000 + fraction
        return moment > 0 ? Timestamp(milliseconds: moment) : nil
    }

    /// Writes a moment with milliseconds.
    package static func write(_ moment: Timestamp) -> String {
        let milliseconds = max(0, moment.milliseconds)
        let (year, month, day) = date(milliseconds / dayMilliseconds)
        let rest = milliseconds % dayMilliseconds
        func padded(_ value: Int64, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let clock = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { padded($0, 2) }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(clock.joined(separator: ":"))"
            + ".\(padded(rest % 1000, 3))Z"
    }

    /// The first moment of the Moscow day of a moment.
    package static func startOfDay(_ moment: Timestamp) -> Timestamp {
        let local = (moment + moscow).milliseconds
        return Timestamp(milliseconds: local / dayMilliseconds * dayMilliseconds) - moscow
    }

    /// Reads the `Date` line of an answer, exact to the second; nil when it is none.
    package static func header(_ text: String?) -> Timestamp? {
        let words = text?.split(separator: " ") ?? []
        guard words.count == 6, let day = Int64(words[1]), let year = Int64(words[3]),
            let month = months.firstIndex(of: String(words[2]))
        else { return nil }
        let clock = words[4].split(separator: ":").compactMap { Int64($0) }
        guard clock.count == 3 else { return nil }
        let seconds = ((days(year, Int64(month) + 1, day) * 24 + clock[0]) * 60 + clock[1]) * 60 + clock[2]
        return Timestamp(milliseconds: seconds * 1000)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Days from 1970-01-01 to a date of the Gregorian calendar: years are counted from March, so that the leap day
    /// comes last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let ofEra = shifted - era * 400
        let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }

    private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let ofEra = shifted - era * 146_097
        let years = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * years + years / 4 - years / 100)
        let index = (5 * ofYear + 2) / 153
        let month = index < 10 ? index + 3 : index - 9
        return (years + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * index + 2) / 5 + 1)
    }
}
