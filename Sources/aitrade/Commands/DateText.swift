import Core
import Foundation

/// Dates as people type them.
enum DateText {
    /// Reads `2024-03-01`, `2024-03-01T12:00` or `2024-03-01T12:00:00`, as UTC.
    static func moment(_ text: String) -> Timestamp? {
        let padded =
            switch text.count {
            case 10: text + "T00:00:00Z"
            case 16: text + ":00Z"
            case 19: text + "Z"
            default: text
            }
        guard let date = try? Date(padded, strategy: .iso8601) else { return nil }
        return Timestamp(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }

    /// A moment as `20240301-120000` UTC, for file names.
    static func fileName(_ moment: Timestamp) -> String {
        let date = Date(timeIntervalSince1970: Double(moment.milliseconds) / 1000)
        return date.ISO8601Format(
            .iso8601(timeZone: .gmt, dateSeparator: .omitted, dateTimeSeparator: .space, timeSeparator: .omitted)
        ).replacing(" ", with: "-").replacing("Z", with: "")
    }

    /// Reads what ``fileName(_:)`` writes.
    static func fromFileName(_ text: String) -> Timestamp? {
        let digits = Array(text)
        guard digits.count == 15, digits[8] == "-" else { return nil }
        let (day, time) = (String(digits[0..<8]), String(digits[9..<15]))
        guard Int(day) != nil, Int(time) != nil else { return nil }
        func part(_ text: String, _ range: Range<Int>) -> String { String(Array(text)[range]) }
        return moment(
            "\(part(day, 0..<4))-\(part(day, 4..<6))-\(part(day, 6..<8))"
                + "T\(part(time, 0..<2)):\(part(time, 2..<4)):\(part(time, 4..<6))")
    }
}
