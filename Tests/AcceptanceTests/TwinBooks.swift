import Core
import Foundation

/// The books of a twin, whatever venue it plays.
struct TwinBooks {
    let root: [String: Any]
    let venue: TwinVenue

    private func rows(_ name: String) -> [[String: Any]] { root[name] as? [[String: Any]] ?? [] }

    /// Signed quantities of what is held.
    var held: [String] {
        switch venue {
        case .bitget: quantities(rows("positions"), "quantity")
        case .tinvest:
            quantities(rows("accounts").flatMap { $0["positions"] as? [[String: Any]] ?? [] }, "pieces")
        }
    }

    private func quantities(_ rows: [[String: Any]], _ name: String) -> [String] {
        rows.compactMap { row in
            guard let text = row[name] as? String, FixedDecimal(text) != .zero else { return nil }
            return text
        }
    }

    /// Stops and take-profits that wait.
    var livePlans: [[String: Any]] {
        switch venue {
        case .bitget: rows("plans").filter { $0["status"] as? String == "live" }
        case .tinvest: rows("stops").filter { $0["status"] as? String == "STOP_ORDER_STATUS_ACTIVE" }
        }
    }

    var openOrders: [[String: Any]] {
        let states =
            venue == .bitget
            ? ["live", "new", "partially_filled"]
            : ["EXECUTION_REPORT_STATUS_NEW", "EXECUTION_REPORT_STATUS_PARTIALLYFILL"]
        let key = venue == .bitget ? "orderStatus" : "executionReportStatus"
        return orders.filter { states.contains($0[key] as? String ?? "") }
    }

    var orders: [[String: Any]] { rows("orders") }

    /// The clients' names of all orders.
    var names: [String] {
        orders.compactMap { $0[venue == .bitget ? "clientOid" : "orderRequestId"] as? String }
    }

    var isFlat: Bool { held.isEmpty && livePlans.isEmpty && openOrders.isEmpty }

    /// Executions: trade, side, price, quantity and fee, to the last digit.
    var fills: [String] { fills(withNames: true) }

    /// Executions, with or without the names of the trades.
    func fills(withNames: Bool) -> [String] {
        let fields: [[Any?]] =
            switch venue {
            case .bitget:
                rows("fills").map { row in
                    let fee = (row["feeDetail"] as? [[String: Any]])?.first?["fee"]
                    return [row["execId"], row["side"], row["execPrice"], row["execQty"], fee]
                }
            case .tinvest:
                rows("deals").map { row in
                    [row["id"], row["side"], row["price"], row["pieces"], row["commission"]]
                }
            }
        return fields.map { $0.dropFirst(withNames ? 0 : 1).map(Self.exact).joined(separator: " ") }
            .sorted()
    }

    /// A number in one spelling.
    static func exact(_ value: Any?) -> String {
        let text = value as? String ?? (value as? NSNumber)?.stringValue ?? ""
        return text.count < 18 ? FixedDecimal(text)?.description ?? text : text
    }
}
