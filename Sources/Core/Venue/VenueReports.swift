/// A broker by its routing name: `bitget`, `tinkoff`, `simulated`.
public struct BrokerName: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// The name in lower case.
    public let text: String

    /// A broker named `text`.
    public init(_ text: String) {
        self.text = text.lowercased()
    }

    /// Reads the bare name.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the bare name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    public var description: String { text }
    public static func < (left: BrokerName, right: BrokerName) -> Bool { left.text < right.text }
}

/// What a broker can do by itself; the engine does the rest.
public struct BrokerCapabilities: Hashable, Codable, Sendable {
    /// It holds stop and take-profit orders and triggers them without us.
    public let nativeProtections: Bool
    /// It honours reduce-only: of two orders that both execute, none can turn a position.
    public let reduceOnly: Bool
    /// Sending the same client id twice is safe: the second is refused or answered with the first.
    public let duplicateSafe: Bool
    /// It changes trigger and quantity of a protective order in place.
    public let amendsProtections: Bool
    /// Which price its protective orders are triggered by.
    public let triggerPrice: TriggerPrice
    /// A stop that waits keeps a close from being placed, or safe: it has to be gone before. Where it does not, either
    /// both may stand, or the broker takes the stop back by itself once it knows that the close can be placed.
    public let stopsBlock: Bool

    /// Capabilities as declared by a broker.
    ///
    /// - Parameter stopsBlock: As long as nothing is said, stops are in the way where nothing is reduce-only.
    public init(
        nativeProtections: Bool, reduceOnly: Bool, duplicateSafe: Bool, amendsProtections: Bool = false,
        triggerPrice: TriggerPrice = .last, stopsBlock: Bool? = nil
    ) {
        (self.nativeProtections, self.reduceOnly, self.duplicateSafe) = (nativeProtections, reduceOnly, duplicateSafe)
        (self.amendsProtections, self.triggerPrice) = (amendsProtections, triggerPrice)
        self.stopsBlock = stopsBlock ?? !reduceOnly
    }
}

/// The price that a protective order waits for.
public enum TriggerPrice: String, Codable, Sendable, CaseIterable {
    /// The last trade.
    case last
    /// The venue's own fair price.
    case mark
}

extension BrokerCapabilities {
    /// Reads capabilities; what older records do not name yet is a plain broker's.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            nativeProtections: try values.decode(Bool.self, forKey: .nativeProtections),
            reduceOnly: try values.decode(Bool.self, forKey: .reduceOnly),
            duplicateSafe: try values.decode(Bool.self, forKey: .duplicateSafe),
            amendsProtections: try values.decodeIfPresent(Bool.self, forKey: .amendsProtections) ?? false,
            triggerPrice: try values.decodeIfPresent(TriggerPrice.self, forKey: .triggerPrice) ?? .last,
            stopsBlock: try values.decodeIfPresent(Bool.self, forKey: .stopsBlock))
    }
}

/// What a venue says of one order.
public struct OrderReport: Hashable, Codable, Sendable {
    /// Our name for it; nil when the order is none of ours.
    public let clientID: ClientOrderID?
    /// The venue's name for it.
    public let venueOrderID: String
    /// The instrument.
    public let symbol: Symbol
    /// Buy or sell.
    public let side: Side
    /// How it executes.
    public let kind: OrderKind
    /// Ordered quantity.
    public let quantity: Quantity
    /// Filled so far.
    public let filled: Quantity
    /// Where it is by the venue's account: working, partiallyFilled, filled, cancelled, rejected or expired.
    public let state: OrderState
    /// Why it was refused or cancelled, in the venue's words.
    public let reason: String?
    /// When the venue said so.
    public let at: Timestamp

    /// A report from its parts.
    public init(
        clientID: ClientOrderID?, venueOrderID: String, symbol: Symbol, side: Side, kind: OrderKind,
        quantity: Quantity, filled: Quantity, state: OrderState, reason: String?, at: Timestamp
    ) {
        (self.clientID, self.venueOrderID, self.symbol, self.side) = (clientID, venueOrderID, symbol, side)
        (self.kind, self.quantity, self.filled, self.state) = (kind, quantity, filled, state)
        (self.reason, self.at) = (reason, at)
    }
}

