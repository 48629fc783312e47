import Core

/// An account.
struct TInvestAccount: Sendable {
    let id: String
    let name: String
    let openedAt: Timestamp
    var isOpen = true
    /// Roubles, blocked ones included.
    var money: Money
    /// Roubles that came or went without a deal.
    var paidIn: Money
    var holdings: [Symbol: TInvestHolding] = [:]

    /// An account with its first roubles.
    init(id: String, name: String, openedAt: Timestamp, money: Money) {
        (self.id, self.name, self.openedAt) = (id, name, openedAt)
        (self.money, paidIn) = (money, money)
    }

    /// Roubles come or go without a deal.
    mutating func pay(_ amount: Money) {
        money += amount
        paidIn += amount
    }
}

/// What is held of one share, in pieces; short is negative.
struct TInvestHolding: Sendable {
    var pieces = Quantity.zero
    var average = Price.zero

    /// Books a deal.
    mutating func book(_ side: Side, _ quantity: Quantity, at price: Price) {
        let change = side.signed(quantity)
        let after = pieces + change
        if pieces == .zero || (pieces > .zero) == (change > .zero) {
            let cost = average.notional(pieces.magnitude) + price.notional(quantity)
            average = Price(cost.value.divided(by: after.magnitude.value))
        } else if after == .zero {
            average = .zero
        } else if (after > .zero) != (pieces > .zero) {
            average = price
        }
        pieces = after
    }
}

/// One instrument of one account: a position of its own at the matching engine.
struct TInvestLeg: Hashable, Sendable {
    let account: String
    let symbol: Symbol
}

/// What a client wants to order.
struct TInvestDraft: Sendable {
    enum Kind: String, Sendable {
        case limit = "ORDER_TYPE_LIMIT"
        case market = "ORDER_TYPE_MARKET"
        case best = "ORDER_TYPE_BESTPRICE"
    }

    enum Force: String, Sendable {
        case day = "TIME_IN_FORCE_DAY"
        case kill = "TIME_IN_FORCE_FILL_AND_KILL"
        case all = "TIME_IN_FORCE_FILL_OR_KILL"
    }

    var leg: TInvestLeg
    var side: Side
    var lots: Int64
    /// Pieces of one lot when it was ordered.
    var lot: Int64
    var kind: Kind
    var limit: Price?
    var force = Force.day
    /// The client's idempotency key.
    var key: String
    var mayBeUncovered = false

    var pieces: Quantity { Quantity(FixedDecimal(Int(lots * lot))) }
}

/// An order as the venue keeps it.
struct TInvestOrder: Sendable {
    enum Status: String, Sendable {
        case new = "EXECUTION_REPORT_STATUS_NEW"
        case partly = "EXECUTION_REPORT_STATUS_PARTIALLYFILL"
        case filled = "EXECUTION_REPORT_STATUS_FILL"
        case cancelled = "EXECUTION_REPORT_STATUS_CANCELLED"
        case rejected = "EXECUTION_REPORT_STATUS_REJECTED"
    }

    /// The exchange's id.
    let id: String
    /// The broker's own id, which the first event carries.
    let innerID: String
    let draft: TInvestDraft
    /// The price of one piece when it was ordered.
    let price: Price
    let createdAt: Timestamp
    let acceptedAt: Timestamp
    var status = Status.new
    var filled = Quantity.zero
    var turnover = Money.zero
    var fee = Money.zero
    /// What of each deal belongs to it, by the deal's place.
    var deals: [Int] = []
    var updatedAt: Timestamp
    /// Why it ended, as the stream says it.
    var cause: String?
    /// Its order at the matching engine, while there is one.
    var child: ClientOrderID?
    var childRest = Quantity.zero
    var children = 0
    /// What is still to be handed to the matching engine.
    var parts: [Quantity] = []
    /// Until when looking it up finds nothing, by the real time.
    var hiddenUntil = Timestamp.epoch
    /// Whether it waits for trading to go on.
    var waits = true

    var isOpen: Bool { status == .new || status == .partly }
    var remaining: Quantity { draft.pieces - filled }
    var average: Price? { filled > .zero ? Price(turnover.value.divided(by: filled.value)) : nil }
    var lotsFilled: Int64 { Int64(filled.value.units / FixedDecimal.scale) / draft.lot }
}

/// One execution.
struct TInvestDeal: Sendable {
    let id: String
    let order: Int
    let leg: TInvestLeg
    let side: Side
    let price: Price
    let pieces: Quantity
    let fee: Money
    let at: Timestamp

    /// What it brought, commission included.
    var cash: Money { (side == .buy ? -price.notional(pieces) : price.notional(pieces)) - fee }
    var wholePieces: Int64 { Int64(pieces.value.units / FixedDecimal.scale) }
}

/// A stop order: it lives at the broker until it becomes an ordinary one.
struct TInvestStop: Sendable {
    enum Kind: String, Sendable {
        case takeProfit = "STOP_ORDER_TYPE_TAKE_PROFIT"
        case stopLoss = "STOP_ORDER_TYPE_STOP_LOSS"
        case stopLimit = "STOP_ORDER_TYPE_STOP_LIMIT"
    }

    enum Status: String, Sendable {
        case active = "STOP_ORDER_STATUS_ACTIVE"
        case executed = "STOP_ORDER_STATUS_EXECUTED"
        case cancelled = "STOP_ORDER_STATUS_CANCELED"
        case expired = "STOP_ORDER_STATUS_EXPIRED"
    }

    /// How far a trailing take-profit stays behind.
    struct Trail: Sendable {
        let indent: FixedDecimal
        let isRelative: Bool
        let spread: FixedDecimal
        let spreadIsRelative: Bool

        /// A distance in money at a price.
        static func distance(_ size: FixedDecimal, _ relative: Bool, at price: Price) -> Price {
            Price(relative ? price.value.share(size, of: FixedDecimal(100)) : size)
        }
    }

    let id: String
    let key: String
    let draft: TInvestDraft
    let kind: Kind
    let trigger: Price
    let expiresAt: Timestamp?
    let trail: Trail?
    let createdAt: Timestamp
    var status = Status.active
    var activatedAt: Timestamp?
    var childID: String?
    /// The best price since a trailing take-profit became active.
    var extreme: Price?
    /// Until when it is neither listed nor found, by the real time.
    var hiddenUntil = Timestamp.epoch
    /// A fault: it is reached and does nothing.
    var isDead = false
    var reason = ""

    /// Whether it fires when the price falls to it.
    var below: Bool { (kind == .takeProfit) == (draft.side == .buy) }

    /// What it waits for now.
    var level: Price {
        guard let trail, let extreme else { return trigger }
        let distance = TInvestStop.Trail.distance(trail.indent, trail.isRelative, at: extreme)
        return draft.side == .sell ? extreme - distance : extreme + distance
    }

    /// Whether `price` fires it.
    func fires(at price: Price) -> Bool {
        guard trail != nil else { return below ? price <= trigger : price >= trigger }
        guard extreme != nil else { return false }
        return draft.side == .sell ? price <= level : price >= level
    }

    /// Takes notice of a price that did not fire it.
    mutating func follow(_ price: Price) {
        guard trail != nil else { return }
        if let best = extreme {
            extreme = draft.side == .sell ? max(best, price) : min(best, price)
        } else if below ? price <= trigger : price >= trigger {
            extreme = price
        }
    }
}
