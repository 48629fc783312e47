import Brokers
import Core
import Engine
import Foundation
import Logging
import Router
import Runner
import Signals
import Simulator
import Storage

/// What `aitrade run` in backtest mode was asked for.
struct ReplayRequest {
    var signals: String
    var assets: [Symbol]?
    var stateFolder: String
    var barFolder: String
    var from: Timestamp?
    var to: Timestamp?
    var lastRowOnly: Bool
    var startNew: Bool
    var sleep: Duration
    var maxSteps: Int?
    var isQuiet: Bool
    var release: ReleaseChoice
}

/// A replay of stored bars through the runner: the place where its concrete parts meet.
struct Replay {
    static let account = "simulated"

    let request: ReplayRequest
    let settings: Settings
    let file: ArtifactFile
    let bars: ReplayBars
    let plan: ReplayPlan
    let ledger: Ledger
    private let market: ReplayedMarket
    private let lock: InstanceLock
    private let runId: String

    /// Takes the lock, opens the ledger and loads what is to be replayed.
    init(request: ReplayRequest, settings: Settings) throws {
        self.request = request
        self.settings = settings
        file = try ArtifactFile(path: request.signals)
        let chosen = try file.assets(request.assets)
        try Self.checkRoutes(chosen.map(\.symbol), settings)
        bars = try ReplayBars(file.artifact, chosen, folder: request.barFolder)
        let wanted = try ReplayPlan(
            file.artifact, assets: chosen, bars: bars, budget: settings.budget, from: request.from, to: request.to,
            lastRowOnly: request.lastRowOnly)
        // Everything that can be refused is, before anything is written.
        try LogSetup.check(settings.log)
        _ = try wanted.market(bars.series)
        let now = SystemTime.wall()
        runId = "\(DateText.fileName(now))-\(ProcessInfo.processInfo.processIdentifier)"
        try AtomicFile.createFolder(request.stateFolder)
        lock = try InstanceLock(
            path: "\(request.stateFolder)/runner.lock",
            holder: InstanceLock.Holder(
                pid: ProcessInfo.processInfo.processIdentifier, startedAt: now, runId: runId, process: .current,
                account: Self.account))
        LogSetup.start(settings.log, stateFolder: URL(filePath: request.stateFolder))
        let path = "\(request.stateFolder)/trades.sqlite"
        if request.startNew, FileManager.default.fileExists(atPath: path) {
            try Self.refuseLatched(path, stateFolder: request.stateFolder)
            let kept = try Ledger.archive(path, named: DateText.fileName(now))
            if !request.isQuiet { print("A new replay; the old ledger is kept as \(kept)") }
        }
        ledger = try Ledger(path: path, identity: LedgerIdentity(mode: "backtest", account: Self.account))
        if !request.lastRowOnly { try Self.requireArtifact(of: ledger, file) }
        plan = try Self.bind(ledger, to: wanted, singlePass: request.lastRowOnly)
        try Self.note(bars: request.barFolder, in: ledger)
        market = try plan.market(bars.series)
    }

    /// A new ledger does not lift the kill switch: only an explicit release does.
    static func refuseLatched(_ path: String, stateFolder: String) throws {
        guard let latch = try LedgerReader.latch(ofAnyVersion: path),
            KillSwitchFile(folder: URL(filePath: stateFolder)).read() != .released
        else { return }
        throw CommandFailure(
            .haltedNotFlat, "\(path) is halted by the kill switch (\(latch.reason)); --new does not release it",
            fix: "aitrade kill --release --state-dir \(stateFolder)")
    }

    /// Checks the routes: every asset needs one. In backtest mode all of them lead to the simulated broker.
    private static func checkRoutes(_ symbols: [Symbol], _ settings: Settings) throws {
        guard let text = settings.assetRouting else { return }
        do {
            try RoutingTable(text, known: Venues.names).requireRoutes(for: symbols)
        } catch {
            throw CommandFailure(
                .configuration, "ASSET_ROUTING: \(error)", fix: "for example ASSET_ROUTING=BTCUSDT:bitget,SBER:tinkoff")
        }
    }

    /// A ledger keeps the plan it began with; going on with another market is refused.
    private static func bind(
        _ ledger: Ledger, to wanted: ReplayPlan, singlePass: Bool
    ) throws -> ReplayPlan {
        var wanted = wanted
        guard let text = try ledger.reader.meta()[ReplayPlan.metaKey] else {
            var commit = LedgerCommit()
            commit.meta[ReplayPlan.metaKey] = try wanted.json
            _ = try ledger.commit(commit)
            return wanted
        }
        let stored = try ReplayPlan(json: text)
        var comparable = stored
        // A single pass goes on from wherever the ledger began.
        if singlePass { wanted.from = stored.from }
        // The end may move: a replay goes on when bars were added.
        comparable.to = wanted.to
        guard comparable == wanted else {
            throw CommandFailure(
                .configuration,
                "\(ledger.path) holds a replay of \(stored.symbols.map(\.name).joined(separator: ", ")) "
                    + "from \(Output.time(stored.from)) with other assets, range or costs",
                fix: "repeat the command that began it, start anew with --new, or use another --state-dir")
        }
        if let end = wanted.to, let last = try ledger.reader.equity().last?.at, last > end {
            throw CommandFailure(
                .configuration, "\(ledger.path) has been replayed to \(Output.time(last)), beyond --to",
                fix: "give a later --to, start anew with --new, or use another --state-dir")
        }
        return wanted
    }

