package import Core

/// A parsed bar file in binary columns, with the identity of the file it was parsed from.
///
/// Little-endian: the magic `AITCOL1\n`; source size, source modification time (ns), time of writing (ns), interval
/// (ms), number of rows, length of the symbol, each i64; SHA-256 of the source; the symbol; the six columns; SHA-256 of
/// every byte before it.
package struct ColumnFile {
    package let series: BarSeries
    package let source: FileIdentity
    package let sourceDigest: Digest
    /// When it was written, nanoseconds since the Unix epoch.
    package let writtenNanoseconds: Int64

    private static let magic = Array("AITCOL1\n".utf8)
    private static let headerLength = 8 + 6 * 8 + 32
    private static let digestLength = 32

    package init(series: BarSeries, source: FileIdentity, sourceDigest: Digest, writtenNanoseconds: Int64) {
        (self.series, self.source, self.sourceDigest) = (series, source, sourceDigest)
        self.writtenNanoseconds = writtenNanoseconds
    }

    /// Whether the source cannot have changed after it was parsed without its modification time showing it: file
    /// systems stamp times a few milliseconds coarsely, so a stamp must be well before the time of writing.
    package var isSettled: Bool { source.modifiedNanoseconds < writtenNanoseconds - 2_000_000_000 }

    /// The file's bytes.
    package var encoded: [UInt8] {
        var bytes = Self.magic
        bytes.reserveCapacity(Self.headerLength + series.count * 48 + 64)
        let name = Array(series.symbol.name.utf8)
        let numbers = [
            Int64(source.size), source.modifiedNanoseconds, writtenNanoseconds, series.interval.milliseconds,
            Int64(series.count), Int64(name.count),
        ]
        Self.append(numbers, to: &bytes)
        bytes.append(contentsOf: sourceDigest.bytes)
        bytes.append(contentsOf: name)
        Self.append(series.openTimes, to: &bytes)
        for column in [series.open, series.high, series.low, series.close, series.volume] {
            Self.append(column, to: &bytes)
        }
        bytes.append(contentsOf: Digest.sha256(bytes).bytes)
        return bytes
    }

    /// Reads a file's bytes; nil when they are damaged in any way.
    package init?(_ bytes: [UInt8]) {
        let end = bytes.count - Self.digestLength
        guard end >= Self.headerLength, bytes.starts(with: Self.magic),
            Digest.sha256(bytes[..<end]).bytes[...] == bytes[end...]
        else { return nil }
        let numbers: [Int64] = Self.words(bytes, at: Self.magic.count, count: 6)
        let start = Self.headerLength
        guard let rows = Int(exactly: numbers[4]), let nameLength = Int(exactly: numbers[5]), rows >= 0,
            nameLength >= 0,
            rows <= bytes.count, nameLength <= bytes.count, start + nameLength + rows * 48 == end,
            let symbol = Symbol(String(decoding: bytes[start..<(start + nameLength)], as: UTF8.self)),
            let interval = BarInterval(milliseconds: numbers[3]),
            let digest = Digest(hex: Self.hex(bytes[(start - 32)..<start]))
        else { return nil }
        let columns = (0..<6).map { start + nameLength + $0 * rows * 8 }
        let prices: [[Double]] = columns.dropFirst().map { Self.words(bytes, at: $0, count: rows) }
        guard
            let series = try? BarSeries(
                symbol: symbol, interval: interval, openTimes: Self.words(bytes, at: columns[0], count: rows),
                open: prices[0], high: prices[1], low: prices[2], close: prices[3], volume: prices[4])
        else { return nil }
        self.init(
            series: series, source: FileIdentity(size: Int(numbers[0]), modifiedNanoseconds: numbers[1]),
            sourceDigest: digest, writtenNanoseconds: numbers[2])
    }

    /// Every platform AiTrade runs on is little-endian, so columns are copied as they lie in memory.
    private static func append<Word: BitwiseCopyable>(_ words: [Word], to bytes: inout [UInt8]) {
        words.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    private static func words<Word: BitwiseCopyable>(_ bytes: [UInt8], at offset: Int, count: Int) -> [Word] {
        [Word](unsafeUninitializedCapacity: count) { target, filled in
            bytes.withUnsafeBytes { source in
                let length = count * MemoryLayout<Word>.stride
                UnsafeMutableRawBufferPointer(target).copyMemory(
                    from: .init(rebasing: source[offset..<(offset + length)]))
            }
            filled = count
        }
    }

    private static func hex(_ bytes: ArraySlice<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
