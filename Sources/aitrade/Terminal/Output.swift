import Core
import Foundation

/// What commands print, in one style.
enum Output {
    /// Makes what was printed appear before long work begins, also in a pipe.
    static func flush() {
        fflush(nil)
    }

    /// Says something on standard error that is no failure.
    static func warn(_ text: String) {
        FileHandle.standardError.write(Data("aitrade: \(text)\n".utf8))
    }

    /// Prints `value` as JSON with sorted keys.
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Prints rows under headings; columns are as wide as they need to be, numbers stand to the right.
    static func table(_ headings: [String], _ rows: [[String]]) {
        let widths = headings.indices.map { column in
            ([headings] + rows).map { $0[column].count }.max() ?? 0
        }
        for row in [headings] + rows {
            let cells = row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                let isNumber = rows.allSatisfy { $0[column].first.map { "-+0123456789n".contains($0) } ?? true }
                return isNumber && column > 0 ? padding + row[column] : row[column] + padding
            }
            print("  " + cells.joined(separator: "  ").trimmingSuffix(" "))
        }
    }

    /// A moment as `2024-01-02 03:04` UTC.
    static func time(_ moment: Timestamp) -> String {
        let date = Date(timeIntervalSince1970: Double(moment.milliseconds) / 1000)
        let text = date.ISO8601Format(.iso8601(timeZone: .gmt, dateTimeSeparator: .space))
        return String(text.prefix(16))
    }

    /// A number with `places` digits behind the point.
    static func number(_ value: Double, _ places: Int = 2) -> String {
        value.isFinite ? String(format: "%.\(places)f", value) : "n/a"
    }

    /// A share as a percentage with its sign.
    static func percent(_ value: Double) -> String {
        value.isFinite ? String(format: "%+.2f %%", value * 100) : "n/a"
    }
}

extension String {
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        var text = self
        while text.last == character { text.removeLast() }
        return text
    }
}
