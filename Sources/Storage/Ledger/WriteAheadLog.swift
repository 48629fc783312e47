import Glibc

/// The log that SQLite keeps beside the ledger until its rows are moved into the file itself.
///
/// SQLite passes in silence over whatever comes after the first damage in it: rightly so where a power cut tore the
/// last transaction, and wrongly where a failing disk or a hand changed a byte of an older one. Every commit is flushed
/// before the next one begins, so a damage that whole commits follow tore nothing.
struct WriteAheadLog {
    private static let headerSize = 32
    private static let frameHeaderSize = 24

    private let bytes: [UInt8]
    private let isBig: Bool

    /// Refuses a log of which commits would be lost unseen.
    ///
    /// A log that is shorter than its header, or whose header is all zeros, was never finished: it holds no commit.
    static func check(beside path: String) throws(LedgerError) {
        let log = path + "-wal"
        guard access(log, F_OK) == 0 else { return }
        let bytes = try content(of: log)
        guard bytes.count >= headerSize, bytes.prefix(headerSize).contains(where: { $0 != 0 }) else { return }
        guard let sound = WriteAheadLog(bytes) else {
            throw .corrupt(path: log, detail: "its header is not what was written; what it holds would be lost unseen")
        }
        guard let place = sound.firstLostCommit else { return }
        throw .corrupt(
            path: log, detail: "it is damaged at byte \(place), and commits that follow would be lost unseen")
    }

    /// A log with a sound header: magic number and checksum over the first 24 bytes (SQLite file format, 4.1 and 4.2).
    private init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        let magic = Self.big(bytes[0..<4])
        guard magic & ~1 == 0x377f_0682 else { return nil }
        isBig = magic & 1 == 1
        guard sums(of: 0..<24, after: (0, 0)) == written(at: 24), Self.big(bytes[8..<12]) >= 512 else { return nil }
    }

    /// Where the first damage is that whole commits follow; nil in a log that is sound, or torn at its end.
    private var firstLostCommit: Int? {
        let frameSize = Self.frameHeaderSize + Int(Self.big(bytes[8..<12]))
        var (place, sums) = (Self.headerSize, written(at: 24))
        while place + frameSize <= bytes.count, isOurs(place) {
            let header = self.sums(of: place..<place + 8, after: sums)
            let next = self.sums(of: place + Self.frameHeaderSize..<place + frameSize, after: header)
            guard next == written(at: place + 16) else { break }
            (sums, place) = (next, place + frameSize)
        }
        let damage = place
        var (commits, isFollowed) = (0, false)
        while place + frameSize <= bytes.count {
            // A frame that a rolled back transaction left behind commits nothing.
            if isOurs(place) {
                if commits > 0 { isFollowed = true }
                if Self.big(bytes[place + 4..<place + 8]) != 0 { commits += 1 }
            }
            place += frameSize
        }
        return commits > 1 || isFollowed ? damage : nil
    }

    /// Whether a frame was written since the log was begun anew last: it has the header's two salts.
    private func isOurs(_ place: Int) -> Bool { bytes[place + 8..<place + 16].elementsEqual(bytes[16..<24]) }

    private func written(at place: Int) -> (UInt32, UInt32) {
        (Self.big(bytes[place..<place + 4]), Self.big(bytes[place + 4..<place + 8]))
    }

    private func sums(of range: Range<Int>, after before: (UInt32, UInt32)) -> (UInt32, UInt32) {
        var (first, second) = before
        for place in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
            first = first &+ word(place) &+ second
            second = second &+ word(place + 4) &+ first
        }
        return (first, second)
    }

    private func word(_ place: Int) -> UInt32 {
        let value = Self.big(bytes[place..<place + 4])
        return isBig ? value : value.byteSwapped
    }

    private static func big(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }

    private static func content(of path: String) throws(LedgerError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(FileError(action: "read", path: path, code: errno)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let got = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw .file(FileError(action: "read", path: path, code: errno)) }
            if got == 0 { return bytes }
            bytes += piece.prefix(got)
        }
    }
}

extension WriteAheadLog {
    /// The same for who only reads: a writer may be about to begin the log anew, so what looks damaged is looked at
    /// again.
    static func checkBesideWriter(_ path: String) throws(LedgerError) {
        for _ in 0..<3 {
            do throws(LedgerError) { return try check(beside: path) } catch .corrupt {
                usleep(50_000)
            }
        }
        try check(beside: path)
    }
}
