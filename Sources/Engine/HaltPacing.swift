public import Core

/// How far a market of virtual time may go on while everything is being closed.
///
/// A venue's clock waits for nobody, but stored bars do: their next news may be an hour away, while the kill sequence
/// wants to look again in a second. So virtual time goes on to the engine's own moments first, as it would outside.
public struct HaltPacing: Hashable, Sendable {
    /// The last moment that was kept: one that stays due is not waited for without end.
    private var keptAt: Timestamp?

    /// Nothing was waited for yet.
    public init() {}

    /// The moment before which the market may tell news; nil when there is no appointment.
    public func limit(_ engine: Engine) -> Timestamp? {
        guard engine.kill.phase == .flattening, let due = engine.nextDeadline else { return nil }
        let moment = max(due, engine.now)
        return moment > engine.now || keptAt != engine.now ? moment : nil
    }

    /// The market has no news before the appointment, or none at all any more.
    ///
    /// - Returns: The moment at which the engine wants to look again; nil when nothing is being closed.
    public mutating func keep(_ engine: Engine) -> Timestamp? {
        guard engine.kill.phase == .flattening, let due = engine.nextDeadline else { return nil }
        keptAt = max(due, engine.now)
        return keptAt
    }
}
