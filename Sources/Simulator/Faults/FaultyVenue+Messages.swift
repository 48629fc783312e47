public import Core

extension FaultyVenue {
    /// What a client asks of a venue.
    public enum Request: Hashable, Sendable {
        /// Take an order.
        case submit(OrderRequest)
        /// Cancel an order.
        case cancel(OrderReference, Symbol)
        /// Change trigger and quantity of a protective order.
        case amend(ClientOrderID, Symbol, trigger: Price, quantity: Quantity)
        /// Look an order up.
        case look(ClientOrderID, Symbol)
        /// Tell what the account holds, and its executions since a moment.
        case account(fillsSince: Timestamp)
    }

    /// What a client hears of a request.
    public enum Answer: Hashable, Sendable {
        /// What became of an order.
        case submitted(OrderRequest, SubmitOutcome)
        /// What became of a cancellation.
        case cancelled(OrderReference, Symbol, CancelOutcome)
        /// What became of a change.
        case amended(ClientOrderID, Symbol, AmendOutcome)
        /// The order; nil when the venue says it never heard of it.
        case looked(ClientOrderID, Symbol, Result<OrderReport?, VenueError>)
        /// What the account holds.
        case account(Result<AccountSnapshot, VenueError>)
    }

    /// What reaches the client.
    public enum Delivery: Hashable, Sendable {
        /// The answer to the request of this number; sometimes more than one.
        case answer(Int, Answer)
        /// News that nobody asked for.
        case news(VenueBatch)
    }
}
