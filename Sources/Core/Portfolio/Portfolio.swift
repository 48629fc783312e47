/// Cash and positions of one account in one currency.
///
/// Conservation, exact to the last digit after every fill: cash + cost of the open lots + fees = starting cash +
/// realised profit.
public struct Portfolio: Hashable, Codable, Sendable {
    /// The currency.
    public let currency: Currency
    /// The money at the start.
    public let startingCash: Money
    /// The money now; buying on margin or selling short moves it too.
    public private(set) var cash: Money
    private var holdings: [Symbol: Position] = [:]

    /// An account that holds nothing but `startingCash`.
    public init(currency: Currency, startingCash: Money) {
        self.currency = currency
        self.startingCash = startingCash
        cash = startingCash
    }

    /// The position in `symbol`, flat when it was never traded.
    public subscript(symbol: Symbol) -> Position {
        holdings[symbol] ?? Position(symbol: symbol)
    }

    /// Every position that was ever held, by symbol.
    public var positions: [Position] {
        holdings.values.sorted { $0.symbol < $1.symbol }
    }

    /// Profit of everything closed so far, before fees.
    public var realised: Money { positions.reduce(.zero) { $0 + $1.realised } }

    /// All fees paid so far.
    public var fees: Money { positions.reduce(.zero) { $0 + $1.fees } }

    /// Books an execution.
    ///
    /// - Returns: What it closed, oldest first.
    @discardableResult
    public mutating func book(_ fill: Fill) -> [ClosedLot] {
        let closed = holdings[fill.symbol, default: Position(symbol: fill.symbol)].book(fill)
        cash -= (fill.side == .buy ? fill.notional : -fill.notional) + fill.fee
        return closed
    }

    /// What the account is worth at the given prices; a position without a price counts at cost.
    public func equity(at prices: (Symbol) -> Price?) -> Money {
        positions.reduce(cash) { sum, position in
            sum + position.cost + (prices(position.symbol).map(position.unrealised(at:)) ?? .zero)
        }
    }

    /// Traps when money appeared or vanished.
    public func checkInvariants() {
        precondition(isBalanced, "cash, cost, fees and profit balance exactly")
    }

    private var isBalanced: Bool {
        let cost = positions.reduce(Money.zero) { $0 + $1.cost }
        return cash + cost + fees == startingCash + realised
    }
}

extension Portfolio {
    private enum CodingKeys: String, CodingKey {
        case currency, startingCash, cash, positions
    }

    /// Reads what ``encode(to:)`` wrote.
    ///
    /// - Throws: `DecodingError` when the account does not balance, or names a symbol twice.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        currency = try container.decode(Currency.self, forKey: .currency)
        startingCash = try container.decode(Money.self, forKey: .startingCash)
        cash = try container.decode(Money.self, forKey: .cash)
        for position in try container.decode([Position].self, forKey: .positions) {
            guard holdings.updateValue(position, forKey: position.symbol) == nil else {
                throw DecodingError.dataCorruptedError(
                    forKey: .positions, in: container, debugDescription: "\(position.symbol) appears twice")
            }
        }
        guard isBalanced else {
            throw DecodingError.dataCorruptedError(
                forKey: .cash, in: container, debugDescription: "cash, cost, fees and profit do not balance")
        }
    }

    /// Writes the positions as a list in the order of their symbols, so that equal accounts give equal bytes; a
    /// dictionary would be written in another order at every start.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(currency, forKey: .currency)
        try container.encode(startingCash, forKey: .startingCash)
        try container.encode(cash, forKey: .cash)
        try container.encode(positions, forKey: .positions)
    }
}
