import Brokers
import Core
import Engine
import Foundation
import Logging
import Router
import Runner
import Signals
import Storage

/// Gets an account flat without its runner, whose folder is fenced.
///
/// With a ledger that can be written it goes on with the latched kill sequence, exactly as a restarted runner would. On
/// any failure of the books it closes everything without them, and where not even their last settings can be read, by
/// the program's own settings: then the account is flat and the books learn of it at the next start.
struct EmergencyFlatten {
    /// What became of the account.
    struct Result: Encodable {
        /// How it was closed.
        enum Way: String, Encodable {
            /// By the kill sequence, written down in the ledger.
            case killSequence
            /// Without the ledger.
            case closeOut
            /// Nothing was ever traded.
            case nothing
            /// The venue could not be reached or rebuilt.
            case none
        }

        /// One position that is left.
        struct Open: Encodable {
            let broker: String
            let symbol: Symbol
            let quantity: Quantity
        }

        var way: Way
        var isFlat: Bool
        /// Whether trying again may help.
        var isWorthRepeating = false
        var stillOpen: [Open] = []
        var openOrders = 0
        var problems: [String] = []
    }

    let stateFolder: URL
    let bars: String?
    let reason: String
    let runId: String
    let log: Logger
    let settings: Settings
    /// The runner's last beat, if it can be read.
    var beat: Heartbeat?
    /// A killed runner that hangs in the kernel, its locks with it; its ledger is not written.
    var doomed: Int32?
    /// Told with each beat of the kill sequence.
    let notify: @Sendable (ServiceNote) -> Void

    private var ledgerPath: String { stateFolder.appending(path: "trades.sqlite").path }

    /// Closes everything.
    func run() async -> Result {
        var problems: [String] = []
        if doomed == nil {
            do {
                return try await throughTheLedger()
            } catch {
                problems.append("not through the ledger: \(Self.words(error))")
                log.critical("the kill sequence broke off", metadata: ["error": "\(Self.words(error))"])
            }
        }
        do {
            var result = try await withoutTheLedger()
            result.problems = problems + result.problems
            return result
        } catch {
            problems.append("not by the ledger's settings: \(Self.words(error))")
            log.critical("the ledger cannot be read", metadata: ["error": "\(Self.words(error))"])
        }
        return await bySettingsAlone(problems)
    }

    /// The last way: the ledger tells nothing any more. What ran in backtest or paper mode holds nothing anywhere else.
    private func bySettingsAlone(_ problems: [String]) async -> Result {
        var result = Result(way: .none, isFlat: false)
        if EmergencyRoutes.isLive(settings, beat) {
            do {
                result = try await live(.live).bySettingsAlone(beat)
            } catch {
                result.problems.append(Self.words(error))
                // Missing keys do not come by themselves; a venue or a lock may.
                result.isWorthRepeating = !(error is CommandFailure)
            }
        }
        result.problems = problems + result.problems
        return result
    }

    private func live(_ mode: ExecutionMode) -> LiveEmergency {
        LiveEmergency(settings: settings, mode: mode, stateFolder: stateFolder, log: log, doomed: doomed)
    }

    private static func words(_ error: any Error) -> String {
        (error as? any ExplainedError)?.problem ?? (error as? CommandFailure)?.problem ?? "\(error)"
    }

    // MARK: With the books

