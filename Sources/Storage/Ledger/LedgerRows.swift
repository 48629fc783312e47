public import Core

/// What a ledger is bound to.
public struct LedgerIdentity: Hashable, Codable, Sendable {
    /// `backtest`, `paper` or `live`.
    public let mode: String
    /// The account traded on.
    public let account: String

    /// An identity from its parts.
    public init(mode: String, account: String) {
        self.mode = mode
        self.account = account
    }
}

/// One step of the engine, to be written down.
public struct JournalDraft: Hashable, Sendable {
    /// When it happened.
    public let at: Timestamp
    /// What happened, as JSON.
    public let event: String
    /// What it led to, as JSON.
    public let effects: String

    /// A step from its parts.
    public init(at: Timestamp, event: String, effects: String) {
        (self.at, self.event, self.effects) = (at, event, effects)
    }
}

/// One row of the journal.
public struct JournalEntry: Hashable, Sendable {
    /// Its place, counting from 1.
    public let sequence: Int64
    /// What was written down.
    public let draft: JournalDraft
    /// ``hash`` of the row before; of the first row, zeros.
    public let previousHash: Digest
    /// The row's own hash as stored.
    public let hash: Digest
}

/// An order as intended, to be written down before any byte of it leaves.
public struct LedgerIntent: Hashable, Sendable {
    /// The order.
    public let request: OrderRequest
    /// Where it goes.
    public let venue: BrokerName
    /// When it was decided.
    public let at: Timestamp

    /// An intent from its parts.
    public init(request: OrderRequest, venue: BrokerName, at: Timestamp) {
        (self.request, self.venue, self.at) = (request, venue, at)
    }
}

/// Something that happened to an order, ours or not.
public struct LedgerOrderEvent: Hashable, Sendable {
    /// The venue.
    public let venue: BrokerName
    /// Our name for the order as it was reported; nil when it has none.
    public let clientID: ClientOrderID?
    /// The venue's name for it.
    public let venueOrderID: String?
    /// The instrument.
    public let symbol: Symbol
    /// What happened.
    public let event: OrderEvent
    /// How much is filled by the venue's account.
    public let filled: Quantity?
    /// Why, in the venue's words.
    public let reason: String?
    /// What the order's quantity is asked to become, where the event changes it.
    public let quantity: Quantity?
    /// What its trigger is asked to become, where the event changes it.
    public let price: Price?
    /// When.
    public let at: Timestamp

    /// An event from its parts.
    public init(
        venue: BrokerName, clientID: ClientOrderID?, venueOrderID: String? = nil, symbol: Symbol, event: OrderEvent,
        filled: Quantity? = nil, reason: String? = nil, quantity: Quantity? = nil, price: Price? = nil, at: Timestamp
    ) {
        (self.quantity, self.price) = (quantity, price)
        (self.venue, self.clientID, self.venueOrderID, self.symbol) = (venue, clientID, venueOrderID, symbol)
        (self.event, self.filled, self.reason, self.at) = (event, filled, reason, at)
    }

    /// What a venue's report says happened.
    public init(_ report: OrderReport, venue: BrokerName) {
        let event: OrderEvent =
            switch report.state {
            case .intended, .sent: .sent
            case .working: .accepted
            case .partiallyFilled: .partlyFilled
            case .cancelling: .cancelRequested
            case .unknown: .silence
            case .filled: .filled
            case .cancelled: .cancelled
            case .rejected: .rejected
            case .expired: .expired
            }
        self.init(
            venue: venue, clientID: report.clientID, venueOrderID: report.venueOrderID, symbol: report.symbol,
            event: event, filled: report.filled, reason: report.reason, at: report.at)
    }
}

/// How the position in one instrument stands.
public struct LedgerPosition: Hashable, Sendable {
    /// The position with its lots.
    public let position: Position
    /// Since when.
    public let at: Timestamp

    /// A position as of `at`.
    public init(_ position: Position, at: Timestamp) {
        (self.position, self.at) = (position, at)
    }
}

/// A position as the ledger stores it.
public struct LedgerPositionRow: Hashable, Codable, Sendable {
    /// The instrument.
    public let symbol: Symbol
    /// The signed holding.
    public let quantity: Quantity
    /// What the open lots cost, signed.
    public let cost: Money
    /// Profit of everything closed, before fees.
    public let realised: Money
    /// All fees.
    public let fees: Money
    /// The open lots, oldest first.
    public let lots: [Position.Lot]
    /// Since when.
    public let at: Timestamp
}

/// How the protection of one instrument's position stands.
public struct LedgerProtection: Hashable, Sendable {
    /// The instrument.
    public let symbol: Symbol
    /// Where the protection is in its life, such as `armedNative`.
    public let state: String
    /// Who guards it: `native`, `synthetic` or `none`.
    public let mode: String
    /// Stop price.
    public let stop: Price?
    /// Take-profit price.
    public let takeProfit: Price?
    /// How much it covers.
    public let quantity: Quantity
    /// Which price triggers it.
    public let triggerPrice: TriggerPrice
    /// Value without a stop times seconds so far, in quote currency times seconds.
    public let unprotected: FixedDecimal
    /// Since when.
    public let at: Timestamp

    /// A protection from its parts.
    public init(
        symbol: Symbol, state: String, mode: String, stop: Price?, takeProfit: Price?, quantity: Quantity,
        triggerPrice: TriggerPrice = .last, unprotected: FixedDecimal = .zero, at: Timestamp
    ) {
        (self.triggerPrice, self.unprotected) = (triggerPrice, unprotected)
        (self.symbol, self.state, self.mode) = (symbol, state, mode)
        (self.stop, self.takeProfit, self.quantity, self.at) = (stop, takeProfit, quantity, at)
    }
}

/// What the assets of one currency were worth at one moment.
public struct LedgerEquity: Hashable, Codable, Sendable {
    /// When.
    public let at: Timestamp
    /// The currency.
    public let currency: Currency
    /// Everything, at market prices.
    public let equity: Money
    /// The share of it that is not realised.
    public let unrealised: Money

    /// A point from its parts.
    public init(at: Timestamp, currency: Currency, equity: Money, unrealised: Money) {
        (self.at, self.currency, self.equity, self.unrealised) = (at, currency, equity, unrealised)
    }
}

/// The kill switch as the ledger remembers it.
public struct KillLatch: Hashable, Codable, Sendable {
    /// Why it was engaged.
    public let reason: String
    /// When.
    public let at: Timestamp

    /// A latch from its parts.
    public init(reason: String, at: Timestamp) {
        (self.reason, self.at) = (reason, at)
    }
}
