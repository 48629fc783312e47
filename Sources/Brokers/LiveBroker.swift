package import Core

/// What news a venue is asked for.
package struct VenueWatch: Sendable {
    /// The symbols whose prices and bars are told.
    package var symbols: [Symbol]
    /// The bars that are told when they close; nil for none.
    package var interval: BarInterval?
    /// Bars that closed at or before this moment are not told.
    package var barsAfter: Timestamp
    /// Whether orders and executions are followed; false for public data alone.
    package var isPrivate: Bool

    /// A watch from its parts.
    package init(symbols: [Symbol], interval: BarInterval?, barsAfter: Timestamp, isPrivate: Bool = true) {
        (self.symbols, self.interval, self.barsAfter, self.isPrivate) = (symbols, interval, barsAfter, isPrivate)
    }
}

/// A venue that lives elsewhere: beside the port it has to be started, is asked for prices and history, and can be told
/// to cancel everything of a symbol, ours or not.
///
/// All thrown errors are `VenueError`.
package protocol LiveBroker: Broker {
    /// Finds out how the account stands and begins to tell news; nothing runs when it throws.
    func start(_ watch: VenueWatch) async throws
    /// Ends all news and closes all connections.
    func stop() async
    /// The venue's time now.
    func time() async -> Timestamp
    /// The last price, asked now.
    func lastPrice(_ symbol: Symbol) async throws -> Price
    /// The closed bars that opened in `from..<to`, oldest first.
    func bars(_ symbol: Symbol, _ interval: BarInterval, from: Timestamp, to: Timestamp) async throws -> [Bar]
    /// Cancels all orders and protections of a symbol, ours or not.
    func cancelAll(_ symbol: Symbol) async throws
    /// Hears which orders an earlier process left open, answered or not, before anything is asked about them.
    func recall(_ orders: [Order]) async
}

extension LiveBroker {
    /// A venue that tells everything by the client's name needs no help.
    package func recall(_ orders: [Order]) async {}
}
