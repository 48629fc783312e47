public import Core
public import Engine
public import Foundation
import Storage

/// What came of a reconciliation that somebody asked for.
public struct ReconcileAnswer: Hashable, Codable, Sendable {
    /// Every difference that was found, in order, and what was done.
    public let reconciliations: [Reconciliation]
    /// Accounts that could not be read or do not agree yet.
    public let unsettled: [BrokerName]
    /// Instruments whose entries are held.
    public let held: [Symbol]
    /// Accounts that did not answer at all; nil from a version that did not say.
    public let unread: [BrokerName]?
    /// Whether the kill switch closed everything and every account was read flat; nil from a version that did not say.
    public let isProvenFlat: Bool?

    /// An answer from its parts.
    public init(
        reconciliations: [Reconciliation], unsettled: [BrokerName], held: [Symbol], unread: [BrokerName] = [],
        isProvenFlat: Bool = false
    ) {
        (self.reconciliations, self.unsettled, self.held) = (reconciliations, unsettled, held)
        (self.unread, self.isProvenFlat) = (unread, isProvenFlat)
    }

    /// Whether nothing is left to do, by the program or by a person.
    public var isSettled: Bool { unsettled.isEmpty && held.isEmpty }
}

/// The folder in which a running loop leaves its answers: `state/outbox/`, under the name of the command.
public struct ReconcileAnswers: Sendable {
    /// Where it is.
    public let folder: URL
    /// So many answers are kept that nobody fetched.
    private static let limit = 32

    /// The answers of a state folder.
    public init(stateFolder: URL) {
        folder = stateFolder.appending(path: "outbox")
    }

    /// Leaves an answer. One that cannot be written is not worth stopping for: whoever asked gives up waiting.
    func write(_ answer: ReconcileAnswer, to name: String) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let data = try? encoder.encode(answer) else { return }
        try? AtomicFile.createFolder(folder.path)
        let old = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
        for name in old.dropLast(Self.limit) { try? FileManager.default.removeItem(at: folder.appending(path: name)) }
        try? AtomicFile.write(Array(data), to: folder.appending(path: name).path, durability: .processCrash)
    }

    /// Fetches the answer to a command and takes it away; nil while there is none.
    public func take(_ name: String) -> ReconcileAnswer? {
        let url = folder.appending(path: name)
        guard let data = try? Data(contentsOf: url),
            let answer = try? JSONDecoder().decode(ReconcileAnswer.self, from: data)
        else { return nil }
        try? FileManager.default.removeItem(at: url)
        return answer
    }
}
