import Core
import Engine
package import Foundation
package import Storage

/// The two files that show the state to people and scripts. They are never read back as truth, so one that cannot be
/// written stops nothing.
package struct ProjectionFiles: Sendable {
    private struct ProtectionForm: Encodable {
        let symbol: String
        let position: Quantity
        let state: String
        let stop: Price?
        let takeProfit: Price?
        let legs: [LegForm]
        let unprotectedSeconds: Double
        let unprotectedNotionalSeconds: FixedDecimal
        let unprotectedToday: FixedDecimal
        let unprotectedLimit: FixedDecimal?
    }

    private struct LegForm: Encodable {
        let purpose: String
        let price: Price
        let quantity: Quantity
        let state: String
        let triggerPrice: String
        let order: String?

        init(_ leg: Protection.Leg, _ purpose: OrderPurpose) {
            (self.purpose, price, quantity) = (purpose.rawValue, leg.price, leg.quantity)
            (state, triggerPrice, order) = (leg.mode.rawValue, leg.triggerPrice.rawValue, leg.order?.text)
        }
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
        let hold: String?
        let noTrade: String?
        let marketOpen: Bool
        /// Held although everything is to be closed, because the market is closed.
        let residual: ResidualForm?
    }

    private struct ResidualForm: Encodable {
        let quantity: Quantity
        let worth: Money?
        let currency: String
        let opensAt: Timestamp?

        init?(_ desk: Desk) {
            guard let residual = desk.residual else { return nil }
            (quantity, worth) = residual
            (currency, opensAt) = (desk.rules.asset.instrument.quote.code, desk.risk.nextSession)
        }
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
        let risk: RiskProjection
    }

    private let folder: URL
    private let runId: String
    private let mode: String
    private let unsetLimits: [String]
    private let crash: CrashProbe

    /// Files in `folder`, for one run.
    package init(
        folder: URL, runId: String, mode: String, unsetLimits: [String] = [], crash: @escaping CrashProbe = { _ in }
    ) {
        (self.folder, self.runId, self.mode, self.unsetLimits) = (folder, runId, mode, unsetLimits)
        self.crash = crash
    }

    func write(_ engine: Engine) {
        let protections = engine.desks.filter { !$0.position.isFlat }.map { desk in
            ProtectionForm(
                symbol: desk.symbol.name, position: desk.position.quantity,
                state: (desk.protection.stop?.mode ?? .none).rawValue, stop: desk.protection.stop?.price,
                takeProfit: desk.protection.takeProfit?.price,
                legs: (desk.protection.stop.map { [LegForm($0, .stop)] } ?? [])
                    + desk.protection.takeProfits.map { LegForm($0, .takeProfit) },
                unprotectedSeconds: desk.protection.exposure.span(at: engine.now).seconds,
                unprotectedNotionalSeconds: desk.protection.exposure.total(at: engine.now),
                unprotectedToday: desk.protection.exposure.today(at: engine.now), unprotectedLimit: desk.exposureLimit)
        }
        write(protections, "protections.json") {
            switch $0 {
            case .opened: crash(.protectionFileOpened)
            case .written: crash(.protectionFileWritten)
            case .placed: crash(.protectionFilePlaced)
            }
        }
        let state = StateForm(
            runId: runId, mode: mode, marketTime: engine.now, tradingState: engine.state.rawValue,
            kill: engine.kill.phase.rawValue, killReason: engine.kill.reason,
            assets: engine.desks.map(asset) + awaited(engine),
            orders: engine.desks.flatMap(\.openOrders).map(order),
            risk: RiskProjection(engine, unsetLimits: unsetLimits))
        write(state, "runner_state.json") {
            switch $0 {
            case .opened: crash(.stateFileOpened)
            case .written: crash(.stateFileWritten)
            case .placed: crash(.stateFilePlaced)
            }
        }
    }

    private func asset(_ desk: Desk) -> AssetForm {
        AssetForm(
            symbol: desk.symbol.name, broker: desk.broker.text, position: desk.position.quantity,
            averagePrice: desk.position.averagePrice, lastPrice: desk.lastPrice, target: desk.target,
            realised: desk.position.realised, fees: desk.position.fees, held: desk.isHeld || desk.entriesHeld != nil,
            hold: desk.hold?.rawValue,
            noTrade: desk.entriesHeld ?? desk.lastRefusal?.summary, marketOpen: desk.risk.isOpen,
            residual: ResidualForm(desk))
    }

    /// What is to be traded at venues that have yet to answer.
    private func awaited(_ engine: Engine) -> [AssetForm] {
        (engine.configuration?.awaited ?? []).flatMap { venue in
            venue.symbols.filter { engine[$0] == nil }.map { symbol in
                AssetForm(
                    symbol: symbol.name, broker: venue.broker.text, position: .zero, averagePrice: nil, lastPrice: nil,
                    target: nil, realised: .zero, fees: .zero, held: false, hold: AwaitedVenue.hold,
                    noTrade: venue.sentence, marketOpen: false, residual: nil)
            }
        }
    }

    private func order(_ order: Order) -> OrderForm {
        OrderForm(
            clientId: order.request.clientID.text, symbol: order.request.symbol.name, side: order.request.side.rawValue,
            quantity: order.request.quantity, filled: order.filled, purpose: order.request.purpose.rawValue,
            state: order.state.rawValue)
    }

    private func write(_ form: some Encodable, _ name: String, watch: (AtomicFile.Stage) -> Void) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(form) else { return }
        try? AtomicFile.write(
            Array(data), to: folder.appending(path: name).path, durability: .processCrash, watch: watch)
    }
}
