import Core

/// Reads the text of a bar file line by line. Bad lines become faults; good lines become rows.
package struct BarCSV {
    /// The first line of every bar file.
    package static let header = "timestamp,open,high,low,close,volume"
    private static let columns = ["timestamp", "open", "high", "low", "close", "volume"]
    /// 1973 to 2286: seconds, microseconds and nanoseconds of our time all lie outside.
    private static let plausibleTimes: Range<Int64> = 100_000_000_000..<10_000_000_000_000

    private let bytes: [UInt8]
    private let path: String
    private var position = 0
    private var line = 0
    private var sawCarriageReturn = false
    /// Good rows, in the order of the file, not yet checked against each other.
    package private(set) var rows: BarRows
    /// What is wrong, by line, except for the order of rows.
    package private(set) var faults: [BarFault] = []
    /// The bytes of each faulty row, by line.
    package private(set) var faultyTexts: [Int: Range<Int>] = [:]

    /// Reads all of `bytes`; `path` is only for messages.
    ///
    /// - Throws: ``BarFileError`` when there is no header or no row at all.
    package init(_ bytes: [UInt8], path: String) throws(BarFileError) {
        self.bytes = bytes
        self.path = path
        rows = BarRows(capacity: bytes.count / 50)
        try readHeader()
        while let text = nextLine() { readRow(text) }
        guard !rows.openTimes.isEmpty || faults.contains(where: { !$0.isCosmetic }) else { throw .empty(path: path) }
    }

    private mutating func readHeader() throws(BarFileError) {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        if bytes.starts(with: mark) {
            position = mark.count
            faults.append(BarFault(line: 1, kind: .byteOrderMark))
        }
        guard let text = nextLine(), position < bytes.count || !text.isEmpty else { throw .empty(path: path) }
        let found = Self.excerpt(bytes, text)
        guard found == Self.header else { throw .badHeader(path: path, found: found) }
    }

    /// The bytes of the next line without its line end; nil at the end of the file.
    private mutating func nextLine() -> Range<Int>? {
        guard position < bytes.count else { return nil }
        line += 1
        let start = position
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        position = end + 1
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") {
            end -= 1
            if !sawCarriageReturn { faults.append(BarFault(line: line, kind: .windowsLineEnd)) }
            sawCarriageReturn = true
        }
        return start..<end
    }

    private mutating func readRow(_ text: Range<Int>) {
        if text.isEmpty { return }
        guard let commas = commas(in: text) else { return }
        guard let time = DecimalText.whole(bytes, text.lowerBound..<commas[0]), Self.plausibleTimes.contains(time)
        else { return refuse(.timestamp(text: Self.excerpt(bytes, text.lowerBound..<commas[0])), text) }
        guard let open = number(1, commas[0], commas[1], text), let high = number(2, commas[1], commas[2], text),
            let low = number(3, commas[2], commas[3], text), let close = number(4, commas[3], commas[4], text),
            let volume = number(5, commas[4], text.upperBound, text)
        else { return }
        let bar = Bar(
            openTime: Timestamp(milliseconds: time), open: open, high: high, low: low, close: close, volume: volume)
        if let flaw = bar.flaw { return refuse(.flawed(flaw), text) }
        rows.append(bar, line: line, text: text)
    }

    /// Where the five commas of a row are; nil after noting the fault when there are not five.
    private mutating func commas(in text: Range<Int>) -> SIMD8<Int>? {
        var places = SIMD8<Int>()
        var count = 0
        for index in text where bytes[index] == UInt8(ascii: ",") {
            if count < 5 { places[count] = index }
            count += 1
        }
        if count == 5 { return places }
        refuse(.fieldCount(count + 1), text)
        return nil
    }

    /// The number between two commas; nil after noting the fault.
    private mutating func number(_ column: Int, _ comma: Int, _ end: Int, _ text: Range<Int>) -> Double? {
        let field = (comma + 1)..<end
        if let value = DecimalText.double(bytes, field) { return value }
        refuse(.notANumber(column: Self.columns[column], text: Self.excerpt(bytes, field)), text)
        return nil
    }

    private mutating func refuse(_ kind: BarFault.Kind, _ text: Range<Int>) {
        faults.append(BarFault(line: line, kind: kind))
        faultyTexts[line] = text
    }

    /// At most 60 bytes of a field, printable, for messages.
    private static func excerpt(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        let shown = bytes[range.prefix(60)].map { (32..<127).contains($0) ? $0 : UInt8(ascii: "?") }
        return String(decoding: shown, as: UTF8.self) + (range.count > 60 ? "..." : "")
    }
}
