import Brokers
import Core
import Engine
import Foundation
import Logging
import Router
import Runner
import Simulator
import Storage

/// Gets the venues of a live or paper ledger flat without their runner, whose folder is fenced.
struct LiveEmergency {
    let settings: Settings
    let mode: ExecutionMode
    let stateFolder: URL
    let log: Logger
    /// A killed runner that hangs in the kernel with its locks.
    var doomed: Int32?

    /// Goes on with the latched kill sequence, exactly as a restarted runner would.
    ///
    /// - Throws: `VenueError` when a venue cannot be reached, `InstanceLockError` when another process trades there.
    func throughTheLedger(
        _ ledger: Ledger, runId: String, reason: String, _ notify: @escaping @Sendable (ServiceNote) -> Void
    ) async throws -> EmergencyFlatten.Result {
        let recovered = try Recovery(reader: ledger.reader).replay(version: ProgramBuild.name, rebuildsVenue: false)
        guard let configuration = recovered.engine.configuration else {
            return EmergencyFlatten.Result(way: .nothing, isFlat: true)
        }
        return try await atTheVenues(configuration) { venues in
            // A venue that refuses ends this way: the next one closes what it can, tells people and comes again.
            let loop = try await self.loop(venues, configuration, .end, ledger, runId: runId) { setup in
                (setup.haltReason, setup.notify) = (reason, notify)
                setup.haltWantedAt = KillSwitchFile(folder: self.stateFolder).changedAt
            }
            let listener = await StopSignals.forward(to: { await loop.requestStop() })
            defer { listener.cancel() }
            let end = try await loop.run()
            return EmergencyFlatten.Result(end.outcome, end.engine)
        }
    }

    /// Compares the books of a stopped run with its venues, or closes everything while the kill switch is engaged.
    ///
    /// - Throws: As ``throughTheLedger(_:runId:reason:_:)``.
    func reconcile(_ ledger: Ledger, within limit: Duration) async throws -> ReconcileAnswer {
        let recovered = try Recovery(reader: ledger.reader).replay(version: ProgramBuild.name, rebuildsVenue: false)
        guard let configuration = recovered.engine.configuration else { return try await compareUnopened(ledger) }
        return try await atTheVenues(configuration) { venues in
            try await loop(venues, configuration, .leave, ledger, runId: "reconcile-\(getpid())") { _ in }
                .reconcile(within: limit)
        }
    }

    /// A loop without signals over started venues.
    private func loop(
        _ venues: LiveVenues, _ configuration: EngineConfiguration, _ refusals: StartTerms.Refusals, _ ledger: Ledger,
        runId: String, _ adjust: (inout RunSetup) -> Void
    ) async throws -> VenueLoop {
        let terms = StartTerms(known: configuration, refusals: refusals)
        try await venues.start(interval: nil, barsAfter: [:], terms, patience: { _ in LiveVenues.patience }, log)
        let brokers = await venues.brokers(
            configuration.assets.map(\.instrument), settings, costs: .free, ledger: ledger.reader)
        var setup = RunSetup(
            runId: runId, pid: getpid(), mode: mode.rawValue, configuration: configuration,
            market: configuration.brokers.first ?? BrokerName(""), startsAt: .epoch,
            signals: SignalBook([SignalRow]()), sleep: .zero, maxSteps: nil, stateFolder: stateFolder,
            wallClock: SystemTime.wall, uptime: SystemTime.uptime, rebuildVenue: { _ in })
        setup.process = .current
        (setup.rebuildsVenue, setup.resumeVenue, setup.version) = (false, brokers.resume, ProgramBuild.name)
        if mode == .live { setup.absence = { [late = venues.late] in late.reason(for: $0) } }
        adjust(&setup)
        return VenueLoop(setup: setup, ledger: ledger, router: ExecutionRouter(brokers: brokers.all), log: log)
    }

    /// Closes everything without the books. Simulated fills leave nothing open once their books are out of reach.
    func withoutTheLedger(_ reader: LedgerReader) async throws -> EmergencyFlatten.Result {
        let recovered = try Recovery(reader: reader).replay(version: ProgramBuild.name, rebuildsVenue: false)
        guard mode == .live, let configuration = recovered.engine.configuration else {
            return EmergencyFlatten.Result(way: .nothing, isFlat: true)
        }
        let identity = EmergencyIdentity(
            configuration, ledger: reader.path, killFile: KillSwitchFile(folder: stateFolder))
        return try await atTheVenues(configuration) { venues in
            _ = try await venues.instruments(StartTerms(known: configuration, refusals: .leave))
            let router = ExecutionRouter(brokers: venues.seats.map(\.venue))
            return EmergencyFlatten.Result(await router.closeAllPositions { identity.name($0, $1, $2) })
        }
    }

    /// Closes everything when no ledger can be read at all: at the venues that the last beat and the settings name.
    func bySettingsAlone(_ beat: Heartbeat?) async throws -> EmergencyFlatten.Result {
        let known = EmergencyRoutes(settings, beat)
        guard !known.routes.isEmpty else {
            throw CommandFailure(
                .configuration, (known.problems + ["there are no keys of any venue"]).joined(separator: "; "),
                fix: "give the watchdog the runner's settings")
        }
        let venueSettings = settings.venues
        // The switch was pulled once; each attempt after it has the same names.
        let moment = KillSwitchFile(folder: stateFolder).engagedAt ?? SystemTime.wall()
        return try await atTheVenues(try LiveVenues(known.routes, mode: mode, settings: settings)) { venues in
            await Self.readRules(venues)
            let router = ExecutionRouter(brokers: venues.seats.map(\.venue))
            let closed = await router.closeAllPositions { broker, symbol, leg in
                HourlyIdentity.name(
                    broker, account: Venues.account(broker, venueSettings), symbol, leg, at: moment)
            }
            var result = EmergencyFlatten.Result(closed)
            result.problems = known.problems + result.problems
            if !known.problems.isEmpty { result.isFlat = false }
            return result
        }
    }

    /// Asks for rules, for as long as a venue may take; one that does not tell them is closed all the same.
    private static func readRules(_ venues: LiveVenues) async {
        await withTaskGroup(of: Void.self) { group in
            for seat in venues.seats {
                group.addTask {
                    let deadline = Deadline(limit: .seconds(4)) { try await Task.sleep(for: $0) }
                    _ = try? await deadline.run(seat.venue.name) { try await seat.venue.instruments(seat.symbols) }
                }
            }
        }
    }

    private func atTheVenues<Result: Sendable>(
        _ configuration: EngineConfiguration, _ body: (LiveVenues) async throws -> Result
    ) async throws -> Result {
        try await atTheVenues(try LiveVenues(configuration, mode: mode, settings: settings), body)
    }

    private func atTheVenues<Result: Sendable>(
        _ venues: LiveVenues, _ body: (LiveVenues) async throws -> Result
    ) async throws -> Result {
        let locks = try venues.lock(except: doomed)
        defer { locks.forEach { $0.release() } }
        do {
            let result = try await body(venues)
            await venues.stop()
            return result
        } catch {
            await venues.stop()
            throw error
        }
    }
}
