import Brokers
import Core
import Engine
import Foundation
import Runner
import Simulator
import Storage

/// The venue of a ledger, for hands outside the runner. The simulated venue lived in the runner's process and died with
/// it; what it held follows from the journal, which is only read.
struct EmergencyVenue {
    let plan: ReplayPlan
    /// The settings the runner traded with; nil when it never began.
    let configuration: EngineConfiguration?
    private let market: ReplayedMarket
    private let steps: [RecordedStep]

    /// Reads what a ledger tells.
    ///
    /// - Parameter bars: The folder of bar files; nil for the one that the runner used.
    /// - Throws: ``CommandFailure`` when the ledger names no replay.
    init(_ reader: LedgerReader, bars: String?) throws {
        let meta = try reader.meta()
        guard meta[LedgerMetaKey.mode] == "backtest" else {
            throw CommandFailure(
                .corruptInput, "\(reader.path) trades in \(meta[LedgerMetaKey.mode] ?? "an unknown") mode",
                fix: "close at the venue by hand")
        }
        guard let text = meta[ReplayPlan.metaKey] else {
            throw CommandFailure(.corruptInput, "\(reader.path) names no replay", fix: "start a runner on it once")
        }
        plan = try ReplayPlan(json: text)
        let store = BarStore(folder: bars ?? meta[ReplayPlan.barsKey] ?? BarFolderOption.standard)
        let interval = plan.interval
        market = try plan.market(try plan.symbols.map { try store.load($0, interval) })
        let recovered = try Recovery(reader: reader).replay()
        (configuration, steps) = (recovered.engine.configuration, recovered.steps)
    }

    /// A broker over the market before its first bar, for a runner that recovers it.
    func untouched() -> SimulatedBroker { SimulatedBroker(market) }

    /// A broker over the market as the journal left it.
    func rebuilt() async throws -> SimulatedBroker {
        let broker = SimulatedBroker(market)
        try await broker.rebuild(steps)
        return broker
    }
}

/// A simulated broker whose time goes on by itself once it was sent something: nobody pulls its news while everything
/// is closed from outside.
actor SelfMovingBroker: Broker {
    nonisolated let name: BrokerName
    nonisolated let capabilities: BrokerCapabilities
    private let inner: SimulatedBroker
    private var isWaitedFor = false

    /// So much news is let pass at most before the account is told.
    private static let limit = 10_000

    init(_ inner: SimulatedBroker) {
        self.inner = inner
        (name, capabilities) = (inner.name, inner.capabilities)
    }

    func instruments(_ symbols: [Symbol]) async throws -> [Instrument] { try await inner.instruments(symbols) }

    func submit(_ request: OrderRequest) async -> SubmitOutcome {
        isWaitedFor = true
        return await inner.submit(request)
    }

    func cancel(_ reference: OrderReference, _ symbol: Symbol) async -> CancelOutcome {
        isWaitedFor = true
        return await inner.cancel(reference, symbol)
    }

    func order(_ id: ClientOrderID, _ symbol: Symbol) async throws -> OrderReport? {
        try await inner.order(id, symbol)
    }

    /// The account, once what was sent before had the time to happen.
    func snapshot(fillsSince moment: Timestamp) async throws -> AccountSnapshot {
        var account = try await inner.snapshot(fillsSince: moment)
        guard isWaitedFor else { return account }
        isWaitedFor = false
        for _ in 0..<Self.limit where !account.isFlat {
            guard try await inner.nextEvents() != nil else { break }
            account = try await inner.snapshot(fillsSince: moment)
        }
        return account
    }

    func nextEvents() async throws -> VenueBatch? { try await inner.nextEvents() }
}
