package import Core

/// The chain that makes the journal tamper-evident: each row's hash covers the row and the hash before it.
package enum JournalHash {
    /// What the first row is chained to.
    package static let origin = Digest(hex: String(repeating: "0", count: 64)) ?? Digest.sha256("")

    /// SHA-256 of the previous hash, the sequence and the time (each i64, little-endian), then event and effects, each
    /// preceded by its length in bytes (i64, little-endian).
    package static func of(sequence: Int64, _ draft: JournalDraft, after previous: Digest) -> Digest {
        var message = previous.bytes
        message.reserveCapacity(message.count + 32 + draft.event.utf8.count + draft.effects.utf8.count)
        append(sequence, to: &message)
        append(draft.at.milliseconds, to: &message)
        for text in [draft.event, draft.effects] {
            append(Int64(text.utf8.count), to: &message)
            message.append(contentsOf: text.utf8)
        }
        return Digest.sha256(message)
    }

    private static func append(_ number: Int64, to message: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { message.append(contentsOf: $0) }
    }
}
