import Glibc

/// The log that SQLite keeps beside the ledger until its rows are moved into the file itself.
enum WriteAheadLog {
    /// Refuses a log whose header is damaged. SQLite would pass over the whole of it in silence, and with it every
    /// commit since the last time the log was emptied.
    ///
    /// A log that is shorter than its header, or whose header is all zeros, was never finished: it holds no commit.
    static func check(beside path: String) throws(LedgerError) {
        let log = path + "-wal"
        guard access(log, F_OK) == 0 else { return }
        let header = try firstBytes(of: log, count: 32)
        guard header.count == 32, header.contains(where: { $0 != 0 }) else { return }
        guard isSound(header) else {
            throw .corrupt(path: log, detail: "its header is not what was written; what it holds would be lost unseen")
        }
    }

    /// The header's magic number and its checksum over the first 24 bytes (SQLite file format, 4.1 and 4.2).
    private static func isSound(_ header: [UInt8]) -> Bool {
        func word(_ place: Int, isBig: Bool) -> UInt32 {
            let bytes = header[place * 4..<place * 4 + 4]
            return (isBig ? Array(bytes) : bytes.reversed()).reduce(0) { $0 << 8 | UInt32($1) }
        }
        let magic = word(0, isBig: true)
        guard magic & ~1 == 0x377f_0682 else { return false }
        var (first, second): (UInt32, UInt32) = (0, 0)
        for place in stride(from: 0, to: 6, by: 2) {
            first = first &+ word(place, isBig: magic & 1 == 1) &+ second
            second = second &+ word(place + 1, isBig: magic & 1 == 1) &+ first
        }
        return first == word(6, isBig: true) && second == word(7, isBig: true)
    }

    private static func firstBytes(of path: String, count: Int) throws(LedgerError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(FileError(action: "read", path: path, code: errno)) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count)
        let got = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, count) }
        guard got >= 0 else { throw .file(FileError(action: "read", path: path, code: errno)) }
        return Array(bytes.prefix(got))
    }
}
