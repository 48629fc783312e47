import Core
import Engine
import Foundation
import Logging
import Storage

/// What every loop does with an event: let the engine decide, write it down, remember what people ask for. Only who
/// feeds and who sends differs between loops.
///
/// Invariant: when ``decide(_:at:)`` returns messages, everything that led to them is durable.
struct LoopCore: Sendable {
    private(set) var engine = Engine()
    var beats: HeartbeatWriter
    let performer: Performer
    private let setup: RunSetup
    private let log: Logger
    private var book: RunBook
    private let startedAt: Timestamp
    private var isResumed = false
    private var halts = HaltClock(resuming: nil)
    private var inbox: InboxDesk
    /// What each venue said last that it holds.
    private var lastRead: [BrokerName: AccountSnapshot] = [:]

    init(setup: RunSetup, ledger: Ledger, performer: Performer, log: Logger) {
        (self.setup, self.performer, self.log) = (setup, performer, log)
        startedAt = min(setup.haltWantedAt ?? .distantFuture, setup.wallClock())
        book = RunBook(
            ledger: ledger,
            projections: ProjectionFiles(
                folder: setup.stateFolder, runId: setup.runId, mode: setup.mode, unsetLimits: setup.unsetLimits,
                crash: setup.crash), version: setup.version)
        beats = HeartbeatWriter(setup: setup)
        inbox = InboxDesk(stateFolder: setup.stateFolder)
    }

    /// Goes on from what the journal left.
    mutating func resume(_ recovered: Recovery.Outcome, _ ledger: Ledger) throws {
        engine = recovered.engine
        isResumed = true
        try book.begin(after: recovered)
        if let first = recovered.followed.first {
            log.warning(
                "another version of the program decided differently; what it sent counts",
                metadata: ["rows": "\(recovered.followed.count)", "first": "\(first)"])
        }
        if let row = recovered.unusableSnapshot {
            log.warning(
                "the engine's snapshot cannot be read: everything was decided again from the journal's first row",
                metadata: ["snapshot": "\(row)", "rows": "\(recovered.sequence)"])
        }
        beats.lastSignalTime = engine.desks.compactMap(\.lastSignalTime).max()
        let meta = try ledger.reader.meta()
        halts = HaltClock(resuming: engine.kill.isEngaged ? HaltRecord.all(in: meta).last : nil)
        inbox.resume(lastTaken: meta[InboxDesk.metaKey])
    }

    /// The orders that nobody answered for before a crash.
    var openQuestions: [(Symbol, ClientOrderID, BrokerName)] {
        engine.desks.flatMap { desk in
            desk.openOrders.filter { [.sent, .unknown, .cancelling].contains($0.state) }
                .map { (desk.symbol, $0.request.clientID, desk.broker) }
        }
    }

    /// Steps the engine and writes down what it decided.
    ///
    /// - Returns: What to send, which is durable by now.
    mutating func decide(_ event: EngineEvent, at moment: Timestamp) throws -> [Effect] {
        let effects = engine.step(event, at: moment)
        setup.crash(.stepped)
        try book.stage(event, effects, engine)
        // With the kill itself: a crash after it leaves no halt without its record.
        if case .kill(let reason) = event, let record = halts.begin(reason, at: setup.wallClock()) {
            book.stage(record)
        }
        setup.crash(.staged)
        beats.note(event)
        if case .snapshot(let snapshot) = event {
            lastRead[snapshot.broker] = snapshot
            inbox.noteReading(of: snapshot.broker)
        }
        effects.forEach(performer.announce)
        inbox.note(effects)
        if book.isFull || effects.contains(where: { $0.broker != nil || $0.isUrgent }) {
            try book.flush(engine)
            setup.crash(.flushed)
        }
        if engine.kill.isEngaged || event == .release { try followHalt(event) }
        return effects
    }

