import Core
import Foundation

/// The end of a trial ledger in a second file beside it (`trials.head`): how many lines there are, and the hash of the
/// last one. Lines that are cut off inside the database are missed here.
///
/// It is written after each line is durable, so after a crash it may be behind the ledger, and never ahead of it.
struct TrialHead: Hashable, Sendable {
    var count: Int64
    var hash: Digest

    /// Before the first line.
    static let origin = TrialHead(count: 0, hash: JournalHash.origin)

    static func path(of ledger: String) -> String {
        (ledger.hasSuffix(".sqlite") ? String(ledger.dropLast(7)) : ledger) + ".head"
    }

    /// What stands beside a ledger; nil when nothing does, or nothing that can be read.
    static func read(beside ledger: String) -> TrialHead? {
        guard let text = try? String(contentsOfFile: path(of: ledger), encoding: .utf8) else { return nil }
        let parts = text.split { $0 == " " || $0 == "\n" }
        guard parts.count == 2, let count = Int64(parts[0]), count >= 0, let hash = Digest(hex: String(parts[1]))
        else { return nil }
        return TrialHead(count: count, hash: hash)
    }

    func write(beside ledger: String) throws(FileError) {
        try AtomicFile.write("\(count) \(hash.hex)\n", to: Self.path(of: ledger))
    }
}
