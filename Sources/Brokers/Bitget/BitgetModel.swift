package import Core

/// An order of the venue, in our words: the side is the real one, whatever the dialect writes in hedge mode.
package struct BitgetOrder: Hashable, Sendable {
    /// The venue's name.
    package var orderID: String
    /// Our name, or whatever somebody else gave.
    package var clientText: String?
    /// The instrument.
    package var symbol: Symbol
    /// What is bought or sold when it executes.
    package var side: Side
    /// How it executes.
    package var kind: OrderKind
    /// Ordered; zero for a protection of the whole position.
    package var quantity: Quantity
    /// Executed.
    package var filled: Quantity
    /// Where it is.
    package var state: OrderState
    /// Why it ended.
    package var reason: String?
    /// When it last changed.
    package var at: Timestamp
    /// Whether it can only reduce.
    package var reducesOnly: Bool
    /// Whether it lives among the trigger orders, which have names of their own.
    package var isPlan = false
    /// The word that a cancellation of a trigger order has to repeat.
    package var planType: String?
    /// The order that a trigger order became.
    package var executedAs: String?
    /// The venue's word for what made it, where lists tell one: a fired stop's order is called after the stop.
    package var source: String?
    /// The list of open orders that it stands in, where a cancellation has to name it.
    package var list: String?
    /// The price that it waits for, where it is a spot order with a trigger.
    package var trigger: Price?
}

/// An execution, in our words.
package struct BitgetFill: Hashable, Sendable {
    /// The venue's name for it.
    package var tradeID: String
    /// The order's name.
    package var orderID: String
    /// Our name for the order, where the message tells.
    package var clientText: String?
    /// The instrument.
    package var symbol: Symbol
    /// The real side.
    package var side: Side
    /// Price.
    package var price: Price
    /// Base quantity.
    package var quantity: Quantity
    /// What was charged, positive, by coin.
    package var fees: [BitgetFee]
    /// When.
    package var at: Timestamp
}

/// A part of a fee.
package struct BitgetFee: Hashable, Sendable {
    /// In which coin.
    package var coin: String
    /// Positive when charged.
    package var amount: Money

    /// A part from its parts.
    package init(coin: String, amount: Money) {
        (self.coin, self.amount) = (coin, amount)
    }
}

/// A position of one side.
package struct BitgetPosition: Hashable, Sendable {
    /// The instrument.
    package var symbol: Symbol
    /// Signed.
    package var quantity: Quantity
    /// What can be closed now, not negative.
    package var available: Quantity
    /// Average entry.
    package var averagePrice: Price?
    /// `long` or `short`.
    package var isLong: Bool { quantity > .zero }
}

/// The modes of an account for one symbol.
package struct BitgetModes: Hashable, Sendable {
    /// Whether long and short positions are held side by side.
    package var isHedge: Bool
    /// Margin mode.
    package var marginMode: BitgetMarginMode
    /// Leverage of this margin mode; nil where it is not told, or where the sides that have their own differ.
    package var leverage: Int?

    /// Modes from their parts.
    package init(isHedge: Bool, marginMode: BitgetMarginMode, leverage: Int?) {
        (self.isHedge, self.marginMode, self.leverage) = (isHedge, marginMode, leverage)
    }

    /// The leverage that all sides have; nil when one is missing or differs.
    static func common(_ sides: [JSONValue?]) -> Int? {
        let told = Set(sides.map { $0?.integer })
        guard told.count == 1, let one = told.first, let leverage = one else { return nil }
        return Int(leverage)
    }
}

/// An instrument with its state.
package struct BitgetContract: Hashable, Sendable {
    /// Steps and minimums.
    package var instrument: Instrument
    /// Whether orders are taken through the API at all.
    package var isOpen: Bool
    /// Whether positions may be opened.
    package var mayOpen: Bool
    /// The venue's word for its state.
    package var status: String
    /// When trading will stop, where announced.
    package var endsAt: Timestamp?
    /// The largest amount of one market order; nil where there is none.
    package var largestMarket: Quantity?
    /// The largest amount of one limit order; nil where there is none.
    package var largestLimit: Quantity?

    /// The largest amount of one order of a kind; a stop or take-profit becomes a market order.
    package func largest(_ kind: OrderKind) -> Quantity? {
        if case .limit = kind { return largestLimit }
        return largestMarket
    }
}

/// The prices of an instrument.
package struct BitgetTicker: Hashable, Sendable {
    /// The instrument.
    package var symbol: Symbol
    /// Last price.
    package var last: Price
    /// Best bid.
    package var bid: Price?
    /// Best ask.
    package var ask: Price?
    /// When.
    package var at: Timestamp?
}
