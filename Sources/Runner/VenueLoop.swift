import Core
public import Engine
import Foundation
public import Logging
public import Router
public import Storage

/// The loop for venues that live elsewhere: everything that can happen reaches it through one bounded intake, and
/// nothing it sends keeps it waiting.
///
/// Each broker is read by a task of its own, so that a frozen one delays nobody; messages leave through ``Lanes``, and
/// their answers come back as events; the kill-switch file is looked at ten times a second by a task that waits for
/// nothing else. Every event is durable with its effects before a message leaves. Start is recovery: the journal is
/// replayed, the venues are read and asked about what is open, then trading goes on.
public actor VenueLoop {
    let setup: RunSetup
    private let ledger: Ledger
    let sleep: @Sendable (Duration) async throws -> Void
    private let log: Logger
    let intake = Intake()
    let lanes: Lanes
    let killFile: KillSwitchFile
    var core: LoopCore
    private var clock = SteadyClock(at: .epoch)
    private var timer: (at: Timestamp, task: Task<Void, Never>)?
    private(set) var stopRequests = 0
    private var steps = 0
    /// Until when what is on its way is waited for before a stop.
    var stopBy: Duration?
    /// Rows whose time has not come yet.
    private(set) var early: [SignalRow] = []
    /// The instruments of which a bar closed in this run.
    private(set) var heard: Set<Symbol> = []
    /// Who reads the news of each broker.
    var readers: [BrokerName: Task<Void, Never>] = [:]

    /// The kill-switch file is looked at this often.
    static let killSpacing = Duration.milliseconds(100)
    /// The inbox, stop requests and the heartbeat are looked after at least this often.
    static let tick = Duration.milliseconds(500)
    /// Projections of passes that are quicker than this share a write.
    private static let quickest = Duration.milliseconds(50)

    /// A loop over an open ledger and a router whose brokers are ready.
    ///
    /// - Parameter clock: Measures deadlines and pauses; `setup` tells the time of events.
    public init(
        setup: RunSetup, ledger: Ledger, router: ExecutionRouter, log: Logger,
        clock: some Clock<Duration> = ContinuousClock()
    ) {
        (self.setup, self.ledger, self.log) = (setup, ledger, log)
        sleep = { try await clock.sleep(for: $0) }
        var performer = Performer(router: router, log: log, crash: setup.crash, alerts: setup.alerts)
        performer.absence = setup.absence
        lanes = Lanes(
            answer: { [performer] in await performer.answer(to: $0, isFlattening: $1 == .flattening) },
            post: { [intake] in intake.post($0, $1, after: $2) },
            uptime: setup.uptime)
        killFile = KillSwitchFile(folder: setup.stateFolder)
        core = LoopCore(setup: setup, ledger: ledger, performer: performer, log: log)
    }

    /// Asks the loop to stop: nothing is opened any more, and it ends once what is on its way was answered, or once
    /// flat while the kill switch is engaged; a second request ends it whatever is still open.
    public func requestStop() {
        stopRequests += 1
        lanes.set(core.engine.kill.isEngaged ? .flattening : .reductions)
        intake.wake()
    }

    /// Runs until the kill switch has flattened everything or a stop is asked for.
    ///
    /// - Returns: How it ended, the engine as it stood then, and how many bars were completed.
    public func run() async throws -> (outcome: RunOutcome, engine: Engine, bars: Int) {
        core.publish(.starting, wait: .zero)
        do {
            return try await passes()
        } catch {
            // What waits in the lanes and what is closed in an emergency would meet at the venue.
            lanes.set(.shut)
            core.beats.lastError = (error as? any ExplainedError)?.problem ?? "\(error)"
            core.publish(.failed, wait: .zero)
            core.performer.announceEnd(error)
            try await EmergencyClose(setup: setup, performer: core.performer, ledger: ledger.path).run(
                after: error, core.engine)
            throw error
        }
    }

    /// Recovers, compares the books with the venues, and stops.
    ///
    /// - Parameter limit: How long to wait for readings that confirm what the first one shows.
    public func reconcile(within limit: Duration = .seconds(30)) async throws -> ReconcileAnswer {
        let ticking = keepTicking()
        defer {
            ticking.cancel()
            timer?.task.cancel()
        }
        try await start()
        let since = core.engine.now
        core.watchReconciliation()
        try take(.reconcile)
        let end = setup.uptime() + limit
        // An engaged kill switch closes everything instead, and then there is nothing left to compare.
        while setup.uptime() < end, core.engine.kill.phase != .flat,
            !core.engine.unsettledAccounts(since: since).isEmpty
        {
            arm()
            try await pass(await intake.next())
        }
        try core.close()
        core.publish(.stopped, wait: .zero)
        return core.reconciliation(since: since)
    }

    private func passes() async throws -> (outcome: RunOutcome, engine: Engine, bars: Int) {
        let watchers = [watchKillSwitch(), keepTicking()]
        defer { watchers.forEach { $0.cancel() } }
        try await start()
        readNews()
        defer {
            // A reader that hangs in a frozen venue is not waited for.
            readers.values.forEach { $0.cancel() }
            timer?.task.cancel()
        }
        while true {
            if let outcome = try outcome() {
                lanes.set(.shut)
                if outcome == .stopped { tellUnguarded() }
                try core.close()
                core.publish(outcome.beatState, wait: .zero)
                return (outcome, core.engine, steps)
            }
            core.publish(core.engine.kill.isEngaged ? .flattening : .running, wait: Self.quickest)
            arm()
            try await pass(await intake.next())
        }
    }

    // MARK: Start

    private func start() async throws {
        let recovered = try Recovery(ledger: ledger).replay(for: setup)
        try core.resume(recovered, ledger)
        try await setup.resumeVenue(core.engine)
        clock = SteadyClock(from: core.engine.now, at: setup.wallClock())
        try take(.configured(setup.configuration))
        for desk in core.engine.desks {
            for order in desk.openOrders where [.sent, .unknown, .cancelling].contains(order.state) {
                lanes.send([.query(desk.symbol, order.request.clientID, desk.broker)])
            }
        }
        // What the file says counts before anything may be opened.
        if !core.engine.kill.isEngaged, case .engaged(let reason) = try await readKillFile() {
            core.triggered(KillTrigger(reason: reason, at: killFile.changedAt ?? setup.wallClock()))
            return try take(.kill(reason: reason))
        }
        if let last = recovered.lastBatch { try actOnClosedBars(of: last) }
        // A restart while latched goes on with cancelling and closing, and proves again that everything is flat.
        if let reason = core.engine.kill.isEngaged ? core.engine.kill.reason ?? "" : setup.haltReason {
            if let moment = setup.haltWantedAt { core.triggered(KillTrigger(reason: reason, at: moment)) }
            try take(.kill(reason: reason))
        }
    }

    // MARK: One pass

    private func pass(_ item: IntakeItem?) async throws {
        switch item {
        case .kill(let trigger):
            // A file that was released since it was looked at is no halt any more.
            guard !core.engine.kill.isEngaged, killFile.read() != .released else { break }
            core.triggered(trigger)
            try take(.kill(reason: trigger.reason))
        case .answer(let broker, let event, let span):
            guard let event else { break }
            if event.isAnswer { core.heard(broker, after: span) }
            try take(event)
            if case .joined = event { readNews() }
        case .command(let command): lanes.send(try core.obey(command, at: now))
        case .news(let batch):
            try take(.venue(batch))
            try actOnClosedBars(of: batch)
        case nil:
            // A wait that ended as it should.
            core.beats.advanced()
            for event in await setup.feed?.due(core.engine, at: now) ?? [] { try take(event) }
            while let command = core.nextCommand() { lanes.send(try core.obey(command, at: now)) }
            // News that led to no message, such as a fill whose levels are watched here, is not kept waiting for one.
            try core.flushNews()
        }
        if stopRequests == 0 { try takeRows() }
        if let deadline = core.engine.nextDeadline, deadline <= now { try take(.deadline) }
        core.answerReconciliations()
    }

    private var now: Timestamp { max(clock.read(setup.wallClock()), core.engine.now) }

    private func take(_ event: EngineEvent) throws {
        let effects = try core.decide(event, at: now)
        let isOpen = core.engine.state == .active && stopRequests == 0
        lanes.set(core.engine.kill.isEngaged ? .flattening : isOpen ? .open : .reductions)
        lanes.send(effects)
    }

    private func actOnClosedBars(of batch: VenueBatch) throws {
        var closedBar = false
        for case .barClosed(let symbol, let bar, let closeTime) in batch.events {
            closedBar = true
            heard.insert(symbol)
            guard let row = setup.signals.row(symbol, bar, at: closeTime),
                core.engine[symbol]?.lastSignalTime.map({ row.time > $0 }) ?? true
            else { continue }
            early.append(row)
        }
        try takeRows()
        if closedBar { steps += 1 }
    }

    /// Takes the rows whose time has come by our clock. A venue whose clock is ahead of ours closes its bars early.
    private func takeRows() throws {
        let due = early.filter { $0.time <= now }
        early.removeAll { $0.time <= now }
        for row in due { try take(.signal(row)) }
    }

    private func outcome() throws -> RunOutcome? {
        if core.engine.kill.phase == .flat {
            guard killFile.read() == .released else { return .halted(reason: core.engine.kill.reason ?? "") }
            try take(.release)
        }
        let isDone = setup.maxSteps.map { steps >= $0 } ?? false
        guard stopRequests > 0 || (isDone && !core.engine.kill.isEngaged) else { return nil }
        guard core.engine.kill.phase == .flattening else { return mayStop() ? .stopped : nil }
        return stopRequests > 1 ? .haltedNotFlat(stillOpen: core.stillOpen) : nil
    }

    // MARK: Tasks

    /// Wakes the loop at the engine's next deadline.
    private func arm() {
        let moments = [core.engine.nextDeadline, early.map(\.time).min()].compactMap { $0 }
        guard let deadline = moments.min() else { return }
        if let timer, timer.at <= deadline, timer.at > now { return }
        timer?.task.cancel()
        let wait = Duration.milliseconds(max((deadline - now).milliseconds, 0))
        timer = (deadline, Task { [sleep, intake] in if (try? await sleep(wait)) != nil { intake.wake() } })
    }
}
