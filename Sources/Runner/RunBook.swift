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
    /// So many journal rows lie between two snapshots of the engine, at most and unless a run ends in between.
    package static let snapshotRows = 20_000

    private let ledger: Ledger
    private let coder = JournalCoder()
    private let projections: ProjectionFiles
    private var staged = LedgerCommit()
    /// The assets that something happened to since the last commit, and when it last did.
    private var touched: [Symbol: Timestamp] = [:]
    /// Whether a market opened or closed, or an account was read or could not be, since the last commit.
    private var hasStates = false
    /// The legs of each protection as they were written last.
    private var written: [Symbol: [Protection.Leg]] = [:]
    private let version: String
    private var rowsSinceSnapshot = 0
    private var isProjected = false
    /// Whether the engine was halted by the step before, so that a halt of its own is latched like one from outside.
    private var wasKilled = false
    private var lastProjection: Duration?

    /// A book that nothing was written into yet.
    package init(ledger: Ledger, projections: ProjectionFiles, version: String = "") {
        (self.ledger, self.projections, self.version) = (ledger, projections, version)
    }

    /// Takes note of what a recovery went through. A version that did not write the ledger so far says from where on it
    /// does.
    mutating func begin(after recovered: Recovery.Outcome) throws {
        rowsSinceSnapshot = Int(recovered.sequence - recovered.snapshot)
        guard try ledger.reader.meta()[LedgerMetaKey.programVersion] ?? "" != version else { return }
        staged.meta[LedgerMetaKey.programVersion] = version
        staged.meta[LedgerMetaKey.programSince] = String(recovered.sequence)
        // What another version decided is not gone through again.
        rowsSinceSnapshot = Self.snapshotRows
    }

    /// Whether so much is kept back that it should be written now.
    package var isFull: Bool { staged.journal.count >= Self.limitRows }

    /// Takes one step of the engine.
    package mutating func stage(_ event: EngineEvent, _ effects: [Effect], _ engine: Engine) throws {
        staged.journal.append(
            JournalDraft(at: engine.now, event: try coder.text(event), effects: try coder.text(effects)))
        if engine.kill.isEngaged, !wasKilled {
            staged.latch = .engage(KillLatch(reason: engine.kill.reason ?? "", at: engine.kill.engagedAt ?? engine.now))
        }
        wasKilled = engine.kill.isEngaged
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
        case .amendRefused(let symbol, let id, let error):
            happened(.accepted, to: id, symbol, because: error.code, engine)
        case .kill(let reason): staged.latch = .engage(KillLatch(reason: reason, at: engine.now))
        case .release: if !engine.kill.isEngaged { staged.latch = .release }
        case .configured(let configuration): staged.meta[LedgerMetaKey.artifact] = configuration.artifact
        case .joined, .snapshot, .unreachable: hasStates = true
        case .signal, .deadline, .reconcile, .operated, .regime: break
        }
    }

    private mutating func note(_ news: VenueEvent, of broker: BrokerName, _ engine: Engine) {
        switch news {
        case .price, .barClosed, .quote, .clock, .reconnected: break
        case .session: hasStates = true
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
        case .amend(let id, let symbol, let trigger, let quantity, let broker):
            touched[symbol] = engine.now
            staged.orderEvents.append(
                LedgerOrderEvent(
                    venue: broker, clientID: id, symbol: symbol, event: .sent, reason: "AMEND", quantity: quantity,
                    price: trigger, at: engine.now))
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

    /// Writes down how far a halt has come.
    mutating func stage(_ halt: HaltRecord) {
        staged.meta[halt.metaKey] = halt.json
    }

    /// Writes down that an operator's command was taken.
    mutating func stage(taken command: String) {
        staged.meta[InboxDesk.metaKey] = command
    }

    /// Whether something waits that people want to know: more than prices.
    var hasNews: Bool { !touched.isEmpty || hasStates }

    /// Commits everything staged, durably.
    ///
    /// - Throws: `LedgerError`; nothing of it is then written, and no message may leave.
    package mutating func flush(_ engine: Engine) throws {
        guard !staged.journal.isEmpty || !staged.meta.isEmpty else { return }
        try write(engine, withSnapshot: rowsSinceSnapshot + staged.journal.count >= Self.snapshotRows)
    }

    /// Commits everything staged and leaves the engine's state for the next start.
    package mutating func close(_ engine: Engine) throws {
        guard rowsSinceSnapshot + staged.journal.count > 0 else { return }
        try write(engine, withSnapshot: true)
    }

    private mutating func write(_ engine: Engine, withSnapshot: Bool) throws {
        rowsSinceSnapshot += staged.journal.count
        if withSnapshot {
            staged.snapshot = LedgerSnapshot(version: version, engine: try coder.text(engine))
            rowsSinceSnapshot = 0
        }
        for (symbol, moment) in touched.sorted(by: { $0.key < $1.key }) {
            guard let desk = engine[symbol] else { continue }
            staged.positions.append(LedgerPosition(desk.position, at: moment))
        }
        stageProtections(engine)
        _ = try ledger.commit(staged)
        staged = LedgerCommit()
        (touched, hasStates) = ([:], false)
        isProjected = false
    }

    /// The protections of what something happened to, and those that changed without any news of an order.
    private mutating func stageProtections(_ engine: Engine) {
        for desk in engine.desks {
            let legs = (desk.protection.stop.map { [$0] } ?? []) + desk.protection.takeProfits
            let isFirst = engine[desk.symbol]?.broker == desk.broker
            guard isFirst, touched[desk.symbol] != nil || written[desk.symbol] ?? [] != legs else { continue }
            written[desk.symbol] = legs
            staged.protections.append(desk.ledgerProtection(at: touched[desk.symbol] ?? engine.now))
        }
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
            case .none, .closed: "none"
            }
        return LedgerProtection(
            symbol: symbol, state: mode.rawValue, mode: guardian, stop: protection.stop?.price,
            takeProfit: protection.takeProfit?.price, quantity: protection.stop?.quantity ?? .zero,
            triggerPrice: protection.stop?.triggerPrice ?? rules.asset.capabilities.triggerPrice,
            unprotected: protection.exposure.total(at: now), at: now)
    }
}
