import Brokers
import Core
import Engine
import Runner
import Storage

/// The risk gate for an order by hand: the venue's position and price, and the counters of the ledger's engine.
struct HandGate {
    private let gate: RiskGate
    private let rules: Instrument
    private let circumstances: RiskGate.Circumstances
    private let now: Timestamp

    /// Reads the venue and the ledger.
    init(_ broker: any LiveBroker, _ ledger: Ledger, _ limits: RiskLimits, _ symbol: Symbol) async throws {
        guard let rules = try await broker.instruments([symbol]).first else {
            throw CommandFailure(.usage, "\(symbol) is not traded on \(broker.name)", fix: "check the symbol's name")
        }
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
        let equity = account.balances[rules.quote.code] ?? .zero
        circumstances.risk = engine.riskForHands(of: symbol, equity: equity, at: now)
        circumstances.profit = engine[symbol]?.profit ?? .zero
        self.circumstances = circumstances
    }

    /// Lets an order pass.
    ///
    /// - Throws: ``CommandFailure`` with the rule that refuses.
    func approve(_ request: OrderRequest) throws -> Approved<OrderRequest> {
        if case .limit(let price) = request.kind, !price.value.isMultiple(of: rules.tick.value) {
            throw CommandFailure(.usage, "\(price) is no multiple of the tick \(rules.tick)", fix: "round the price")
        }
        do {
            return try gate.approve(request, of: rules, in: circumstances, at: now)
        } catch {
            throw CommandFailure(
                .checkFailed, "the gate refused it (\(error.code.rawValue)): \(error.sentence)",
                fix: "docs/risk.md explains the rule")
        }
    }
}
