import Core
import GRDB

/// A column with its value.
typealias LedgerColumn = (String, (any DatabaseValueConvertible)?)

extension LedgerIntent {
    /// What identifies the order; a repetition must agree in all of it. The time is not part of it.
    var columns: [LedgerColumn] {
        let (kind, price) = request.kind.columns
        return [
            ("client_id", request.clientID.text), ("venue", venue.text), ("symbol", request.symbol.name),
            ("side", request.side.rawValue), ("quantity", request.quantity.description), ("kind", kind),
            ("price", price?.description), ("reduce_only", request.reduceOnly ? 1 : 0),
            ("purpose", request.purpose.rawValue),
        ]
    }
}

extension Fill {
    /// What moved; a repetition must agree in it. Venues correct fees and times later, the first report counts.
    var substance: [LedgerColumn] {
        [
            ("symbol", symbol.name), ("side", side.rawValue), ("price", price.description),
            ("quantity", quantity.description),
        ]
    }
}

extension OrderKind {
    /// The kind's name and its price, where it has one.
    var columns: (kind: String, price: Price?) {
        switch self {
        case .market: ("market", nil)
        case .limit(let price): ("limit", price)
        case .stop(let trigger): ("stop", trigger)
        case .takeProfit(let trigger): ("takeProfit", trigger)
        }
    }

    /// The kind with this name and price; nil when they do not go together.
    init?(kind: String, price: Price?) {
        switch (kind, price) {
        case ("market", nil): self = .market
        case ("limit", let price?): self = .limit(price)
        case ("stop", let price?): self = .stop(trigger: price)
        case ("takeProfit", let price?): self = .takeProfit(trigger: price)
        default: return nil
        }
    }
}