/// A position as a venue reports it.
public struct AccountPosition: Hashable, Codable, Sendable {
    /// The instrument.
    public let symbol: Symbol
    /// Signed holding: positive is long; never zero.
    public let quantity: Quantity
    /// Average entry price, where the venue tells.
    public let averagePrice: Price?

    /// A position from its parts.
    public init(symbol: Symbol, quantity: Quantity, averagePrice: Price?) {
        (self.symbol, self.quantity, self.averagePrice) = (symbol, quantity, averagePrice)
    }
}

/// Everything a venue holds for an account at one moment.
public struct AccountSnapshot: Hashable, Codable, Sendable {
    /// The broker that was asked.
    public let broker: BrokerName
    /// Orders that may still execute, protective ones included, ours or not.
    public let openOrders: [OrderReport]
    /// Positions other than flat, by symbol.
    public let positions: [AccountPosition]
    /// Cash by currency code.
    public let balances: [String: Money]
    /// The account's executions at or after the moment asked for, ours or not, in the order they happened.
    public let fills: [Fill]
    /// When.
    public let at: Timestamp
    /// Whether the executions were left out, because something had to be known before they were read; nil when not.
    public private(set) var lacksFills: Bool?

    /// A snapshot from its parts.
    public init(
        broker: BrokerName, openOrders: [OrderReport], positions: [AccountPosition], balances: [String: Money],
        fills: [Fill] = [], at: Timestamp
    ) {
        (self.broker, self.openOrders, self.positions) = (broker, openOrders, positions)
        (self.balances, self.fills, self.at) = (balances, fills, at)
    }

    /// The same with no executions: it says what is held, and nothing about what was executed.
    public var withoutFills: AccountSnapshot {
        var snapshot = AccountSnapshot(
            broker: broker, openOrders: openOrders, positions: positions, balances: balances, at: at)
        snapshot.lacksFills = true
        return snapshot
    }

    /// Whether nothing is held and nothing can execute any more.
    public var isFlat: Bool { openOrders.isEmpty && positions.isEmpty }
}

/// Something a venue tells without being asked.
public enum VenueEvent: Hashable, Codable, Sendable {
    /// A price at which the instrument can be traded now.
    case price(Symbol, Price)
    /// A bar is complete; its close is the last price.
    case barClosed(Symbol, Bar, closeTime: Timestamp)
    /// The best prices at which the instrument can be sold and bought now. They arm no protection: those look at prices
    /// that were traded.
    case quote(Symbol, bid: Price, ask: Price)
    /// Whether the instrument can be traded now, and when that changes next, where the venue tells.
    case session(Symbol, isOpen: Bool, next: Timestamp?)
    /// How far the venue's clock is ahead of ours; negative when it is behind.
    case clock(offset: TimeSpan)
    /// News of an order. Kept out of line, so that the many prices and bars stay small.
    indirect case order(OrderReport)
    /// An execution.
    indirect case fill(Fill)
    /// The stream of news was broken and is there again: what happened meanwhile may never be told.
    case reconnected
}

/// What one broker tells at one moment.
public struct VenueBatch: Hashable, Codable, Sendable {
    /// Who tells.
    public let broker: BrokerName
    /// The moment, by the venue's clock.
    public private(set) var at: Timestamp
    /// The news, in the order they happened.
    public private(set) var events: [VenueEvent]

    /// A batch from its parts.
    public init(broker: BrokerName, at: Timestamp, events: [VenueEvent]) {
        (self.broker, self.at, self.events) = (broker, at, events)
    }

    /// Tells `news` of `at` instead of what it told, and leaves an empty list whose room can be used again.
    public mutating func take(_ news: inout [VenueEvent], at moment: Timestamp) {
        // One by one: to remove all at once costs several times what the one or two of a batch do.
        while !events.isEmpty { events.removeLast() }
        swap(&events, &news)
        at = moment
    }
}
