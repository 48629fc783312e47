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
}
