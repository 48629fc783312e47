/// A signed holding of one instrument with the lots it was built from, first in first out.
///
/// Invariants: all lots have the sign of the position and a quantity other than zero; each lot carries the money that
/// was paid (or received) for what is left of it, so that profits and costs add up exactly whatever the rounding.
public struct Position: Hashable, Codable, Sendable {
    /// One purchase (positive) or short sale (negative), as far as it is still open.
    public struct Lot: Hashable, Codable, Sendable {
        /// What is left, signed.
        public internal(set) var quantity: Quantity
        /// The money paid for what is left, signed like the quantity.
        public internal(set) var cost: Money
        /// When it was opened.
        public let openedAt: Timestamp
    }

    /// The instrument.
    public let symbol: Symbol
    /// The open lots, oldest first.
    public private(set) var lots: [Lot] = [] {
        didSet { quantity = lots.reduce(.zero) { $0 + $1.quantity } }
    }
    /// The signed holding: positive is long. The sum of the lots, kept because it is asked for after every step.
    public private(set) var quantity = Quantity.zero
    /// Profit of everything closed so far, before fees.
    public private(set) var realised: Money = .zero
    /// All fees paid so far.
    public private(set) var fees: Money = .zero

    private enum CodingKeys: String, CodingKey {
        case symbol, lots, realised, fees
    }

    /// A flat position.
    public init(symbol: Symbol) {
        self.symbol = symbol
    }

    /// Reads a position; what is held follows from its lots.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        symbol = try container.decode(Symbol.self, forKey: .symbol)
        lots = try container.decode([Lot].self, forKey: .lots)
        realised = try container.decode(Money.self, forKey: .realised)
        fees = try container.decode(Money.self, forKey: .fees)
        quantity = lots.reduce(.zero) { $0 + $1.quantity }
    }

    /// Whether nothing is held.
    public var isFlat: Bool { lots.isEmpty }

    /// What the open lots cost, signed like the position.
    public var cost: Money { lots.reduce(.zero) { $0 + $1.cost } }

    /// The average price of the open lots, rounded to twelve digits; nil when flat.
    public var averagePrice: Price? {
        isFlat ? nil : Price(cost.value.divided(by: quantity.value))
    }

    /// Profit of the open lots if they were closed at `price`, before fees.
    public func unrealised(at price: Price) -> Money {
        price.notional(quantity) - cost
    }

    /// Books an execution: closes the oldest lots of the other side first, opens a lot with what is left over.
    ///
    /// - Returns: What was closed, oldest first.
    @discardableResult
    public mutating func book(_ fill: Fill) -> [ClosedLot] {
        precondition(fill.symbol == symbol, "a fill belongs to its own instrument")
        precondition(fill.quantity > .zero, "a fill has a positive quantity")
        fees += fill.fee
        var open = fill.side.signed(fill.quantity)
        var money = fill.side == .buy ? fill.notional : -fill.notional
        var closed: [ClosedLot] = []
        while open != .zero, let oldest = lots.first, (oldest.quantity > .zero) != (open > .zero) {
            let size = min(oldest.quantity.magnitude, open.magnitude)
            let proceeds = Money(money.value.share(size.value, of: open.magnitude.value))
            closed.append(close(size, for: proceeds, at: fill.at))
            money -= proceeds
            open = open > .zero ? open - size : open + size
        }
        if open != .zero { lots.append(Lot(quantity: open, cost: money, openedAt: fill.at)) }
        checkInvariants()
        return closed
    }

    private mutating func close(_ size: Quantity, for proceeds: Money, at now: Timestamp) -> ClosedLot {
        let lot = lots[0]
        let cost = Money(lot.cost.value.share(size.value, of: lot.quantity.magnitude.value))
        let profit = -(proceeds + cost)
        realised += profit
        if size == lot.quantity.magnitude {
            lots.removeFirst()
        } else {
            lots[0].quantity = lot.quantity > .zero ? lot.quantity - size : lot.quantity + size
            lots[0].cost = lot.cost - cost
        }
        return ClosedLot(
            symbol: symbol, quantity: lot.quantity > .zero ? size : -size, cost: cost, proceeds: -proceeds,
            profit: profit, openedAt: lot.openedAt, closedAt: now)
    }

    /// Traps when an invariant stated above does not hold.
    public func checkInvariants() {
        guard let first = lots.first else { return }
        precondition(
            lots.allSatisfy { $0.quantity != .zero && ($0.quantity > .zero) == (first.quantity > .zero) },
            "the lots of a position have one sign")
    }
}

/// A part of a position that was opened and closed again.
public struct ClosedLot: Hashable, Codable, Sendable {
    /// The instrument.
    public let symbol: Symbol
    /// How much, signed like the position that was held: positive was long.
    public let quantity: Quantity
    /// What it cost to open, signed like the quantity.
    public let cost: Money
    /// What closing it brought, signed like the quantity.
    public let proceeds: Money
    /// Proceeds less cost, before fees.
    public let profit: Money
    /// When it was opened.
    public let openedAt: Timestamp
    /// When it was closed.
    public let closedAt: Timestamp
}
