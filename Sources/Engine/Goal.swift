package import Core

/// What an asset's position should be, as the last acted-on signal row wants it.
package struct Goal: Hashable, Codable, Sendable {
    /// The row.
    package let row: SignalRow
    /// The signed quantity it stands for.
    package let quantity: Quantity
    /// The stop on the tick grid.
    package let stop: Price?
    /// The take-profit on the tick grid.
    package let takeProfit: Price?
    /// The price it was decided at, when it reverses a position: both halves are one decision.
    package let reversedAt: Price?
    /// How far the entry is.
    package var entry = Entry.wanted
    /// Whether what is to be closed is ordered at market, because a limit order stood too long.
    package var exitsAtMarket = false

    /// How far an entry is. It is tried once: after a stop, nothing enters again before the goal changes. Only an entry
    /// that the gate refused for a reason that passes is tried again, with the next row that still wants it.
    package enum Entry: Hashable, Codable, Sendable {
        /// Not tried yet.
        case wanted
        /// Tried.
        case tried
        /// A limit order stood too long; once the venue says that it is gone, the rest is ordered at market.
        case escalating(ClientOrderID)
    }

    package init(row: SignalRow, quantity: Quantity, stop: Price?, takeProfit: Price?, reversedAt: Price?) {
        (self.row, self.quantity, self.stop, self.takeProfit) = (row, quantity, stop, takeProfit)
        self.reversedAt = reversedAt
    }

    /// Whether `next` asks for the same trade, so that there is nothing to do.
    package func isContinued(by next: SignalRow) -> Bool {
        row.target == next.target && row.stop == next.stop && row.takeProfit == next.takeProfit
    }
}

extension Desk {
    /// Takes a new goal; whatever kept the last one from being reached is tried again.
    mutating func pursue(_ next: Goal) {
        goal = next
        legs = 0
        external.holdsOurs = nil
        (isHeld, heldAt) = (false, nil)
        clearRefusals()
    }
}

extension Quantity {
    /// Whether one is long and the other short.
    package func isOpposite(to other: Quantity) -> Bool {
        (self > .zero && other < .zero) || (self < .zero && other > .zero)
    }
}
