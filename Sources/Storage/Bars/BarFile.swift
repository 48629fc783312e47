package import Core

/// A bar file, read and checked: good rows on one side, faults on the other.
package struct BarFile {
    package let name: BarFileName
    package let path: String
    /// Size and modification time of the file while it was read.
    package let identity: FileIdentity
    /// SHA-256 of the file as it is on the disk.
    package let sourceDigest: Digest
    /// Every fault, by line.
    package let faults: [BarFault]
    /// The good rows, ascending.
    private let rows: BarRows
    private let text: [UInt8]
    private let faultyTexts: [Int: Range<Int>]

    /// Reads the file at `path`.
    ///
    /// - Throws: ``BarFileError`` when the file as a whole is unusable; single bad lines are in ``faults``.
    package init(path: String, name: BarFileName) throws(BarFileError) {
        try self.init(path: path, name: name, content: Self.content(path))
    }

    /// Reads bytes already taken from the file at `path`.
    package init(path: String, name: BarFileName, content: FileContent) throws(BarFileError) {
        (self.path, self.name) = (path, name)
        identity = content.identity
        sourceDigest = Digest.sha256(content.bytes)
        text = try Self.decompressed(content.bytes, path: path)
        let csv = try BarCSV(text, path: path)
        var texts = csv.faultyTexts
        if let order = BarOrder.check(csv.rows, interval: name.interval) {
            faults = (csv.faults + order.faults).sorted { $0.line < $1.line }
            rows = csv.rows.selecting(order.kept)
            let bad = Set(order.faults.map(\.line))
            for (line, range) in zip(csv.rows.lines, csv.rows.texts) where bad.contains(line) { texts[line] = range }
        } else {
            (faults, rows) = (csv.faults, csv.rows)
        }
        faultyTexts = texts
        try checkInterval()
    }

    /// Reads a file's bytes, with its own kind of error.
    package static func content(_ path: String) throws(BarFileError) -> FileContent {
        do { return try FileContent(path: path) } catch { throw .file(error) }
    }

    /// The good rows as a series.
    ///
    /// - Throws: ``BarFileError/faults(path:_:)`` when there is any fault, unless `tolerant`.
    package func series(tolerant: Bool = false) throws(BarFileError) -> BarSeries {
        guard faults.isEmpty || tolerant else { throw .faults(path: path, faults) }
        guard !rows.openTimes.isEmpty else { throw .noGoodRows(path: path, faults) }
        do {
            return try BarSeries(
                symbol: name.symbol, interval: name.interval, openTimes: rows.openTimes, open: rows.open,
                high: rows.high, low: rows.low, close: rows.close, volume: rows.volume)
        } catch {
            preconditionFailure("rows were checked one by one and against each other: \(error)")
        }
    }

    /// The good rows as a bar file: the header, then each row's own text.
    package var cleanText: [UInt8] {
        var clean = Array((BarCSV.header + "\n").utf8)
        clean.reserveCapacity(text.count)
        for range in rows.texts {
            clean.append(contentsOf: text[range])
            clean.append(UInt8(ascii: "\n"))
        }
        return clean
    }

    /// The rows set aside, as CSV of line number, reason and the row's own text.
    package var quarantineText: String {
        var result = "line,reason,row\n"
        for fault in faults {
            guard let range = faultyTexts[fault.line], !fault.isCosmetic else { continue }
            let row = String(decoding: text[range], as: UTF8.self)
            result += "\(fault.line),\(CSVText.quoted(fault.problem)),\(CSVText.quoted(row))\n"
        }
        return result
    }

    private func checkInterval() throws(BarFileError) {
        let times = rows.openTimes
        guard times.count >= 3 else { return }
        let closest = (1..<times.count).map { times[$0] - times[$0 - 1] }.min() ?? 0
        if closest > name.interval.milliseconds {
            throw .intervalMismatch(path: path, stated: name.interval, closestMilliseconds: closest)
        }
    }

    private static func decompressed(_ bytes: [UInt8], path: String) throws(BarFileError) -> [UInt8] {
        guard Gzip.isCompressed(bytes) else {
            if path.hasSuffix(".gz") { throw bytes.isEmpty ? .empty(path: path) : .corruptGzip(path: path) }
            return bytes
        }
        do {
            return try Gzip.decompress(bytes, limitBytes: FileContent.limitBytes)
        } catch {
            switch error {
            case .corrupt: throw .corruptGzip(path: path)
            case .tooLarge:
                let reason = FileError.Reason.tooLarge(limitBytes: FileContent.limitBytes)
                throw .file(FileError(action: "decompress", path: path, reason: reason))
            }
        }
    }
}
