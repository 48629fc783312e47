public import Core

/// A position from flat to flat: one trade as people count them.
public struct RoundTrip: Hashable, Sendable {
    /// The instrument.
    public let symbol: Symbol
    /// Whether it was bought first.
    public let isLong: Bool
    /// The largest quantity held; positive.
    public let quantity: Quantity
    /// When the first part was opened.
    public let openedAt: Timestamp
    /// When the last part was closed.
    public let closedAt: Timestamp
    /// Average price paid or received at opening.
    public let entryPrice: Price
    /// Average price received or paid at closing.
    public let exitPrice: Price
    /// Profit before fees, in the quote currency.
    public let profit: Money
    /// Fees of all its fills.
    public let fees: Money

    /// Profit less fees.
    public var net: Money { profit - fees }

    /// Cuts a history of fills into round trips, in the order they were closed. A fill that flips a position ends one
    /// and begins the next; its fee counts for the one it ends. What is still open at the end is left out.
    public static func all(in fills: [Fill]) -> [RoundTrip] {
        var open: [Symbol: Running] = [:]
        var trips: [RoundTrip] = []
        for fill in fills {
            var running = open[fill.symbol] ?? Running(fill)
            let left = running.take(fill)
            if running.position == .zero {
                trips.append(running.finished(at: fill.at))
                open[fill.symbol] = left.map { remainder in
                    var next = Running(fill)
                    next.open(remainder, at: fill.price)
                    return next
                }
            } else {
                open[fill.symbol] = running
            }
        }
        return trips
    }

    private struct Running {
        let symbol: Symbol
        let isLong: Bool
        let openedAt: Timestamp
        var position: Quantity = .zero
        var largest: Quantity = .zero
        var bought: (quantity: Quantity, money: Money) = (.zero, .zero)
        var sold: (quantity: Quantity, money: Money) = (.zero, .zero)
        var fees: Money = .zero

        init(_ fill: Fill) {
            (symbol, isLong, openedAt) = (fill.symbol, fill.side == .buy, fill.at)
        }

        /// Books a fill; returns what is left over when it flips the position.
        mutating func take(_ fill: Fill) -> Quantity? {
            fees += fill.fee
            guard (fill.side == .buy) != isLong else {
                open(fill.quantity, at: fill.price)
                return nil
            }
            let closing = min(fill.quantity, position)
            position -= closing
            sold.quantity += closing
            sold.money += fill.price.notional(closing)
            return fill.quantity > closing ? fill.quantity - closing : nil
        }

        mutating func open(_ quantity: Quantity, at price: Price) {
            position += quantity
            largest = max(largest, position)
            bought.quantity += quantity
            bought.money += price.notional(quantity)
        }

        func finished(at now: Timestamp) -> RoundTrip {
            let difference = sold.money - bought.money
            return RoundTrip(
                symbol: symbol, isLong: isLong, quantity: largest, openedAt: openedAt, closedAt: now,
                entryPrice: Price(bought.money.value.divided(by: bought.quantity.value)),
                exitPrice: Price(sold.money.value.divided(by: sold.quantity.value)),
                profit: isLong ? difference : -difference, fees: fees)
        }
    }
}
