import Core

/// Cash per currency and one net position per symbol, as a margin account holds them: shorts are allowed, and every
/// fill moves cash by its notional and its fee.
struct SimulatedAccount: Sendable {
    /// A net position with its average entry price.
    struct Holding: Hashable, Sendable {
        var quantity = Quantity.zero
        var average = Price.zero
    }

    private(set) var holdings: [Holding]
    private(set) var cash: [Currency: Money]

    init(books: Int, startingCash: [Currency: Money]) {
        holdings = Array(repeating: Holding(), count: books)
        cash = startingCash
    }

    /// How much an order of `side` could take off the position of a book.
    func reducible(_ side: Side, in book: Int) -> Quantity {
        let held = holdings[book].quantity
        switch side {
        case .buy: return held < .zero ? -held : .zero
        case .sell: return held > .zero ? held : .zero
        }
    }

    mutating func book(_ fill: Fill, in book: Int, currency: Currency) {
        let spent = fill.side == .buy ? fill.notional : -fill.notional
        cash[currency, default: .zero] -= spent + fill.fee
        let before = holdings[book]
        let change = fill.side.signed(fill.quantity)
        let after = before.quantity + change
        holdings[book].quantity = after
        if after == .zero {
            holdings[book].average = .zero
        } else if before.quantity == .zero || (before.quantity > .zero) != (after > .zero) {
            holdings[book].average = fill.price
        } else if (before.quantity > .zero) == (change > .zero) {
            let cost = before.average.notional(before.quantity) + fill.price.notional(change)
            holdings[book].average = Price(cost.value.divided(by: after.value))
        }
    }

    var balances: [String: Money] {
        Dictionary(uniqueKeysWithValues: cash.map { ($0.key.code, $0.value) })
    }
}
