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
        let cost = positions.reduce(Money.zero) { $0 + $1.cost }
        precondition(cash + cost + fees == startingCash + realised, "cash, cost, fees and profit balance exactly")
    }
}
