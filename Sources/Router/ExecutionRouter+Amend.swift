import Brokers
public import Core

extension ExecutionRouter {
    /// Asks a broker to change a protective order in place. A broker that does not answer in time leaves the wish
    /// silent; one that cannot change orders refuses with `CANNOT_AMEND`. Counts as an exit for the throttle.
    public func amend(_ change: ProtectionChange, at name: BrokerName) async -> AmendOutcome {
        guard let broker = brokers[name] else { return .refused(Self.unknown(name)) }
        guard let broker = broker as? any AmendingBroker else {
            let message = "\(name) changes no orders in place: cancel and place instead"
            return .refused(VenueError(.rejected, code: "CANNOT_AMEND", message: message))
        }
        _ = await hasRoom(name, forExit: true)
        do {
            return try await deadline.run(name) { await broker.amend(change) }
        } catch {
            return .silent(error)
        }
    }
}
