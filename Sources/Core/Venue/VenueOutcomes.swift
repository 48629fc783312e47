/// What became of sending an order.
public enum SubmitOutcome: Hashable, Codable, Sendable {
    /// The venue took it.
    case accepted(OrderReport)
    /// The venue decided against it, or it provably never got there.
    case refused(VenueError)
    /// Nobody knows whether it arrived: ask by client id before doing anything else.
    case silent(VenueError)
}

/// What became of asking to cancel an order.
public enum CancelOutcome: Hashable, Codable, Sendable {
    /// The venue took the wish; the report tells whether the order is cancelled already.
    case accepted(OrderReport)
    /// The order stands or has ended, or the wish provably never got there.
    case refused(VenueError)
    /// Nobody knows whether the wish arrived.
    case silent(VenueError)
}

/// What a venue that lives in this process has to go through again after a restart.
public enum RecordedStep: Hashable, Codable, Sendable {
    /// A batch of news was taken from it.
    case pulled(VenueBatch)
    /// An order was sent to it.
    case submitted(OrderRequest)
    /// A cancellation was sent to it.
    case cancelled(OrderReference, Symbol)
}