    private mutating func followHalt(_ event: EngineEvent) throws {
        if case .kill = event { try book.flush(engine) }
        for alert in halts.note(event, engine, at: setup.wallClock()) { performer.announce(.alert(alert)) }
        guard let record = halts.changedRecord() else { return }
        book.stage(record)
        try book.flush(engine)
    }

    /// The kill-switch file engaged the switch; the engine hears of it next. A file that was there before this run is
    /// counted from its start.
    mutating func triggered(_ trigger: KillTrigger) {
        halts.triggered(KillTrigger(reason: trigger.reason, at: max(trigger.at, startedAt)))
    }

    /// Takes note of how long a broker took to answer.
    mutating func heard(_ broker: BrokerName, after span: Duration) { beats.heard(broker, after: span) }

    /// Writes down what waits, and the engine's state for the next start.
    mutating func close() throws { try book.close(engine) }

    /// Writes down what waits.
    mutating func flush() throws { try book.flush(engine) }

    /// Writes down what waits, unless it is but prices.
    mutating func flushNews() throws {
        if book.hasNews { try book.flush(engine) }
    }

    /// Shows the state to people and to the watchdog.
    mutating func publish(_ state: Heartbeat.State, wait: Duration) {
        beats.beat(state, engine, wait: wait)
        // What the last run left for people to read is truer than an engine that has yet to recover.
        if isResumed { book.project(engine, wait: wait, at: setup.uptime()) }
    }

    // MARK: Operators

    /// The next command that waits in the inbox; files that are none are moved aside and told.
    mutating func nextCommand() -> InboxCommand? {
        let (command, refused) = inbox.next()
        for file in refused {
            let message = "inbox/\(file.name) is no command: \(file.reason); it is kept in inbox/refused"
            performer.announce(.alert(Alert(.warning, "INBOX_REFUSED", message)))
        }
        return command
    }

    /// Takes a command: once, whatever happens.
    ///
    /// - Returns: What to send.
    mutating func obey(_ command: InboxCommand, at moment: Timestamp) throws -> [Effect] {
        inbox.began(command, at: max(moment, engine.now))
        book.stage(taken: command.name)
        let effects = try decide(.operated(command.command), at: moment)
        try book.flush(engine)
        inbox.finish(command)
        return effects
    }

    /// Collects what the next reconciliation finds, for ``reconciliation(since:)``.
    mutating func watchReconciliation() {
        inbox.began(InboxCommand(name: "", command: .reconcile), at: engine.now)
    }

    /// What was found since ``watchReconciliation()``.
    func reconciliation(since moment: Timestamp) -> ReconcileAnswer {
        inbox.found(engine, since: moment)
    }

    /// Answers whoever waits for a reconciliation, when it is over.
    mutating func answerReconciliations() { inbox.answer(engine, at: setup.uptime()) }

    // MARK: Ending

    /// What is still open by the last word of each venue; by our own books where a venue never gave one.
    var stillOpen: [String] {
        let brokers = engine.configuration?.brokers ?? []
        return brokers.flatMap { broker -> [String] in
            guard let read = lastRead[broker] else {
                let held = engine.desks.filter { $0.broker == broker && !$0.position.isFlat }
                return held.map { "\($0.symbol) \($0.position.quantity) at \(broker) (by our books)" }
                    + (engine.kill.proven.contains(broker) ? [] : ["\(broker) was not read"])
            }
            let orders = read.openOrders.map { "order \($0.venueOrderID) on \($0.symbol) at \(broker)" }
            return read.positions.map { "\($0.symbol) \($0.quantity) at \(broker)" } + orders
        }
    }
}

extension Effect {
    /// Whether it has to be on disk before anything else happens, although it sends nothing.
    var isUrgent: Bool {
        switch self {
        // A refusal that a crash forgot would be judged again, at a later price.
        case .alert, .halted, .reconciled, .refuse: true
        case .submit, .cancel, .amend, .query, .readAccount, .mark: false
        }
    }
}
