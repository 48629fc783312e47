import Core
import Engine
package import Foundation
import Storage

/// The two files that show the state to people and scripts. They are never read back as truth, so one that cannot be
/// written stops nothing.
package struct ProjectionFiles: Sendable {
    private struct ProtectionForm: Encodable {
        let symbol: String
        let position: Quantity
        let state: String
        let stop: Price?
        let takeProfit: Price?
        let unprotectedSeconds: Double
    }

    private struct OrderForm: Encodable {
        let clientId: String
        let symbol: String
        let side: String
        let quantity: Quantity
        let filled: Quantity
        let purpose: String
        let state: String
    }

    private struct AssetForm: Encodable {
        let symbol: String
        let broker: String
        let position: Quantity
        let averagePrice: Price?
        let lastPrice: Price?
        let target: Double?
        let realised: Money
        let fees: Money
        let held: Bool
        let noTrade: String?
    }

    private struct StateForm: Encodable {
        let schema = 1
        let runId: String
        let mode: String
        let marketTime: Timestamp
        let tradingState: String
        let kill: String
        let killReason: String?
        let assets: [AssetForm]
        let orders: [OrderForm]
    }

    private let folder: URL
    private let runId: String
    private let mode: String

    /// Files in `folder`, for one run.
    package init(folder: URL, runId: String, mode: String) {
        (self.folder, self.runId, self.mode) = (folder, runId, mode)
    }

    func write(_ engine: Engine) {
        let protections = engine.desks.filter { !$0.position.isFlat }.map { desk in
            ProtectionForm(
                symbol: desk.symbol.name, position: desk.position.quantity,
                state: (desk.protection.stop?.mode ?? .none).rawValue, stop: desk.protection.stop?.price,
                takeProfit: desk.protection.takeProfit?.price,
                unprotectedSeconds: desk.protection.unprotected.seconds)
        }
        write(protections, "protections.json")
        let state = StateForm(
            runId: runId, mode: mode, marketTime: engine.now, tradingState: engine.state.rawValue,
            kill: engine.kill.phase.rawValue, killReason: engine.kill.reason, assets: engine.desks.map(asset),
            orders: engine.desks.flatMap(\.openOrders).map(order))
        write(state, "runner_state.json")
    }

    private func asset(_ desk: Desk) -> AssetForm {
        AssetForm(
            symbol: desk.symbol.name, broker: desk.broker.text, position: desk.position.quantity,
            averagePrice: desk.position.averagePrice, lastPrice: desk.lastPrice, target: desk.target,
            realised: desk.position.realised, fees: desk.position.fees, held: desk.isHeld,
            noTrade: desk.lastRefusal.map { "\($0.code.rawValue) \($0.sentence)" })
    }

    private func order(_ order: Order) -> OrderForm {
        OrderForm(
            clientId: order.request.clientID.text, symbol: order.request.symbol.name, side: order.request.side.rawValue,
            quantity: order.request.quantity, filled: order.filled, purpose: order.request.purpose.rawValue,
            state: order.state.rawValue)
    }

    private func write(_ form: some Encodable, _ name: String) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(form) else { return }
        try? AtomicFile.write(Array(data), to: folder.appending(path: name).path, durability: .processCrash)
    }
}
