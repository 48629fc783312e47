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
    let setup: RunSetup
    let ledger: Ledger
    let performer: Performer
    private let log: Logger
    var core: LoopCore
    var kill: KillWatch
    private var pacing = HaltPacing()
    private var inboxSeenAt: Duration?
    private var (steps, stopRequests, isFinished) = (0, 0, false)

    /// A loop over an open ledger and a router whose brokers are ready.
    public init(setup: RunSetup, ledger: Ledger, router: ExecutionRouter, log: Logger) {
        (self.setup, self.ledger, self.log) = (setup, ledger, log)
        performer = Performer(router: router, log: log, crash: setup.crash, alerts: setup.alerts)
        core = LoopCore(setup: setup, ledger: ledger, performer: performer, log: log)
        kill = KillWatch(file: KillSwitchFile(folder: setup.stateFolder))
    }

    var engine: Engine { core.engine }

    /// Asks the loop to stop. The first request ends it after the current pass, or once flat while the kill switch is
    /// engaged; a second one ends it at once.
    public func requestStop() { stopRequests += 1 }

    /// Runs until the data end, the kill switch has flattened everything, or a stop is asked for.
    ///
    /// - Returns: How it ended, the engine as it stood then, and how many bars were completed.
    public func run() async throws -> (outcome: RunOutcome, engine: Engine, bars: Int) {
        core.beats.beat(.starting, engine, wait: .zero)
        do {
            return try await passes()
        } catch {
            core.beats.lastError = (error as? any ExplainedError)?.problem ?? "\(error)"
            core.beats.beat(.failed, engine, wait: .zero)
            performer.announceEnd(error)
            try await EmergencyClose(setup: setup, performer: performer, ledger: ledger.path).run(
                after: error, engine)
            throw error
        }
    }

    /// Recovers, compares the books with the venues, and stops.
    public func reconcile() async throws -> ReconcileAnswer {
        try await start(opens: false)
        let since = engine.now
        core.watchReconciliation()
        try await take(.reconcile, at: since)
        for _ in 0..<Self.confirmations where !engine.unsettledAccounts(since: since).isEmpty {
            guard let deadline = engine.nextDeadline else { break }
            try await take(.deadline, at: max(deadline, engine.now))
        }
        try core.flush()
        core.publish(.stopped, wait: .zero)
        return core.reconciliation(since: since)
    }

    /// So many further readings may be needed to confirm what the first one shows.
    private static let confirmations = 8

    private func passes() async throws -> (outcome: RunOutcome, engine: Engine, bars: Int) {
        try await start()
        while true {
            setup.crash(.passBegun)
            if let outcome = try await pass() {
                try core.close()
                setup.crash(.endFlushed)
                core.publish(outcome.beatState, wait: .zero)
                setup.crash(.endTold)
                return (outcome, engine, steps)
            }
            core.publish(engine.kill.isEngaged ? .flattening : .running, wait: Self.quickest)
        }
    }

    /// Passes of a replay at full speed that are quicker than this share a heartbeat and projections: rewriting files
    /// thousands of times a second would cost more than trading.
    private static let quickest = Duration.milliseconds(50)

    /// A replay at full speed looks into the inbox this often: reading it at every pass would cost more than trading.
    private static let inboxSpacing = Duration.milliseconds(200)

    // MARK: One pass

    private func pass() async throws -> RunOutcome? {
        _ = try await heededKillFile()
        try await obeyOperators()
        if let outcome = try await afterFlat() ?? whenStopped() { return outcome }
        let closedBar = try await advance()
        if isFinished { return try await closeBooks() }
        if closedBar { steps += 1 }
        if !engine.kill.isEngaged {
            if let limit = setup.maxSteps, steps >= limit { return .stopped }
            if closedBar, setup.sleep > .zero { try await pause() }
        }
        return nil
    }

    /// The data are over: the books are compared once more with the venue before anyone reads them.
    private func closeBooks() async throws -> RunOutcome {
        if setup.configuration.reconcile.interval != nil { try await take(.reconcile, at: engine.now) }
        return .finished
    }

    /// Once flat: released when the file says so explicitly, halted otherwise.
    private func afterFlat() async throws -> RunOutcome? {
        guard engine.kill.phase == .flat else { return nil }
        setup.crash(.flatJudged)
        guard kill.file.read() == .released else { return .halted(reason: engine.kill.reason ?? "") }
        try await take(.release, at: engine.now)
        return nil
    }

    private func whenStopped() -> RunOutcome? {
        guard stopRequests > 0 else { return nil }
        guard engine.kill.phase == .flattening else { return .stopped }
        return stopRequests > 1 ? .haltedNotFlat(stillOpen: core.stillOpen) : nil
    }

    /// Takes the next news of the market.
    ///
    /// - Returns: Whether a bar was completed.
    private func advance() async throws -> Bool {
        setup.crash(.newsAwaited)
        let news = try await performer.router.nextEvents(from: setup.market, until: pacing.limit(engine))
        guard let batch = news else {
            // The kill sequence is seen through, before the next bar and after the last.
            if let moment = pacing.keep(engine) {
                try await take(.deadline, at: moment)
            } else {
                isFinished = engine.kill.phase != .flat
            }
            return false
        }
        setup.crash(.newsHeard)
        for event in await setup.feed?.due(engine, at: batch.at) ?? [] { try await take(event, at: batch.at) }
        try await take(.venue(batch), at: batch.at)
        setup.crash(.newsTaken)
        return try await actOnClosedBars(of: batch)
    }

    /// Takes the rows of the bars that `batch` completed, and the deadline that is due then.
    ///
    /// A crash may leave the batch in the journal without some of them; a start makes up for it.
    ///
    /// - Returns: Whether a bar was completed.
    func actOnClosedBars(of batch: VenueBatch) async throws -> Bool {
        var closedBar = false
        for case .barClosed(let symbol, let bar, let closeTime) in batch.events {
            closedBar = true
            guard let row = setup.signals.row(symbol, bar, at: closeTime),
                engine[symbol]?.lastSignalTime.map({ row.time > $0 }) ?? true
            else { continue }
            try await take(.signal(row), at: batch.at)
            setup.crash(.rowTaken)
        }
        if let deadline = engine.nextDeadline, deadline <= engine.now {
            try await take(.deadline, at: engine.now)
            setup.crash(.deadlineTaken)
        }
        return closedBar
    }

    /// Steps the engine, writes down, performs, and takes the answers in turn.
    func take(_ event: EngineEvent, at moment: Timestamp) async throws {
        var waiting = [event]
        var taken = 0
        while taken < waiting.count {
            precondition(taken < 100_000, "one event does not cause answers without end")
            waiting += await send(try core.decide(waiting[taken], at: moment))
            taken += 1
        }
    }

    private func send(_ effects: [Effect]) async -> [EngineEvent] {
        guard effects.contains(where: { $0.broker != nil }) else { return [] }
        let start = setup.uptime()
        let answers = await performer.perform(effects)
        setup.crash(.performed)
        for broker in Set(effects.compactMap(\.broker)).sorted() { core.heard(broker, after: setup.uptime() - start) }
        return answers
    }

    /// Takes what operators left in the inbox since it was looked at last.
    private func obeyOperators() async throws {
        let uptime = setup.uptime()
        guard inboxSeenAt.map({ uptime - $0 >= Self.inboxSpacing }) ?? true else { return }
        inboxSeenAt = uptime
        while let command = core.nextCommand() {
            for answer in await send(try core.obey(command, at: engine.now)) { try await take(answer, at: engine.now) }
        }
        core.answerReconciliations()
    }

    /// Sleeps between passes, but looks at the kill switch and at stop requests several times a second.
    private func pause() async throws {
        try core.flush()
        core.publish(.running, wait: .zero)
        setup.crash(.waitBegun)
        let end = setup.uptime() + setup.sleep
        while stopRequests == 0, setup.uptime() < end {
            if kill.wantsAttention(isEngaged: engine.kill.isEngaged, at: setup.uptime()) { return }
            core.beats.advanced()
            core.publish(.running, wait: .milliseconds(500))
            try await obeyOperators()
            try? await Task.sleep(for: min(.milliseconds(50), end - setup.uptime()))
        }
    }
}
