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
    ///
    /// - Parameter list: The list of open orders that it stands in, where a cancellation has to name it.
    func cancel(_ reference: OrderReference, _ symbol: Symbol, list: String?) -> BitgetQuestion<BitgetPlaced>
    /// Cancels every order of a symbol, trigger orders not included; nil means all symbols.
    func cancelAll(_ symbol: Symbol?) -> BitgetQuestion<Bool>
    /// One order; nil when the answer holds none.
    func order(_ reference: OrderReference, _ symbol: Symbol) -> BitgetQuestion<BitgetOrder?>
    /// A page of the open orders; each part is a list of its own.
    func openOrders(part: Int, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetOrder>>
    /// How many lists of open orders there are. They are read in turn: an order moves from one to the next, never back.
    var openOrderParts: Int { get }
    /// A page of ended orders of a symbol, newest first.
    func endedOrders(_ symbol: Symbol, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetOrder>>
    /// A page of executions of a span of time, newest first; without an end it is open.
    func fills(_ span: BitgetSpan, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetFill>>
    /// The longest span that executions can be asked for.
    var longestSpan: TimeSpan { get }
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
    /// Whether a venue may have none of a family, and refuse the question: only newer documentation knows of it.
    func mayLack(family: Int) -> Bool
    /// Whether an account may have no such private topic; its news are read then.
    func mayLack(topic: JSONValue) -> Bool
    /// A page of those that ended.
    func endedProtections(_ symbol: Symbol, after cursor: String?) -> BitgetQuestion<BitgetPage<BitgetOrder>>
}

/// The account in one language.
package protocol BitgetAccountDialect: Sendable {
    /// Succeeds when the account speaks this language.
    func probe() -> BitgetQuestion<Bool>
    /// Whether the key may trade; false only where it is said to be one that only reads, nil where that is left open.
    func permission() -> BitgetQuestion<Bool?>
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

/// A span of time to ask about.
package struct BitgetSpan: Hashable, Sendable {
    /// Its first moment.
    package let start: Timestamp
    /// Its last moment; nil where it is open.
    package let end: Timestamp?

    /// A span from its ends.
    package init(start: Timestamp, end: Timestamp?) { (self.start, self.end) = (start, end) }

    /// How far back the venue tells executions: ninety days, less one for clocks and slow pages.
    static let reach = TimeSpan(milliseconds: 89 * 86_400_000)

    /// The spans that cover everything from `moment` to `now`, as far back as the venue tells, newest first: each at
    /// most `longest`, the newest open. Each begins a millisecond after the one before it ends.
    package static func covering(since moment: Timestamp, to now: Timestamp, longest: TimeSpan) -> [BitgetSpan] {
        let first = max(moment, now - reach)
        var (spans, end): ([BitgetSpan], Timestamp?) = ([], nil)
        while true {
            let start = max(first, (end ?? now) - longest)
            spans.append(BitgetSpan(start: start, end: end))
            guard start > first else { return spans }
            end = start - TimeSpan(milliseconds: 1)
        }
    }
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
