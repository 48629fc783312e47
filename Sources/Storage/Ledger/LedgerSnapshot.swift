/// The state of the engine after some journal row, kept so that a start need not decide everything again.
public struct LedgerSnapshot: Hashable, Sendable {
    /// The journal row after which the engine stood so; set by the ledger when it is written.
    public let sequence: Int64
    /// The version of the program that wrote it.
    public let version: String
    /// The engine, as JSON.
    public let engine: String

    /// A snapshot from its parts.
    public init(sequence: Int64 = 0, version: String, engine: String) {
        (self.sequence, self.version, self.engine) = (sequence, version, engine)
    }
}
