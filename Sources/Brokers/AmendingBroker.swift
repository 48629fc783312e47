public import Core

/// A broker that changes protective orders in place, so that a position keeps its stop while the stop moves.
///
/// Its ``Broker/capabilities`` say so with `amendsProtections`.
public protocol AmendingBroker: Broker {
    /// Asks to change trigger and open quantity of a protective order that has not been triggered. Asking for the same
    /// twice is harmless: both values are absolute. Never throws: what became of it is the outcome.
    func amend(_ change: ProtectionChange) async -> AmendOutcome
}