    /// A replay is of one artifact: what it traded so far must not be shown as another's.
    private static func requireArtifact(of ledger: Ledger, _ file: ArtifactFile) throws {
        guard let began = try ledger.reader.meta()[LedgerMetaKey.artifact], began != file.digest.hex else { return }
        throw CommandFailure(
            .configuration,
            "\(ledger.path) holds a replay of the artifact \(began.prefix(12)), and \(file.path) is "
                + "\(file.digest.hex.prefix(12))",
            fix: "name the artifact that began it with --signals, start anew with --new, or use another --state-dir")
    }

    /// Writes down where the bars are, for whoever has to rebuild this market without the runner.
    private static func note(bars folder: String, in ledger: Ledger) throws {
        let path = URL(filePath: folder).standardizedFileURL.path
        guard try ledger.reader.meta()[ReplayPlan.barsKey] != path else { return }
        var commit = LedgerCommit()
        commit.meta[ReplayPlan.barsKey] = path
        _ = try ledger.commit(commit)
    }

    /// How a replay ended.
    struct End {
        var outcome: RunOutcome
        var engine: Engine
        var newBars: Int
    }

    func run() async throws -> End {
        let alerts = AlertRoute.queue(settings)
        let loop = makeLoop(try await RegimeSetup.feed(settings, release: request.release), alerts)
        announce()
        let listener = await StopSignals.forward(to: { await loop.requestStop() })
        defer { listener.cancel() }
        let end = try await AlertQueue.during(alerts) { try await loop.run() }
        try ledger.close()
        return End(outcome: end.outcome, engine: end.engine, newBars: end.bars)
    }

    /// Compares the books with the venue, without going on with the replay.
    func reconcile() async throws -> ReconcileAnswer {
        let answer = try await makeLoop(nil, nil).reconcile()
        try ledger.close()
        return answer
    }

    private func makeLoop(_ feed: (any EventFeed)?, _ alerts: AlertQueue?) -> TradingLoop {
        let broker = SimulatedBroker(market)
        let router = ExecutionRouter(brokers: [broker])
        let notifier = ServiceNotifier(path: ProcessInfo.processInfo.environment["NOTIFY_SOCKET"])
        var setup = RunSetup(
            runId: runId, pid: ProcessInfo.processInfo.processIdentifier, mode: "backtest",
            configuration: plan.configuration(
                artifact: file.digest, account: Self.account, limits: settings.limits, protection: settings.protection,
                reconcile: settings.reconcile,
                capabilities: SimulatedVenue.capabilities),
            market: SimulatedVenue.name, startsAt: plan.from,
            signals: SignalBook(request.lastRowOnly ? bars.newestRows : bars.rows), sleep: request.sleep,
            maxSteps: request.maxSteps, stateFolder: URL(filePath: request.stateFolder),
            wallClock: SystemTime.wall, uptime: SystemTime.uptime, rebuildVenue: { try await broker.rebuild($0) })
        (setup.process, setup.notify, setup.alerts) = (.current, { notifier?.send($0) }, alerts)
        (setup.feed, setup.unsetLimits, setup.version) = (feed, settings.unsetLimits, ProgramBuild.name)
        return TradingLoop(setup: setup, ledger: ledger, router: router, log: Logger(label: "runner"))
    }

    private func announce() {
        plan.shortfalls(bars: bars.series).forEach(Output.warn)
        let began = try? ledger.reader.meta()[LedgerMetaKey.artifact]
        if let began, began != file.digest.hex {
            Output.warn("this ledger goes on with another artifact than it had before; --new starts one of its own")
        }
        guard !request.isQuiet else { return }
        print("Replaying \(plan.symbols.map(\.name).joined(separator: ", ")) \(plan.interval) bars", terminator: " ")
        print("from \(Output.time(plan.from)) UTC through the simulated broker.")
        if !settings.unsetLimits.isEmpty {
            print("Limits that nobody set: \(settings.unsetLimits.joined(separator: ", ")).")
        }
        if settings.assetRouting != nil { print("In backtest mode every route leads to the simulated broker.") }
        if let end = bars.endOfRows { print("No signals after the artifact's end: \(end)") }
        print("Ledger \(ledger.path), run \(runId).")
        Output.flush()
    }
}
