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

/// A wish to change a protective order in place. One value rather than its parts: asynchronous functions of many
/// 128-bit arguments lose their way in release builds.
public struct ProtectionChange: Hashable, Codable, Sendable {
    /// The order.
    public let clientID: ClientOrderID
    /// The instrument.
    public let symbol: Symbol
    /// Where it is to trigger.
    public let trigger: Price
    /// How much is to be open.
    public let quantity: Quantity

    /// A change from its parts.
    public init(clientID: ClientOrderID, symbol: Symbol, trigger: Price, quantity: Quantity) {
        (self.clientID, self.symbol, self.trigger, self.quantity) = (clientID, symbol, trigger, quantity)
    }
}

/// What became of asking to change a protective order in place.
public enum AmendOutcome: Hashable, Codable, Sendable {
    /// The venue took the wish; the report tells whether the order is changed already.
    case accepted(OrderReport)
    /// The order stands as it was or has ended, or the wish provably never got there.
    case refused(VenueError)
    /// Nobody knows whether the wish arrived.
    case silent(VenueError)
}

/// What a venue that lives in this process has to go through again after a restart.
public enum RecordedStep: Hashable, Codable, Sendable {
    /// A batch of news was taken from it.
    case pulled(VenueBatch)
    /// Its virtual time went on to a moment before the next news.
    case waited(until: Timestamp)
    /// An order was sent to it.
    case submitted(OrderRequest)
    /// A cancellation was sent to it.
    case cancelled(OrderReference, Symbol)
    /// A change of a protective order was sent to it.
    case amended(ClientOrderID, trigger: Price, quantity: Quantity)
}
