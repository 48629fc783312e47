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

/// What `aitrade run` in live or paper mode was asked for.
struct LiveRequest {
    var mode: ExecutionMode
    var signals: String
    var assets: [Symbol]?
    var stateFolder: String
    var barFolder: String
    /// Go on until stopped; otherwise act on the newest bar of each asset and stop.
    var isLoop: Bool
    var startNew: Bool
    var sleep: Duration
    var maxSteps: Int?
    var isQuiet: Bool
}

/// A run on venues: live orders, or live prices with simulated fills.
struct LiveRun {
    /// After acting once, orders, protections and differences get at most this long to settle.
    private static let settling = Duration.seconds(30)

    let request: LiveRequest
    let settings: Settings
    let file: ArtifactFile
    let assets: [Symbol]
    let venues: LiveVenues

    /// Reads the artifact and the settings; nothing is asked and nothing written yet.
    init(request: LiveRequest, settings: Settings) throws {
        self.request = request
        self.settings = settings
        file = try ArtifactFile(path: request.signals)
        assets = try file.assets(request.assets).map(\.symbol).sorted()
        try LogSetup.check(settings.log)
        try Self.requireAll(assets, of: file, isRehearsal: settings.venues.isRehearsal)
        venues = try LiveVenues(try Venues.routes(assets, settings), mode: request.mode, settings: settings)
    }

    /// In universal mode the production window is counted on the bars of all assets: with some of them left out their
    /// bars would never be heard, and it would end too late.
    private static func requireAll(_ assets: [Symbol], of file: ArtifactFile, isRehearsal: Bool) throws {
        let left = file.artifact.assets.map(\.symbol).filter { !assets.contains($0) }
        guard file.artifact.origin.mode == .universal, !left.isEmpty, !isRehearsal else { return }
        let (missing, wanted) = (left.map(\.name).joined(separator: ","), assets.map(\.name).joined(separator: ","))
        throw CommandFailure(
            .usage, "\(file.path) is universal: its windows are counted on the bars of all assets, \(missing) included",
            fix: "leave --assets out, or generate signals for these alone: aitrade signals --mode universal --assets "
                + wanted)
    }

    /// Runs until it is stopped or halted.
    func run() async throws -> Replay.End {
        do {
            let end = try await trade()
            await venues.stop()
            return end
        } catch {
            await venues.stop()
            guard error is VenueError else { throw wayOut(of: error) ?? error }
            throw Venues.failure(error)
        }
    }

    private func trade() async throws -> Replay.End {
        // What the venues say is asked before anything is written.
        let known = request.startNew ? nil : LiveVenues.known(request.stateFolder)
        // Without readings nothing would keep entries away from a venue that was left out.
        let leavesRefusing = request.isLoop && settings.reconcile.rules.interval != nil
        let terms = StartTerms(known: known, refusals: leavesRefusing ? .leaveKnown : .end)
        var reception = try await venues.instruments(terms)
        let history = try await LiveHistory(self, terms, &reception)
        let silent = Set(reception.silent.keys)
        let books = try LiveBooks(request, venues, log: settings.log)
        defer { books.release() }
        try await venues.start(
            interval: file.artifact.origin.interval, barsAfter: history.newest, terms,
            patience: { patience(with: $0, terms) }, without: silent, Logger(label: "venues"))
        let brokers = await venues.brokers(
            reception.rules, settings, costs: costs, ledger: books.ledger.reader, without: silent)
        let awaited = reception.awaited(venues, settings.venues, brokers.capabilities)
        announce(history.signals, books, awaited)
        let feed = try await RegimeSetup.feed(settings, release: .never)
        var setup = self.setup(brokers.all, reception.rules, awaited, history, books)
        let alerts = AlertRoute.queue(settings)
        (setup.feed, setup.resumeVenue, setup.alerts) = (feed, brokers.resume, alerts)
        if request.mode == .live { setup.absence = { [late = venues.late] in late.reason(for: $0) } }
        let loop = VenueLoop(
            setup: setup, ledger: books.ledger, router: ExecutionRouter(brokers: brokers.all),
            log: Logger(label: "runner"))
        welcome(reception, history, brokers, into: loop)
        let listener = await StopSignals.forward(to: { await loop.requestStop() })
        let refusals = heedRefusals(loop, alerts)
        let once = request.isLoop ? nil : Task { await Self.stopOnceSettled(loop) }
        defer {
            listener.cancel()
            refusals.cancel()
            once?.cancel()
        }
        let end = try await AlertQueue.during(alerts) { try await loop.run() }
        try books.ledger.close()
        if end.outcome == .stopped, let error = venues.late.ending { throw error }
        return Replay.End(outcome: end.outcome, engine: end.engine, newBars: end.bars)
    }

    private static func stopOnceSettled(_ loop: VenueLoop) async {
        let end = ContinuousClock.now + settling
        while ContinuousClock.now < end, await !loop.hasSettled {
            guard (try? await Task.sleep(for: .milliseconds(200))) != nil else { return }
        }
        await loop.requestStop()
    }

    private var costs: ExchangeCosts {
        let costs = file.artifact.origin.costs
        let fee = FixedDecimal(measured: costs.feeBps) ?? .zero
        return ExchangeCosts(takerFee: fee, makerFee: fee, slippage: FixedDecimal(measured: costs.slippageBps) ?? .zero)
    }

    /// A rehearsal acts on the row of the bar that closed last, however long ago, unless the age of signals was
    /// decided: nobody should have to wait for the end of a bar to see an order.
    private var limits: RiskLimits {
        var limits = settings.limits
        if settings.venues.isRehearsal, !settings.risk.hasSignalAge, let age = limits.signalExpiresAfter {
            limits.signalExpiresAfter = max(age, file.artifact.origin.interval.span)
        }
        return limits
    }

    private func setup(
        _ brokers: [any Broker], _ rules: [Instrument], _ awaited: [AwaitedVenue], _ history: LiveHistory,
        _ books: LiveBooks
    ) -> RunSetup {
        let notifier = ServiceNotifier(path: ProcessInfo.processInfo.environment["NOTIFY_SOCKET"])
        let configured = venues.seats.flatMap { seat in
            brokers.first { $0.name == seat.name }.map { assets(rules, at: seat, $0.capabilities) } ?? []
        }
        let configuration = EngineConfiguration(
            account: venues.account, artifact: file.digest.hex, assets: configured, limits: limits,
            timing: settings.protection.timing, reconcile: settings.reconcile.rules,
            protection: settings.protection.protection, orders: settings.protection.orders,
            awaited: awaited)
        var setup = RunSetup(
            runId: books.runId, pid: ProcessInfo.processInfo.processIdentifier, mode: request.mode.rawValue,
            configuration: configuration, market: configuration.brokers.first ?? BrokerName(""),
            startsAt: history.start, signals: history.signals, sleep: request.sleep, maxSteps: request.maxSteps,
            stateFolder: URL(filePath: request.stateFolder), wallClock: SystemTime.wall, uptime: SystemTime.uptime,
            rebuildVenue: { _ in })
        (setup.process, setup.notify, setup.rebuildsVenue) = (.current, { notifier?.send($0) }, false)
        (setup.unsetLimits, setup.version) = (settings.unsetLimits, ProgramBuild.name)
        return setup
    }
}