    private func throughTheLedger() async throws -> Result {
        let identity = try LedgerReader(path: ledgerPath).identity()
        let ledger = try Ledger(path: ledgerPath, identity: identity)
        defer { try? ledger.close() }
        if let mode = ExecutionMode(rawValue: identity.mode), mode != .backtest {
            return try await live(mode).throughTheLedger(ledger, runId: runId, reason: reason, notify)
        }
        let venue = try EmergencyVenue(ledger.reader, bars: bars)
        guard let configuration = venue.configuration else { return Result(way: .nothing, isFlat: true) }
        let broker = venue.untouched()
        var setup = RunSetup(
            runId: runId, pid: getpid(), mode: identity.mode, configuration: configuration, market: broker.name,
            startsAt: venue.plan.from, signals: SignalBook([SignalRow]()), sleep: .zero, maxSteps: nil,
            stateFolder: stateFolder, wallClock: SystemTime.wall, uptime: SystemTime.uptime,
            rebuildVenue: { try await broker.rebuild($0) })
        (setup.process, setup.haltReason, setup.notify) = (.current, reason, notify)
        setup.haltWantedAt = KillSwitchFile(folder: stateFolder).changedAt
        let loop = TradingLoop(
            setup: setup, ledger: ledger, router: ExecutionRouter(brokers: [broker]), log: log)
        let listener = await StopSignals.forward(to: { await loop.requestStop() })
        defer { listener.cancel() }
        let end = try await loop.run()
        return Result(end.outcome, end.engine)
    }

    // MARK: Without the books

    private func withoutTheLedger() async throws -> Result {
        let copy = LedgerCopy(path: ledgerPath)
        defer { copy.remove() }
        let reader = try copy.reader()
        if let mode = ExecutionMode(rawValue: try reader.identity().mode), mode != .backtest {
            return try await live(mode).withoutTheLedger(reader)
        }
        let venue = try EmergencyVenue(reader, bars: bars)
        guard let configuration = venue.configuration else { return Result(way: .nothing, isFlat: true) }
        let identity = EmergencyIdentity(
            configuration, ledger: reader.path, killFile: KillSwitchFile(folder: stateFolder))
        let router = ExecutionRouter(brokers: [SelfMovingBroker(try await venue.rebuilt())])
        return Result(await router.closeAllPositions { identity.name($0, $1, $2) })
    }
}

extension EmergencyFlatten.Result {
    /// What a kill sequence came to.
    init(_ outcome: RunOutcome, _ engine: Engine) {
        self.init(way: .killSequence, isFlat: false)
        if case .halted = outcome {
            isFlat = true
            return
        }
        stillOpen = engine.desks.filter { !$0.position.isFlat }.map {
            Open(broker: $0.broker.text, symbol: $0.symbol, quantity: $0.position.quantity)
        }
        openOrders = engine.desks.reduce(0) { $0 + $1.openOrders.count }
        problems = ["broken off before everything was proven flat"]
    }

    /// What closing without the books came to.
    init(_ closed: [CloseOut]) {
        self.init(way: .closeOut, isFlat: closed.allSatisfy(\.isFlat), isWorthRepeating: true)
        for broker in closed where !broker.isFlat {
            problems += broker.errors.suffix(3).map { "\(broker.broker): \($0)" }
            guard let last = broker.lastRead else {
                problems.append("\(broker.broker) never answered: nobody knows what it holds")
                continue
            }
            openOrders += last.openOrders.count
            stillOpen += last.positions.map {
                Open(broker: broker.broker.text, symbol: $0.symbol, quantity: $0.quantity)
            }
        }
    }
}

/// A ledger that is read on a disk where nothing can be written: where it is when that works, else from a copy on
/// another disk (reading a database needs a little room beside it).
struct LedgerCopy {
    let path: String
    private let folder: URL

    init(path: String) {
        self.path = path
        folder = FileManager.default.temporaryDirectory.appending(
            path: "aitrade-emergency-\(UUID().uuidString)", directoryHint: .isDirectory)
    }

    /// A reader of the ledger or of its copy.
    func reader() throws -> LedgerReader {
        do {
            let reader = try LedgerReader(path: path)
            _ = try reader.journalLength()
            return reader
        } catch .missing(let path) {
            throw LedgerError.missing(path: path)
        } catch {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let copy = folder.appending(path: "trades.sqlite").path
            for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
            }
            return try LedgerReader(path: copy)
        }
    }

    /// Removes the copy, if one was made.
    func remove() {
        try? FileManager.default.removeItem(at: folder)
    }
}
