import Core

/// First in, first out the slow way: a queue of single units, each with the whole number it was traded at.
struct NaiveBook {
    private(set) var longs: [Int] = []
    private(set) var shorts: [Int] = []
    private(set) var realised = 0
    private(set) var cash = 0

    var quantity: Int { longs.count - shorts.count }
    var cost: Int { longs.reduce(0, +) - shorts.reduce(0, +) }

    mutating func trade(_ side: Side, units: Int, price: Int) {
        for _ in 0..<units {
            switch side {
            case .buy:
                cash -= price
                if shorts.isEmpty { longs.append(price) } else { realised += shorts.removeFirst() - price }
            case .sell:
                cash += price
                if longs.isEmpty { shorts.append(price) } else { realised += price - longs.removeFirst() }
            }
        }
    }
}

/// A fill of `quantity` at `price`, both as text.
func fill(
    _ side: Side, _ quantity: FixedDecimal, at price: FixedDecimal, fee: FixedDecimal = .zero, symbol: Symbol,
    time: Int64 = 0
) -> Fill {
    Fill(
        venue: BrokerName("simulated"), tradeID: "\(time)", clientID: nil, symbol: symbol, side: side,
        price: Price(price), quantity: Quantity(quantity), fee: Money(fee), at: Timestamp(milliseconds: time))
}
