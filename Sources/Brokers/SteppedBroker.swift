public import Core

/// A broker of virtual time, which goes on only as far as it is asked to: somebody who has an appointment of their own
/// before the next news can keep it at its time.
public protocol SteppedBroker: Broker {
    /// The next news, or nil when there is none until `limit`; virtual time then stands at `limit`.
    func nextEvents(until limit: Timestamp) async throws -> VenueBatch?
}
