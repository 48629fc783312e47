public import Core

/// A venue that did not answer when the run began: what is to be traded there is known by name alone, and opens nothing
/// until ``EngineEvent/joined(_:_:)`` tells its rules.
public struct AwaitedVenue: Hashable, Codable, Sendable {
    /// How `runner_state.json` marks its assets.
    public static let hold = "awaited"

    /// The venue.
    public let broker: BrokerName
    /// What it can do, as its client says.
    public let capabilities: BrokerCapabilities
    /// What is to be traded there and has no rules yet.
    public let symbols: [Symbol]
    /// Where it was asked, and what came instead of an answer.
    public let reason: String
    /// What a person can do about it.
    public let remedy: String

    /// A venue from its parts.
    public init(
        broker: BrokerName, capabilities: BrokerCapabilities, symbols: [Symbol], reason: String, remedy: String
    ) {
        (self.broker, self.capabilities, self.symbols) = (broker, capabilities, symbols)
        (self.reason, self.remedy) = (reason, remedy)
    }

    /// All of it as one sentence.
    public var sentence: String {
        "\(reason); \(symbols.map(\.name).joined(separator: ", ")) opens nothing until \(broker) answers, and it is "
            + "asked again all the time: \(remedy)"
    }
}
