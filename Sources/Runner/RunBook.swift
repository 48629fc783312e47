import Core
package import Engine
import Foundation
package import Storage

/// Collects what has to be written down and commits it in one transaction.
///
/// Steps without a message to a venue may wait for the next one that has: if they are lost in a crash, it is as if
/// their news had never been seen. ``flush(_:)`` must be called before any message leaves.
package struct RunBook: Sendable {
    /// So many journal rows are kept back at most.
    package static let limitRows = 1000

    private let ledger: Ledger
    private let coder = JournalCoder()
    private let projections: ProjectionFiles
    private var staged = LedgerCommit()
    /// The assets that something happened to since the last commit, and when it last did.
    private var touched: [Symbol: Timestamp] = [:]
    private var isProjected = false
    private var lastProjection: Duration?

    /// A book that nothing was written into yet.
    package init(ledger: Ledger, projections: ProjectionFiles) {
        self.ledger = ledger
        self.projections = projections
    }

    /// Whether so much is kept back that it should be written now.
    package var isFull: Bool { staged.journal.count >= Self.limitRows }

    /// Takes one step of the engine.
    package mutating func stage(_ event: EngineEvent, _ effects: [Effect], _ engine: Engine) throws {
        staged.journal.append(
            JournalDraft(at: engine.now, event: try coder.text(event), effects: try coder.text(effects)))
        note(event, engine)
        for effect in effects { note(effect, engine) }
    }

    private mutating func note(_ event: EngineEvent, _ engine: Engine) {
        switch event {
        case .venue(let batch):
            for news in batch.events { note(news, of: batch.broker, engine) }
        case .reported(let report):
            note(.order(report), of: engine[report.symbol]?.broker ?? BrokerName("unknown"), engine)
        case .refused(let symbol, let id, let error):
            happened(.rejected, to: id, symbol, because: error.code, engine)
        case .silent(let symbol, let id): happened(.silence, to: id, symbol, because: nil, engine)
        case .absent(let symbol, let id): happened(.absent, to: id, symbol, because: nil, engine)
        case .cancelRefused(let symbol, let id, let error):
            happened(.cancelRefused, to: id, symbol, because: error.code, engine)
        case .kill(let reason): staged.latch = .engage(KillLatch(reason: reason, at: engine.now))
        case .release: if !engine.kill.isEngaged { staged.latch = .release }
        case .configured(let configuration): staged.meta[LedgerMetaKey.artifact] = configuration.artifact
        case .signal, .snapshot, .unreachable, .deadline, .reconcile, .operated, .regime: break
        }
    }

    private mutating func note(_ news: VenueEvent, of broker: BrokerName, _ engine: Engine) {
        switch news {
        case .price, .barClosed, .quote, .session, .clock, .reconnected: break
        case .order(let report):
            touched[report.symbol] = engine.now
            staged.orderEvents.append(LedgerOrderEvent(report, venue: broker))
        case .fill(let fill):
            // What the engine did not book is no part of the books: a stranger's execution enters them, if at all,
            // with the reconciliation that explains it.
            guard engine.hasBooked(fill) else { return }
            touched[fill.symbol] = engine.now
            staged.fills.append(fill)
        }
    }

    private mutating func happened(
        _ event: OrderEvent, to id: ClientOrderID, _ symbol: Symbol, because reason: String?, _ engine: Engine
    ) {
        touched[symbol] = engine.now
        staged.orderEvents.append(
            LedgerOrderEvent(
                venue: engine[symbol]?.broker ?? BrokerName("unknown"), clientID: id, symbol: symbol, event: event,
                reason: reason, at: engine.now))
    }

    private mutating func note(_ effect: Effect, _ engine: Engine) {
        switch effect {
        case .submit(let approved, let broker):
            touched[approved.request.symbol] = engine.now
            staged.intents.append(LedgerIntent(request: approved.request, venue: broker, at: engine.now))
            happened(.sent, to: approved.request.clientID, approved.request.symbol, because: nil, engine)
        case .cancel(.client(let id), let symbol, _):
            happened(.cancelRequested, to: id, symbol, because: nil, engine)
        case .mark(let point):
            staged.equity.append(
                LedgerEquity(
                    at: point.at, currency: point.currency, equity: point.equity, unrealised: point.unrealised))
        case .reconciled(let reconciliation):
            for fill in reconciliation.fills {
                touched[fill.symbol] = engine.now
                staged.fills.append(fill)
            }
        case .cancel, .query, .readAccount, .alert, .refuse, .halted: break
        }
    }

    /// Commits everything staged, durably.
    ///
    /// - Throws: `LedgerError`; nothing of it is then written, and no message may leave.
    package mutating func flush(_ engine: Engine) throws {
        guard !staged.journal.isEmpty else { return }
        for (symbol, moment) in touched.sorted(by: { $0.key < $1.key }) {
            guard let desk = engine[symbol] else { continue }
            staged.positions.append(LedgerPosition(desk.position, at: moment))
            staged.protections.append(desk.ledgerProtection(at: moment))
        }
        _ = try ledger.commit(staged)
        staged = LedgerCommit()
        touched = [:]
        isProjected = false
    }

    /// Rewrites the projections when something was committed since, unless they are younger than `wait`.
    mutating func project(_ engine: Engine, wait: Duration, at now: Duration) {
        guard !isProjected, lastProjection.map({ now - $0 >= wait }) ?? true else { return }
        (isProjected, lastProjection) = (true, now)
        projections.write(engine)
    }
}

extension Desk {
    /// The protection as the ledger stores it.
    func ledgerProtection(at now: Timestamp) -> LedgerProtection {
        let mode = protection.stop?.mode ?? .none
        let guardian =
            switch mode {
            case .armedNative, .placing: "native"
            case .armedSynthetic, .triggered: "synthetic"
            case .none: "none"
            }
        return LedgerProtection(
            symbol: symbol, state: mode.rawValue, mode: guardian, stop: protection.stop?.price,
            takeProfit: protection.takeProfit?.price, quantity: protection.stop?.quantity ?? .zero, at: now)
    }
}
