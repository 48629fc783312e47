import Brokers
import Core
import Engine
import Foundation
import Runner
import Storage

/// The risk gate for an order by hand: the venue's position and price, and the counters of the ledger's engine.
struct HandGate {
    private let gate: RiskGate
    private let rules: Instrument
    private let circumstances: RiskGate.Circumstances
    private let now: Timestamp
    private let folder: String

    /// Reads the venue and the ledger.
    init(
        _ broker: any LiveBroker, _ ledger: Ledger, _ limits: RiskLimits, _ symbol: Symbol, isReduction: Bool,
        stateFolder: String
    ) async throws {
        folder = stateFolder
        let rules = try await Self.rules(of: symbol, broker)
        let account = try await broker.snapshot()
        let last = try await broker.lastPrice(symbol)
        let engine = try Recovery(ledger: ledger).replay(version: ProgramBuild.name, rebuildsVenue: false).engine
        (self.rules, gate, now) = (rules, RiskGate(limits: limits), max(SystemTime.wall(), engine.now))
        let held = account.positions.filter { $0.symbol == symbol }.reduce(Quantity.zero) { $0 + $1.quantity }
        var circumstances = RiskGate.Circumstances(
            tradingState: engine.state, position: held, lastPrice: (price: last, at: now), referencePrice: last,
            signalTime: nil, stop: nil, isDuplicate: false)
        circumstances.ordered = account.openOrders.filter { $0.symbol == symbol && !$0.kind.isProtective }
            .reduce(Quantity.zero) { $0 + $1.side.signed($1.quantity - $1.filled) }
        // What limits entries is no reason to hold up an exit.
        let placed = isReduction ? [] : try await Self.placed(broker, ledger, at: now)
        let equity = account.balances[rules.quote.code] ?? .zero
        circumstances.risk = engine.riskForHands(
            of: symbol, in: rules.quote, equity: equity, placed: placed, at: now)
        circumstances.profit = engine[symbol]?.profit ?? .zero
        self.circumstances = circumstances
    }

    private static func rules(of symbol: Symbol, _ broker: any LiveBroker) async throws -> Instrument {
        do {
            if let rules = try await broker.instruments([symbol]).first { return rules }
        } catch let error as VenueError where [.notFound, .rejected].contains(error.remedy) {
            // Said below.
        }
        throw CommandFailure(.usage, "\(symbol) is not traded on \(broker.name)", fix: "check the symbol's name")
    }

    /// Today's opening orders by hand that no runner has counted: until its fills are booked, an order by hand is known
    /// by its intent alone.
    private static func placed(
        _ broker: any LiveBroker, _ ledger: Ledger, at now: Timestamp
    ) async throws -> [EnteredOrder] {
        let booked = Set(try ledger.reader.fills().compactMap(\.clientID))
        let open = try ledger.reader.intents().filter { intent in
            intent.request.purpose == .manual && !intent.request.reduceOnly && intent.venue == broker.name
                && intent.at.milliseconds / 86_400_000 == now.milliseconds / 86_400_000
                && !booked.contains(intent.request.clientID)
        }
        var orders: [EnteredOrder] = []
        for intent in open.sorted(by: { $0.at < $1.at }) {
            let request = intent.request
            guard let rules = try await broker.instruments([request.symbol]).first else { continue }
            var price = try await broker.lastPrice(request.symbol)
            if case .limit(let limit) = request.kind { price = limit }
            orders.append(
                EnteredOrder(
                    at: intent.at, symbol: request.symbol, side: request.side, quantity: request.quantity,
                    value: price.notional(request.quantity), currency: rules.quote, isByHand: true))
        }
        return orders
    }

    /// A refusal as scripts read it.
    private struct Refusal: Encodable {
        let accepted = false
        let refusal: RiskRefusal
    }

    /// Lets an order pass. The kill switch is looked at in this moment: no runner may have been there to see it.
    ///
    /// - Throws: ``CommandFailure`` with the rule that refuses.
    func approve(_ request: OrderRequest, json: Bool) throws -> Approved<OrderRequest> {
        var circumstances = circumstances
        let isKilled = KillSwitchFile(folder: URL(filePath: folder)).isEngaged
        if isKilled { circumstances.tradingState = .halted }
        let killed = "the kill switch is engaged; once that is over: aitrade kill --release"
        if case .limit(let price) = request.kind, !price.value.isMultiple(of: rules.tick.value) {
            throw CommandFailure(.usage, "\(price) is no multiple of the tick \(rules.tick)", fix: "round the price")
        }
        do {
            return try gate.approve(request, of: rules, in: circumstances, at: now)
        } catch {
            if json { try Output.json(Refusal(refusal: error)) }
            throw CommandFailure(
                .checkFailed, "the gate refused it (\(error.code.rawValue)): \(error.sentence)",
                fix: isKilled && error.code == .tradingState
                    ? killed + StateFolder.flag(folder) : "docs/risk.md explains the rule")
        }
    }
}
