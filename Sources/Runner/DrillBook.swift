import Core
public import Foundation
import Storage

/// One rehearsal of the kill switch on simulated brokers.
public struct DrillRecord: Hashable, Codable, Sendable {
    /// The halt, measured as a real one is.
    public var halt: HaltRecord
    /// The seed of the requests that got lost.
    public var seed: UInt64
    /// Positions that were open when the switch was pulled.
    public var positions: Int
    /// Orders that were open then.
    public var orders: Int
    /// Requests and answers that got lost on the way.
    public var lostMessages: Int
    /// Whether the brokers, asked directly, held nothing in the end.
    public var isFlat: Bool

    /// A record from its parts.
    public init(halt: HaltRecord, seed: UInt64, positions: Int, orders: Int, lostMessages: Int, isFlat: Bool) {
        (self.halt, self.seed, self.positions, self.orders) = (halt, seed, positions, orders)
        (self.lostMessages, self.isFlat) = (lostMessages, isFlat)
    }
}

/// The rehearsals of a state folder: `state/drills.json`, oldest first.
public struct DrillBook: Sendable {
    /// So many are kept.
    private static let limit = 100

    private let url: URL

    /// The rehearsals of a state folder.
    public init(stateFolder: URL) {
        url = stateFolder.appending(path: "drills.json")
    }

    /// Every rehearsal that is kept; none when there is no file or it cannot be read.
    public func read() -> [DrillRecord] {
        guard case .content(let data) = PlainFile.read(url.path, limit: 1 << 20) else { return [] }
        return (try? JSONDecoder().decode([DrillRecord].self, from: data)) ?? []
    }

    /// Adds a rehearsal.
    ///
    /// - Throws: `FileError`.
    public func append(_ record: DrillRecord) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        let records = (read() + [record]).suffix(Self.limit)
        try AtomicFile.write(Array(try encoder.encode(Array(records))) + [10], to: url.path)
    }
}

/// The last time everything was proven flat, by a halt or by a rehearsal.
public struct ProvenFlat: Hashable, Codable, Sendable {
    /// How it came.
    public enum Kind: String, Codable, Sendable {
        /// The kill switch was pulled on the real books.
        case halt
        /// `aitrade kill --drill`.
        case drill
    }

    /// How it came.
    public let kind: Kind
    /// The figures.
    public let halt: HaltRecord

    /// The latest of all halts and rehearsals that ended flat; nil when there was none.
    public static func last(halts: [HaltRecord], drills: [DrillRecord]) -> ProvenFlat? {
        let proofs =
            halts.map { ProvenFlat(kind: .halt, halt: $0) }
            + drills.filter(\.isFlat).map { ProvenFlat(kind: .drill, halt: $0.halt) }
        return proofs.filter { $0.halt.flatAt != nil }
            .max { ($0.halt.flatAt ?? .epoch) < ($1.halt.flatAt ?? .epoch) }
    }
}
