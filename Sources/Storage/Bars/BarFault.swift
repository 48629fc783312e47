public import Core

/// What is wrong with one line of a bar file.
public struct BarFault: Hashable, Sendable, CustomStringConvertible {
    /// The kinds of fault.
    public enum Kind: Hashable, Sendable {
        /// The file starts with a byte order mark.
        case byteOrderMark
        /// Lines end with a carriage return.
        case windowsLineEnd
        /// There are more or fewer than six fields.
        case fieldCount(Int)
        /// A field is not a plain decimal number.
        case notANumber(column: String, text: String)
        /// The timestamp is not a whole number of milliseconds between 1973 and 2286.
        case timestamp(text: String)
        /// The numbers do not make a bar.
        case flawed(BarFlaw)
        /// Another row has the same timestamp.
        case duplicate(ofLine: Int)
        /// The timestamp is too early for the rows before it or too late for the rows after it.
        case outOfOrder
        /// The row opens before the bar before it is complete.
        case overlap(millisecondsLater: Int64)
    }

    /// The line, counting from 1, header included.
    public let line: Int
    /// What is wrong.
    public let kind: Kind

    /// A fault on a line.
    public init(line: Int, kind: Kind) {
        self.line = line
        self.kind = kind
    }

    /// Whether the fault lies in how the file is written down, not in a row: cleaning it loses nothing.
    public var isCosmetic: Bool { kind == .byteOrderMark || kind == .windowsLineEnd }

    /// What is wrong, without the line.
    public var problem: String {
        switch kind {
        case .byteOrderMark: "a byte order mark precedes the header"
        case .windowsLineEnd: "the line ends with a carriage return (Windows line ends)"
        case .fieldCount(let count): "\(count) field\(count == 1 ? "" : "s") instead of 6; the row is cut short or torn"
        case .notANumber(let column, let text): "\(column) is '\(text)', not a plain decimal number"
        case .timestamp(let text): "timestamp is '\(text)', not Unix milliseconds UTC"
        case .flawed(let flaw): flaw.words
        case .duplicate(let line): "the timestamp repeats that of line \(line)"
        case .outOfOrder: "the timestamp breaks the order of the rows around it"
        case .overlap(let later): "the bar opens \(later) ms after the one before it, before that one is complete"
        }
    }

    /// What to do about it.
    public var fix: String {
        switch kind {
        case .byteOrderMark: "save the file as UTF-8 without BOM"
        case .windowsLineEnd: "convert it with: sed -i 's/\\r$//' FILE"
        case .fieldCount: "download the file again, or complete the row"
        case .notANumber: "write numbers as 42283.58: no spaces, quotes or thousands separators"
        case .timestamp: "give the bar's open in milliseconds, such as 1704067200000"
        case .flawed: "take the row from another source"
        case .duplicate: "remove one of the two rows"
        case .outOfOrder: "sort the rows by timestamp"
        case .overlap: "check the interval the file is named after"
        }
    }

    public var description: String { "line \(line): \(problem); \(fix)" }
}

extension BarFlaw {
    /// The flaw in words.
    package var words: String {
        switch self {
        case .notFinite: "a value is NaN or infinite"
        case .notPositive: "a price is zero or negative"
        case .negativeVolume: "the volume is negative"
        case .highBelowLow: "the high is below the low"
        case .outsideRange: "open or close lies outside low to high"
        }
    }
}
