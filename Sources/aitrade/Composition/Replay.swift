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
    let brokers: [Symbol: BrokerName]
    private let market: ReplayedMarket
    private let lock: InstanceLock
    private let runId: String

    /// Takes the lock, opens the ledger and loads what is to be replayed.
    init(request: ReplayRequest, settings: Settings) throws {
        self.request = request
        self.settings = settings
        file = try ArtifactFile(path: request.signals)
        let chosen = try file.assets(request.assets)
        brokers = try Self.routes(chosen.map(\.symbol), settings)
        bars = try ReplayBars(file.artifact, chosen, folder: request.barFolder)
        let wanted = try ReplayPlan(
            file.artifact, assets: chosen, bars: bars, from: request.from, to: request.to,
            lastRowOnly: request.lastRowOnly)
        // Everything that can be refused is, before anything is written.
        market = try wanted.market(bars.series, budget: settings.budget)
        let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        runId = "\(DateText.fileName(now))-\(ProcessInfo.processInfo.processIdentifier)"
        try AtomicFile.createFolder(request.stateFolder)
        lock = try InstanceLock(
            path: "\(request.stateFolder)/runner.lock",
            holder: InstanceLock.Holder(
                pid: ProcessInfo.processInfo.processIdentifier, startedAt: now, runId: runId))
        LogSetup.start(settings.log, stateFolder: URL(filePath: request.stateFolder))
        let path = "\(request.stateFolder)/trades.sqlite"
        if request.startNew, FileManager.default.fileExists(atPath: path) {
            let kept = try Ledger.archive(path, named: DateText.fileName(now))
            if !request.isQuiet { print("A new replay; the old ledger is kept as \(kept)") }
        }
        ledger = try Ledger(path: path, identity: LedgerIdentity(mode: "backtest", account: Self.account))
        plan = try Self.bind(ledger, to: wanted)
    }

    /// The broker of each asset: as configured, or the simulated one for all.
    private static func routes(_ symbols: [Symbol], _ settings: Settings) throws -> [Symbol: BrokerName] {
        guard let text = settings.assetRouting else {
            return Dictionary(uniqueKeysWithValues: symbols.map { ($0, SimulatedVenue.name) })
        }
        do {
            let table = try RoutingTable(text)
            return Dictionary(uniqueKeysWithValues: try symbols.map { ($0, try table.broker(for: $0)) })
        } catch {
            throw CommandFailure(
                .configuration, "ASSET_ROUTING: \(error)", fix: "for example ASSET_ROUTING=BTCUSDT:bitget,SBER:tinkoff")
        }
    }

    /// A ledger keeps the plan it began with; going on with another market is refused.
    private static func bind(_ ledger: Ledger, to wanted: ReplayPlan) throws -> ReplayPlan {
        guard let text = try ledger.reader.meta()[ReplayPlan.metaKey] else {
            var commit = LedgerCommit()
            commit.meta[ReplayPlan.metaKey] = try wanted.json
            commit.meta[LedgerMetaKey.programVersion] = AiTrade.version
            _ = try ledger.commit(commit)
            return wanted
        }
        let stored = try ReplayPlan(json: text)
        var comparable = stored
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

    /// How a replay ended.
    struct End {
        var outcome: RunOutcome
        var engine: Engine
        var newBars: Int
    }

    func run() async throws -> End {
        let broker = SimulatedBroker(market)
        let router = ExecutionRouter(brokers: [broker])
        let setup = RunSetup(
            runId: runId, pid: ProcessInfo.processInfo.processIdentifier, mode: "backtest",
            configuration: plan.configuration(
                artifact: file.digest, account: Self.account, budget: settings.budget, limits: settings.limits,
                brokers: [:], capabilities: SimulatedVenue.capabilities),
            market: SimulatedVenue.name, startsAt: plan.from,
            signals: SignalBook(bars.rows), sleep: request.sleep,
            maxSteps: request.maxSteps, stateFolder: URL(filePath: request.stateFolder),
            wallClock: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
            uptime: { Duration.nanoseconds(Int64(DispatchTime.now().uptimeNanoseconds)) },
            rebuildVenue: { try await broker.rebuild($0) })
        let loop = TradingLoop(setup: setup, ledger: ledger, router: router, log: Logger(label: "runner"))
        announce()
        let listener = await StopSignals.forward(to: { await loop.requestStop() })
        defer { listener.cancel() }
        let end = try await loop.run()
        try ledger.close()
        return End(outcome: end.outcome, engine: end.engine, newBars: end.bars)
    }

    private func announce() {
        plan.shortfalls(budget: settings.budget, bars: bars.series).forEach(Output.warn)
        guard !request.isQuiet else { return }
        print("Replaying \(plan.symbols.map(\.name).joined(separator: ", ")) \(plan.interval) bars", terminator: " ")
        print("from \(Output.time(plan.from)) UTC through the simulated broker.")
        if !settings.unsetLimits.isEmpty {
            print("Limits that nobody set: \(settings.unsetLimits.joined(separator: ", ")).")
        }
        if let end = bars.endOfRows { print("No signals after the artifact's end: \(end)") }
        print("Ledger \(ledger.path), run \(runId).")
        Output.flush()
    }
}
