public import Core

/// What the gate knows of one instrument besides its price and position.
public struct DeskRisk: Hashable, Sendable {
    /// The best prices and when they were seen.
    public struct Quote: Hashable, Sendable {
        /// At which it can be sold.
        public let bid: Price
        /// At which it can be bought.
        public let ask: Price
        /// When.
        public let at: Timestamp
    }

    /// The last quote.
    public private(set) var quote: Quote?
    /// Whether the market is open; it counts as open until a venue says otherwise.
    public private(set) var isOpen = true
    /// When that changes next, where the venue tells.
    public private(set) var nextSession: Timestamp?

    package init() {}

    /// A venue told its best prices; what makes no sense is passed over.
    mutating func quoted(bid: Price, ask: Price, at now: Timestamp) -> [Effect] {
        if bid > .zero, ask >= bid { quote = Quote(bid: bid, ask: ask, at: now) }
        return []
    }

    /// A venue told whether its market is open.
    mutating func session(isOpen: Bool, next: Timestamp?) -> [Effect] {
        (self.isOpen, nextSession) = (isOpen, next)
        return []
    }
}
