package import Core

/// How the account stands, as far as an order's form depends on it.
package struct BitgetStance: Hashable, Sendable {
    /// Whether long and short are held side by side.
    package var isHedge = false
    /// The margin mode of the symbol.
    package var marginMode = BitgetMarginMode.crossed

    /// A stance from its parts.
    package init(isHedge: Bool = false, marginMode: BitgetMarginMode = .crossed) {
        (self.isHedge, self.marginMode) = (isHedge, marginMode)
    }
}

/// What the venue calls an order it took.
package struct BitgetPlaced: Hashable, Sendable {
    /// Its name there; nil when the answer leaves it out, as for reduce-only orders that displace others.
    package var orderID: String?
}

/// Orders in one language.
package protocol BitgetOrderDialect: Sendable {
    /// Why an order cannot have this client id; nil when it can.
    func flaw(_ id: ClientOrderID) -> String?
    /// Places a market or limit order. `cap` turns a market order into one that fills at once up to this price.
    func place(_ request: OrderRequest, _ stance: BitgetStance, cap: Price?) -> BitgetQuestion<BitgetPlaced>
    /// Cancels a market or limit order.
    func cancel(_ reference: OrderReference, _ symbol: Symbol) -> BitgetQuestion<BitgetPlaced>
    /// Cancels every order of a symbol, trigger orders not included; nil means all symbols.
    func cancelAll(_ symbol: Symbol?) -> BitgetQuestion<Bool>
    /// One order; nil when the answer holds none.
    func order(_ reference: OrderReference, _ symbol: Symbol) -> BitgetQuestion<BitgetOrder?>
    /// A page of the open orders.
    func openOrders(after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetOrder>>
    /// A page of ended orders of a symbol, newest first.
    func endedOrders(_ symbol: Symbol, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetOrder>>
    /// A page of executions since a moment, newest first.
    func fills(since: Timestamp, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetFill>>
    /// Closes a position at market in one call; the side is needed in hedge mode. Gives the names of the orders made.
    func flashClose(_ symbol: Symbol, isLong: Bool?) -> BitgetQuestion<[String]>
}

/// Trigger orders that protect a position, in one language.
package protocol BitgetProtectionDialect: Sendable {
    /// Places a stop or take-profit for a position.
    func protect(_ request: OrderRequest, _ stance: BitgetStance) -> BitgetQuestion<BitgetPlaced>
    /// Moves one.
    func move(
        _ order: BitgetOrder, trigger: Price, quantity: Quantity
    ) -> BitgetQuestion<BitgetPlaced>
    /// Cancels one; the answer tells whether it did.
    func unprotect(_ order: BitgetOrder) -> BitgetQuestion<Bool>
    /// A page of those that wait; each query is a family of its own.
    func protections(family: Int, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetOrder>>
    /// How many families there are.
    var protectionFamilies: Int { get }
    /// A page of those that ended.
    func endedProtections(_ symbol: Symbol, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetOrder>>
}

/// The account in one language.
package protocol BitgetAccountDialect: Sendable {
    /// Succeeds when the account speaks this language.
    func probe() -> BitgetQuestion<Bool>
    /// Position mode, margin mode and leverage of a symbol.
    func modes(_ symbol: Symbol) -> BitgetQuestion<BitgetModes>
    /// Sets the margin mode of a symbol; nil where the language has no such call.
    func setMarginMode(_ mode: BitgetMarginMode, _ symbol: Symbol) -> BitgetQuestion<Bool>?
    /// The sides that a leverage has to be set for; nil is both at once.
    func leverageSides(_ modes: BitgetModes) -> [String?]
    /// Sets the leverage of a symbol, for one side where each has its own.
    func setLeverage(_ leverage: Int, _ symbol: Symbol, _ mode: BitgetMarginMode, side: String?) -> BitgetQuestion<Bool>
    /// All positions.
    func positions() -> BitgetQuestion<[BitgetPosition]>
    /// Money by coin: what is there, and what of it is free.
    func balances() -> BitgetQuestion<[BitgetBalance]>
}

/// Market data in one language.
package protocol BitgetMarketDialect: Sendable {
    /// The instruments, all or one.
    func contracts(_ symbol: Symbol?) -> BitgetQuestion<[BitgetContract]>
    /// The prices of a symbol.
    func ticker(_ symbol: Symbol) -> BitgetQuestion<BitgetTicker>
    /// Up to `limit` bars that opened before `end`; nil when the venue has no such interval. Old bars come from another
    /// place than recent ones.
    func candles(
        _ symbol: Symbol, _ interval: BarInterval, from start: Timestamp, to end: Timestamp, limit: Int, isOld: Bool
    ) -> BitgetQuestion<[Bar]>?
    /// The most bars of one page.
    func pageLimit(_ interval: BarInterval, isOld: Bool) -> Int
}

/// Streams in one language.
package protocol BitgetStreamDialect: Sendable {
    /// Subscriptions to prices.
    func publicTopics(_ symbols: [Symbol]) -> [BitgetBody]
    /// Subscriptions to everything private.
    func privateTopics() -> [BitgetBody]
    /// The prices of a ticker message.
    func tickers(_ message: JSONValue) throws(VenueError) -> [BitgetTicker]
    /// What a private message hints at.
    func hint(_ message: JSONValue) throws(VenueError) -> BitgetHint
}

/// Money of one coin.
package struct BitgetBalance: Hashable, Sendable {
    /// The coin.
    package var coin: String
    /// All of it.
    package var total: Money
    /// What is free.
    package var free: Money
}

/// What a private message hints at. REST is the record: a hint only says where to look.
package struct BitgetHint: Hashable, Sendable {
    /// Orders that changed.
    package var orders: [BitgetOrder] = []
    /// Whether executions happened.
    package var hasFills = false
    /// Whether trigger orders changed.
    package var hasPlans = false
    /// Whether positions changed.
    package var hasPositions = false
}

/// One language as a whole.
package protocol BitgetDialect: BitgetOrderDialect, BitgetProtectionDialect, BitgetAccountDialect, BitgetMarketDialect,
    BitgetStreamDialect
{
    /// Which one.
    var family: BitgetFamily { get }
}
