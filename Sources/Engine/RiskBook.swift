public import Core

/// What the limits count over all assets.
public struct RiskBook: Hashable, Sendable {
    /// How far each broker's clock is ahead of ours.
    public internal(set) var clocks: [BrokerName: TimeSpan] = [:]

    package init() {}
}
