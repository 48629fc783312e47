import Core

/// Where an order trades: a netting position of its own at the matching engine.
enum BitgetLeg: String, Sendable, Comparable {
    /// Futures, one-way mode.
    case net
    /// Futures, hedge mode.
    case long, short
    /// Spot.
    case spot

    static func < (left: BitgetLeg, right: BitgetLeg) -> Bool { left.rawValue < right.rawValue }
}

/// One leg of one symbol.
struct LegKey: Hashable, Comparable, Sendable {
    let symbol: Symbol
    let leg: BitgetLeg

    static func < (left: LegKey, right: LegKey) -> Bool { (left.symbol, left.leg) < (right.symbol, right.leg) }
}

/// Take-profit and stop-loss that an order brings along.
struct AttachedExits: Hashable, Sendable {
    var takeProfit: Price?
    var takeProfitLimit: Price?
    var stopLoss: Price?
    var stopLossLimit: Price?
    var byMark = false
}

/// What a client wants to order, in either dialect.
struct OrderDraft: Sendable {
    var key: LegKey
    /// The direction of the trade.
    var side: Side
    /// Whether it only closes.
    var reduces: Bool
    /// As the client wrote the direction; closing in hedge mode turns it around in the classic dialect.
    var wireSide: Side
    var size: Quantity
    /// For a market order that buys on spot: what may be spent.
    var spend: Money?
    var limit: Price?
    var force = "gtc"
    var clientID: String?
    var exits = AttachedExits()
    var source = "normal"
    /// It pushed older closing orders out; the classic answer then names no order.
    var displaces = false
    var isIsolated = false
    /// The venue itself closes a whole position: no amount is too large for one order.
    var isWholePosition = false
}

/// An order as the venue keeps it.
struct BitgetOrder: Sendable {
    enum Status: String, Sendable {
        case live
        case partly = "partially_filled"
        case filled
        case cancelled = "canceled"
    }

    let id: String
    let clientID: String
    let draft: OrderDraft
    let leverage: Int
    let createdAt: Timestamp
    var size: Quantity
    var status = Status.live
    var filled = Quantity.zero
    var quote = Money.zero
    /// What was paid; positive.
    var fee = Money.zero
    var feeCoin = "USDT"
    var profit = Money.zero
    var updatedAt: Timestamp
    var cancelReason = ""
    /// Its order at the matching engine, while there is one.
    var child: ClientOrderID?
    var children = 0
    /// What of that order is not filled.
    var childRest = Quantity.zero
    /// What is still to be handed to the matching engine, in parts.
    var parts: [Quantity] = []
    /// It is told as cancelled and goes on.
    var isGhost = false
    var isCancelling = false
    /// Until when looking it up finds nothing.
    var hiddenUntil = Timestamp.epoch
    var lastCancelAt = Timestamp.epoch

    var key: LegKey { draft.key }
    var isSpot: Bool { draft.key.leg == .spot }
    var isOpen: Bool { status == .live || status == .partly }
    var remaining: Quantity { size - filled }
    var average: Price? { filled > .zero ? Price(quote.value.divided(by: filled.value)) : nil }
}

/// One execution.
struct BitgetFill: Sendable {
    let id: String
    let order: Int
    let price: Price
    let quantity: Quantity
    /// What was paid; positive.
    let fee: Money
    let feeCoin: String
    let profit: Money
    let isTaker: Bool
    let at: Timestamp
}

/// A futures position.
struct BitgetPosition: Sendable {
    /// A position before its first execution.
    init(id: String, key: LegKey, at now: Timestamp) {
        (self.id, self.key, createdAt, updatedAt) = (id, key, now, now)
    }

    let id: String
    let key: LegKey
    /// Signed: positive is long.
    var quantity = Quantity.zero
    var average = Price.zero
    var profit = Money.zero
    var openFee = Money.zero
    var closeFee = Money.zero
    var opened = Quantity.zero
    var closed = Quantity.zero
    var openQuote = Money.zero
    var closeQuote = Money.zero
    let createdAt: Timestamp
    var updatedAt: Timestamp
    private(set) var isShort = false

    var holdSide: String { isShort ? "short" : "long" }
    var size: Quantity { quantity.magnitude }

    /// Books an execution; the profit that it realised, and what of it is left over when it closed everything.
    mutating func book(_ fill: Fill) -> (profit: Money, rest: Quantity) {
        let change = fill.side.signed(fill.quantity)
        updatedAt = fill.at
        if quantity == .zero || (quantity > .zero) == (change > .zero) {
            let cost = average.notional(quantity.magnitude) + fill.notional
            quantity += change
            isShort = quantity < .zero
            average = Price(cost.value.divided(by: quantity.magnitude.value))
            (opened, openQuote, openFee) = (opened + fill.quantity, openQuote + fill.notional, openFee + fill.fee)
            return (.zero, .zero)
        }
        let part = min(quantity.magnitude, fill.quantity)
        let gain = (fill.price - average).notional(quantity > .zero ? part : -part)
        quantity += fill.side.signed(part)
        (closed, closeQuote, closeFee) = (closed + part, closeQuote + fill.price.notional(part), closeFee + fill.fee)
        profit += gain
        return (gain, fill.quantity - part)
    }
}
