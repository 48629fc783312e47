import ArgumentParser
import Simulator

/// The variants of the event-driven workload.
enum W4Case: String, CaseIterable, ExpressibleByArgument {
    case normal, busy, tight

    /// Stop and take-profit in 1/10 000 of the entry price.
    var bracket: (stop: Int64, takeProfit: Int64) {
        switch self {
        case .normal: (9950, 10_100)
        case .busy: (9990, 10_020)
        case .tight: (9996, 10_005)
        }
    }
}

/// What happens in a bar that meets both levels, and what a take-profit gets when the market opens beyond it.
enum W4Convention: String, CaseIterable, ExpressibleByArgument {
    /// The take-profit, at its level.
    case tpFirst = "tp-first"
    /// The same, and a gapped stop too gets its level: nautilus_trader 1.221.
    case levels
    /// The stop; a gapped take-profit gets the open: backtesting.py.
    case stopFirst = "stop-first"

    var fills: FillConvention {
        switch self {
        case .tpFirst:
            FillConvention(betweenBars: .lastClose, firstExtreme: .favourable, gappedTakeProfit: .level)
        case .levels:
            FillConvention(
                betweenBars: .lastClose, firstExtreme: .favourable, gappedStop: .level, gappedTakeProfit: .level)
        case .stopFirst:
            FillConvention(betweenBars: .lastClose, firstExtreme: .adverse, gappedTakeProfit: .open)
        }
    }
}

/// One closed trade, in whole cents.
struct W4Trade: Hashable {
    let entryBar: Int
    let exitBar: Int
    let entryPrice: Int64
    let exitPrice: Int64

    /// The trades as the file every peer writes.
    static func csv(_ trades: [W4Trade]) -> String {
        trades.reduce(into: "entry_bar,exit_bar,entry_price,exit_price\n") { text, trade in
            text += "\(trade.entryBar),\(trade.exitBar),\(shortest(trade.entryPrice)),\(shortest(trade.exitPrice))\n"
        }
    }

    /// The shortest decimal that reads back as the same binary number.
    private static func shortest(_ cents: Int64) -> String { "\(Double(cents) / 100)" }
}

/// Bars at whose close the fast average has just crossed above the slow one, from the thirtieth on.
func w4Crossings(_ closes: [Double]) -> [Bool] {
    guard var fast = closes.first else { return [] }
    var (slow, wasAbove) = (fast, false)
    return closes.indices.map { bar in
        if bar > 0 {
            fast += 2.0 / 11 * (closes[bar] - fast)
            slow += 2.0 / 31 * (closes[bar] - slow)
        }
        defer { wasAbove = fast > slow }
        return bar >= 30 && fast > slow && !wasAbove
    }
}
