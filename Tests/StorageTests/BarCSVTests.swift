import Core
import Storage
import Testing

@Suite struct BarCSVTests {
    private static let header = "timestamp,open,high,low,close,volume\n"
    private static let hour: Int64 = 3_600_000
    private static let start: Int64 = 1_704_067_200_000

    private static func row(_ index: Int, _ rest: String = "10,12,9,11,5") -> String {
        "\(start + Int64(index) * hour),\(rest)\n"
    }

    /// Three good rows, with `line` in the place of the row on line 3.
    private static func file(_ line: String) -> String { header + row(0) + line + row(2) + row(3) }

    private func load(_ text: String, name: String = "ABC-1h.csv") throws -> BarSeries {
        let folder = try TemporaryFolder()
        try folder.write(text, to: name)
        let interval = try #require(BarFileName(path: name)?.interval)
        return try BarStore(folder: folder.path).load(try #require(Symbol("ABC")), interval)
    }

    @Test func soundFilesAreReadExactly() throws {
        let series = try load(Self.header + Self.row(0, "42283.58,42554.57,42261.02,42475.23,1271.68108") + Self.row(1))
        #expect(series.count == 2)
        #expect(series[0].openTime.milliseconds == Self.start)
        #expect(series[0].high == 42554.57)
        #expect(series[0].volume == 1271.68108)
        #expect(series.gaps.isEmpty)
    }

    @Test func aLastLineWithoutLineEndIsFine() throws {
        #expect(try load(String((Self.header + Self.row(0) + Self.row(1)).dropLast())).count == 2)
    }

    @Test func gapsAreKeptAndReported() throws {
        let series = try load(Self.header + Self.row(0) + Self.row(1) + Self.row(5))
        #expect(series.count == 3)
        #expect(series.gaps.map(\.missing) == [3])
    }

    @Test(arguments: [
        ("x,10,12,9,11,5\n", BarFault.Kind.timestamp(text: "x")),
        ("1704067200,10,12,9,11,5\n", .timestamp(text: "1704067200")),
        (",10,12,9,11,5\n", .timestamp(text: "")),
        (row(1, "10,12,9,11"), .fieldCount(5)),
        (row(1, "10,12,9,11,5,6"), .fieldCount(7)),
        ("garbage\n", .fieldCount(1)),
        (row(1, "ten,12,9,11,5"), .notANumber(column: "open", text: "ten")),
        (row(1, "10,,9,11,5"), .notANumber(column: "high", text: "")),
        (row(1, "10,12,0x9,11,5"), .notANumber(column: "low", text: "0x9")),
        (row(1, "10,12,9,11 ,5"), .notANumber(column: "close", text: "11 ")),
        (row(1, "10,12,9,11,1_0"), .notANumber(column: "volume", text: "1_0")),
        (row(1, "10,12,9,11,-"), .notANumber(column: "volume", text: "-")),
        (row(1, "10,12,9,11,."), .notANumber(column: "volume", text: ".")),
        (row(1, "nan,12,9,11,5"), .flawed(.notFinite)),
        (row(1, "10,inf,9,11,5"), .flawed(.notFinite)),
        (row(1, "10,1e999,9,11,5"), .flawed(.notFinite)),
        (row(1, "-10,12,9,11,5"), .flawed(.notPositive)),
        (row(1, "10,12,0,11,5"), .flawed(.notPositive)),
        (row(1, "10,12,9,11,-5"), .flawed(.negativeVolume)),
        (row(1, "10,8,9,11,5"), .flawed(.highBelowLow)),
        (row(1, "13,12,9,11,5"), .flawed(.outsideRange)),
        (row(1, "10,12,9,8,5"), .flawed(.outsideRange)),
        (row(0), .duplicate(ofLine: 2)),
        (row(900), .outOfOrder),
        ("\(start + hour / 2),10,12,9,11,5\n", .overlap(millisecondsLater: hour / 2)),
    ])
    func eachFaultIsNamedByItsLine(line: String, kind: BarFault.Kind) throws {
        let error = #expect(throws: BarFileError.self) { try load(Self.file(line)) }
        guard case .faults(let path, let faults) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(faults == [BarFault(line: 3, kind: kind)])
        #expect(error?.description.contains("\(path):3: ") == true)
    }

    @Test func aRowCutShortAtTheEndIsNamed() throws {
        let error = #expect(throws: BarFileError.self) { try load(Self.header + Self.row(0) + "170407080") }
        #expect(error?.problem.contains("ABC-1h.csv:3: 1 field instead of 6") == true)
    }

    @Test func windowsLineEndsAndByteOrderMarksAreNamedOnce() throws {
        let windows = Self.file(Self.row(1)).split(separator: "\n").map { $0 + "\r\n" }.joined()
        let error = #expect(throws: BarFileError.self) { try load("\u{feff}" + windows) }
        guard case .faults(_, let faults) = error else { return }
        #expect(faults.map(\.kind) == [.byteOrderMark, .windowsLineEnd])
        #expect(error?.description.contains("sed -i") == true)
    }

    @Test func emptyFilesAndWrongHeadersAreNamed() throws {
        for text in ["", "\n", Self.header, "timestamp,open,high,low,close,volume"] {
            guard case .empty = #expect(throws: BarFileError.self, performing: { try load(text) }) else {
                Issue.record("'\(text)' is empty")
                continue
            }
        }
        let error = #expect(throws: BarFileError.self) { try load("time;open;high;low;close;volume\n1\n") }
        guard case .badHeader(_, let found) = error else {
            Issue.record("the header is wrong")
            return
        }
        #expect(found == "time;open;high;low;close;volume")
    }

    @Test func barsOfAnotherIntervalAreRefusedWithTheRightOne() throws {
        let error = #expect(throws: BarFileError.self) {
            try load(Self.header + Self.row(0) + Self.row(1) + Self.row(2), name: "ABC-15m.csv")
        }
        #expect(error?.fix.contains("--interval 1h") == true)
    }

    /// One wrong time far ahead must not condemn every row after it.
    @Test func theFewestRowsAreCalledOutOfOrder() throws {
        let error = #expect(throws: BarFileError.self) {
            try load(Self.header + Self.row(0) + Self.row(900) + Self.row(1) + Self.row(2) + Self.row(3))
        }
        guard case .faults(_, let faults) = error else { return }
        #expect(faults == [BarFault(line: 3, kind: .outOfOrder)])
    }

    @Test func numbersAreCorrectlyRounded() {
        var random = SeededRandom(seed: 5)
        for _ in 0..<20_000 {
            let digits = String(random.next() % 10_000_000_000_000_000_000)
            let text = digits.prefix(1 + random.below(digits.count)) + "." + String(random.below(1_000_000_000))
            let bytes = Array(text.utf8)
            #expect(DecimalText.double(bytes, 0..<bytes.count) == Double(text))
        }
    }

    @Test func anyBytesAreReadWithoutTrapping() throws {
        var random = SeededRandom(seed: 6)
        let alphabet = Array("0123456789,,,,,..--\n\r eE\"nai\u{feff}".utf8) + [0, 255]
        for _ in 0..<3000 {
            let noise = (0..<random.below(200)).map { _ in alphabet[random.below(alphabet.count)] }
            _ = try? BarCSV(Array(Self.header.utf8) + noise, path: "x")
            _ = try? BarCSV(noise, path: "x")
        }
    }
}
