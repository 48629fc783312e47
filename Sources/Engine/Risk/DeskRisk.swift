public import Core

/// What the gate knows of one asset besides its price and position.
public struct DeskRisk: Hashable, Codable, Sendable {
    /// The best prices and when they were seen.
    public struct Quote: Hashable, Codable, Sendable {
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
    /// When the last opening order was entered.
    public private(set) var lastEntryAt: Timestamp?
    /// How the last entry was filled against the price seen.
    public private(set) var slippage = SlippageWatch()
    /// When a person last released a restriction: what a desk itself counts towards a limit counts from here.
    public internal(set) var releasedAt: Timestamp?
    /// Whether the desk may open now: only in its turn does it know what the counters say.
    package internal(set) var isItsTurn = false
    /// Whether the order before the gate goes on with one that was counted: a repetition, or a limit order that goes to
    /// market.
    package internal(set) var isContinuing = false
    /// The counters of all assets, as of this asset's turn.
    package var outlook = RiskOutlook()
    /// The profit of the asset that the counters know of.
    package var countedProfit = Money.zero
    /// Opening orders that passed the gate since the counters last looked.
    package private(set) var entries: [EnteredOrder] = []
    /// Opening orders of other hands on the account, found since the counters last looked.
    @inline(__always) package var foreign: [EnteredOrder] { foreignSeen ?? [] }
    /// Nil, like the other optional fields here, in what older versions wrote down.
    private var foreignSeen: [EnteredOrder]?
    /// What the gate refused since the counters last looked.
    package private(set) var refused: [RiskRefusal] = []
    /// Trades that were closed since the counters last looked, by what they brought after fees.
    package private(set) var results: [Money] = []
    /// Limits that the desk itself saw broken since the counters last looked.
    package private(set) var breaches: [RiskFinding] = []
    /// Realised profit less fees when the asset was last flat.
    private var settledProfit = Money.zero
    /// Fees paid until the asset was last flat.
    private var settledFees: Money?
    /// Which side was held when that was last looked at; nil when flat.
    private(set) var wasLong: Bool?

    package init() {}

    // MARK: News

    /// A venue told its best prices; what makes no sense is passed over.
    package mutating func quoted(bid: Price, ask: Price, at now: Timestamp) {
        if bid > .zero, ask >= bid { quote = Quote(bid: bid, ask: ask, at: now) }
    }

    /// A venue told whether its market is open.
    package mutating func session(isOpen: Bool, next: Timestamp?) {
        (self.isOpen, nextSession) = (isOpen, next)
    }

    /// The market moved.
    mutating func saw(_ price: Price, isClose: Bool) {
        slippage.saw(price, isClose: isClose)
    }

    /// An execution was booked; `position` is what is held now.
    package mutating func booked(_ fill: Fill, _ position: Position) {
        slippage.booked(fill)
        note(position)
    }

    /// What is held now, whoever caused it: a position that is gone or turned was a trade.
    mutating func note(_ position: Position) {
        let isLong: Bool? = position.isFlat ? nil : position.quantity > .zero
        if let wasLong, isLong != wasLong {
            let settled = position.realised - position.fees
            results.append(settled - settledProfit)
            (settledProfit, settledFees) = (settled, position.fees)
        }
        wasLong = isLong
    }

    /// The fees of what is held now.
    func fees(of position: Position) -> Money { position.fees - (settledFees ?? .zero) }

    /// Somebody else opened something on the account.
    mutating func met(_ order: EnteredOrder) { foreignSeen = foreign + [order] }

    /// An opening order passed the gate.
    package mutating func entered(_ request: OrderRequest, at price: Price?, in currency: Currency, now: Timestamp) {
        lastEntryAt = now
        entries.append(
            EnteredOrder(
                at: now, symbol: request.symbol, side: request.side, quantity: request.quantity,
                value: price?.notional(request.quantity) ?? .zero, currency: currency))
        slippage.entered(request, lastPrice: price)
    }

    /// The gate refused an entry.
    mutating func refused(_ refusal: RiskRefusal) {
        refused.append(refusal)
    }

    /// The desk itself saw a limit broken, such as ``RiskCode/unprotectedBudget``: trading moves to what the settings
    /// say, before anything else opens, until a person releases it.
    package mutating func breach(_ code: RiskCode, figures: String, sentence: String) {
        breaches.append(RiskFinding(code, figures, sentence))
    }

    /// The counters have taken what was new.
    mutating func collected(profit: Money) {
        countedProfit = profit
        if !isCollected { (entries, foreignSeen, refused, results, breaches) = ([], nil, [], [], []) }
    }

    /// Whether there is nothing for the counters. In line, and without `&&`: a call, or what catches `self`, would copy
    /// all of this to look at it.
    @inline(__always) var isCollected: Bool {
        guard entries.isEmpty, foreignSeen == nil else { return false }
        guard refused.isEmpty, results.isEmpty else { return false }
        return breaches.isEmpty
    }
}

/// How an entry is filled against the price that was seen when it was decided.
///
/// The expected price is the last one before the order; where that was a bar's close, at which nobody trades, it is the
/// first price after it.
public struct SlippageWatch: Hashable, Codable, Sendable {
    /// How much worse than expected the last entry was filled so far, in percent; negative is better.
    public private(set) var percent: FixedDecimal?
    /// When its last execution was.
    public private(set) var at: Timestamp?
    private var order: ClientOrderID?
    private var expected: Price?
    private var decided: Price?
    private var isAfterClose = false
    private var quantity = Quantity.zero
    private var value = Money.zero

    package init() {}

    mutating func saw(_ price: Price, isClose: Bool) {
        isAfterClose = isClose
        if !isClose, order != nil, expected == nil { expected = price }
    }

    mutating func entered(_ request: OrderRequest, lastPrice: Price?) {
        (order, decided, quantity, value) = (request.clientID, lastPrice, .zero, .zero)
        expected = isAfterClose ? nil : lastPrice
        if case .limit(let price) = request.kind { expected = price }
    }

    mutating func booked(_ fill: Fill) {
        guard let order, fill.clientID == order, let anchor = expected ?? decided, anchor > .zero else { return }
        quantity += fill.quantity
        value += fill.notional
        let average = value.value.divided(by: quantity.value)
        let worse = fill.side == .buy ? average - anchor.value : anchor.value - average
        (percent, at) = (worse.times(FixedDecimal(100)).divided(by: anchor.value), fill.at)
    }
}
