import Core
public import Engine
import Foundation
public import Logging
public import Router
public import Storage

/// The one loop: takes news, lets the engine decide, writes down, acts.
///
/// Every event is journalled with its effects in one transaction before any message leaves. Start is recovery: the
/// journal is replayed through the engine, open questions are asked, then trading goes on.
public actor TradingLoop {
    private let setup: RunSetup
    private let ledger: Ledger
    private let performer: Performer
    private let log: Logger
    private var engine = Engine()
    private var book: RunBook
    private var beats: HeartbeatWriter
    private var kill: KillWatch
    private var steps = 0
    private var stopRequests = 0
    private var isFinished = false

    /// A loop over an open ledger and a router whose brokers are ready.
    public init(setup: RunSetup, ledger: Ledger, router: ExecutionRouter, log: Logger) {
        self.setup = setup
        self.ledger = ledger
        self.log = log
        performer = Performer(router: router, log: log)
        book = RunBook(
            ledger: ledger,
            projections: ProjectionFiles(folder: setup.stateFolder, runId: setup.runId, mode: setup.mode))
        beats = HeartbeatWriter(setup: setup)
        kill = KillWatch(file: KillSwitchFile(folder: setup.stateFolder))
    }

    /// Asks the loop to stop. The first request ends it after the current pass, or once flat while the kill switch is
    /// engaged; a second one ends it at once.
    public func requestStop() {
        stopRequests += 1
    }

    /// Runs until the data end, the kill switch has flattened everything, or a stop is asked for.
    ///
    /// - Returns: How it ended, the engine as it stood then, and how many bars were completed.
    public func run() async throws -> (outcome: RunOutcome, engine: Engine, bars: Int) {
        beats.beat(.starting, engine, wait: .zero)
        do {
            return try await passes()
        } catch {
            log.critical("the run broke off", metadata: ["error": "\(error)"])
            beats.lastError = (error as? any ExplainedError)?.problem ?? "\(error)"
            beats.beat(.failed, engine, wait: .zero)
            throw error
        }
    }

    private func passes() async throws -> (outcome: RunOutcome, engine: Engine, bars: Int) {
        try await start()
        while true {
            if let outcome = try await pass() {
                try book.flush(engine)
                publish(state(after: outcome), wait: .zero)
                return (outcome, engine, steps)
            }
            publish(engine.kill.isEngaged ? .flattening : .running, wait: Self.quickest)
        }
    }

    /// Passes of a replay at full speed that are quicker than this share a heartbeat and projections: rewriting files
    /// thousands of times a second would cost more than trading.
    private static let quickest = Duration.milliseconds(50)

    private func publish(_ state: Heartbeat.State, wait: Duration) {
        beats.beat(state, engine, wait: wait)
        book.project(engine, wait: wait, at: setup.uptime())
    }

    // MARK: Start

    private func start() async throws {
        let recovered = try Recovery(ledger: ledger).replay()
        engine = recovered.engine
        beats.lastSignalTime = engine.desks.compactMap(\.lastSignalTime).max()
        try await setup.rebuildVenue(recovered.steps)
        try await take(.configured(setup.configuration), at: max(engine.now, setup.startsAt))
        for desk in engine.desks {
            for order in desk.openOrders where [.sent, .unknown, .cancelling].contains(order.state) {
                let id = order.request.clientID
                if let answer = await performer.query(desk.symbol, id, at: desk.broker) {
                    try await take(answer, at: engine.now)
                }
            }
        }
        if let last = recovered.lastBatch { _ = try await actOnClosedBars(of: last) }
        // A restart while latched goes on with cancelling and closing, and proves again that everything is flat.
        if engine.kill.isEngaged { try await take(.kill(reason: engine.kill.reason ?? ""), at: engine.now) }
    }

    // MARK: One pass

    private func pass() async throws -> RunOutcome? {
        if let command = kill.look(isEngaged: engine.kill.isEngaged, at: setup.uptime()) {
            try await take(command, at: engine.now)
        }
        if let outcome = try await afterFlat() ?? whenStopped() { return outcome }
        let closedBar = try await advance()
        if isFinished { return .finished }
        if closedBar { steps += 1 }
        if !engine.kill.isEngaged {
            if let limit = setup.maxSteps, steps >= limit { return .stopped }
            if closedBar, setup.sleep > .zero { try await pause() }
        }
        return nil
    }

    /// Once flat: released when the file says so explicitly, halted otherwise.
    private func afterFlat() async throws -> RunOutcome? {
        guard engine.kill.phase == .flat else { return nil }
        guard kill.file.read() == .released else { return .halted(reason: engine.kill.reason ?? "") }
        try await take(.release, at: engine.now)
        return nil
    }

    private func whenStopped() -> RunOutcome? {
        guard stopRequests > 0 else { return nil }
        if engine.kill.phase == .flattening {
            guard stopRequests > 1 else { return nil }
            return .haltedNotFlat(stillOpen: engine.desks.filter { !$0.position.isFlat }.map(\.symbol.name))
        }
        return .stopped
    }

    /// Takes the next news of the market.
    ///
    /// - Returns: Whether a bar was completed.
    private func advance() async throws -> Bool {
        guard let batch = try await performer.router.nextEvents(from: setup.market) else {
            // The data are over; what is left is to see the kill sequence through.
            guard engine.kill.phase == .flattening, let deadline = engine.nextDeadline else {
                isFinished = engine.kill.phase != .flat
                return false
            }
            try await take(.deadline, at: max(deadline, engine.now))
            return false
        }
        try await take(.venue(batch), at: batch.at)
        return try await actOnClosedBars(of: batch)
    }

    /// Takes the rows of the bars that `batch` completed, and the deadline that is due then.
    ///
    /// A crash may leave the batch in the journal without some of them; the first pass after a start makes up for it.
    /// Rows that were taken before are passed over.
    ///
    /// - Returns: Whether a bar was completed.
    private func actOnClosedBars(of batch: VenueBatch) async throws -> Bool {
        var closedBar = false
        for case .barClosed(let symbol, let bar, let closeTime) in batch.events {
            closedBar = true
            guard let row = setup.signals.row(symbol, bar, at: closeTime),
                engine[symbol]?.lastSignalTime.map({ row.time > $0 }) ?? true
            else { continue }
            try await take(.signal(row), at: batch.at)
        }
        if let deadline = engine.nextDeadline, deadline <= engine.now { try await take(.deadline, at: engine.now) }
        return closedBar
    }

    /// Steps the engine, writes down, performs, and takes the answers in turn.
    private func take(_ event: EngineEvent, at moment: Timestamp) async throws {
        var waiting = [event]
        var taken = 0
        while taken < waiting.count {
            precondition(taken < 100_000, "one event does not cause answers without end")
            let current = waiting[taken]
            taken += 1
            let effects = engine.step(current, at: moment)
            try book.stage(current, effects, engine)
            beats.note(current)
            effects.forEach(performer.announce)
            guard book.isFull || effects.contains(where: { $0.broker != nil || $0.isUrgent }) else { continue }
            try book.flush(engine)
            let start = setup.uptime()
            waiting += await performer.perform(effects)
            for broker in Set(effects.compactMap(\.broker)) { beats.heard(broker, after: setup.uptime() - start) }
        }
    }

    /// Sleeps between passes, but looks at the kill switch and at stop requests several times a second.
    private func pause() async throws {
        try book.flush(engine)
        publish(.running, wait: .zero)
        let end = setup.uptime() + setup.sleep
        while stopRequests == 0, setup.uptime() < end {
            if kill.wantsAttention(isEngaged: engine.kill.isEngaged, at: setup.uptime()) { return }
            publish(.running, wait: .seconds(1))
            try? await Task.sleep(for: min(.milliseconds(50), end - setup.uptime()))
        }
    }

    private func state(after outcome: RunOutcome) -> Heartbeat.State {
        switch outcome {
        case .finished: .finished
        case .stopped: .stopped
        case .halted: .halted
        case .haltedNotFlat: .flattening
        }
    }
}

extension Effect {
    /// Whether it has to be on disk before anything else happens, although it sends nothing.
    var isUrgent: Bool {
        switch self {
        case .alert, .halted, .reconciled: true
        case .submit, .cancel, .query, .readAccount, .refuse, .mark: false
        }
    }
}
