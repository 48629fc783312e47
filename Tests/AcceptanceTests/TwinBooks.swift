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
        case .bitget: quantities(rows("positions"), "quantity") + coins
        case .tinvest:
            quantities(rows("accounts").flatMap { $0["positions"] as? [[String: Any]] ?? [] }, "pieces")
        }
    }

    /// Coins on the spot side, dust aside: the steps of the bundled instruments are ten times as large.
    private var coins: [String] {
        let all = root["coins"] as? [String: String] ?? [:]
        return all.filter { $0.key != "USDT" && (Double($0.value) ?? 0) >= 0.000_01 }.map(\.value)
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

    /// What both sides tell of an execution, by the names of the ledger's export.
    static let fields = ["trade_id", "side", "price", "quantity", "fee"]

    /// Executions: what was asked for of each, to the last digit.
    func fills(_ fields: [String] = Self.fields) -> [String] {
        executions.map { row in fields.map { Self.exact(row[$0]) }.joined(separator: " ") }.sorted()
    }

    private var executions: [[String: Any]] {
        switch venue {
        case .bitget:
            rows("fills").map { row in
                let fee = (row["feeDetail"] as? [[String: Any]])?.first?["fee"]
                return renamed(row, ["execId", "side", "execPrice", "execQty"]).merging(["fee": fee ?? ""]) { $1 }
            }
        case .tinvest: rows("deals").map { renamed($0, ["id", "side", "price", "pieces", "commission"]) }
        }
    }

    private func renamed(_ row: [String: Any], _ names: [String]) -> [String: Any] {
        Dictionary(uniqueKeysWithValues: zip(Self.fields, names).map { ($0, row[$1] ?? "") })
    }

    /// A number in one spelling.
    static func exact(_ value: Any?) -> String {
        let text = value as? String ?? (value as? NSNumber)?.stringValue ?? ""
        return text.count < 18 ? FixedDecimal(text)?.description ?? text : text
    }
}
