public import Core
public import Engine
public import Foundation
public import Storage

/// Where the signal rows of a run come from.
public protocol SignalSource: Sendable {
    /// The row decided at the close of `bar`, which completed at `time`; nil when there is none.
    func row(_ symbol: Symbol, _ bar: Bar, at time: Timestamp) -> SignalRow?
}

/// Everything a run needs beside its ledger and its brokers.
public struct RunSetup: Sendable {
    /// Names this run.
    public var runId: String
    /// This process.
    public var pid: Int32
    /// `backtest`, `paper` or `live`.
    public var mode: String
    /// The engine's settings.
    public var configuration: EngineConfiguration
    /// The broker whose news drive the loop.
    public var market: BrokerName
    /// The moment before the first news.
    public var startsAt: Timestamp
    /// The rows to act on.
    public var signals: any SignalSource
    /// How long to wait after each completed bar.
    public var sleep: Duration
    /// How many completed bars to take at most.
    public var maxSteps: Int?
    /// The folder of the ledger, the heartbeat and the kill switch.
    public var stateFolder: URL
    /// The wall clock.
    public var wallClock: @Sendable () -> Timestamp
    /// Time since some fixed moment, never set back.
    public var uptime: @Sendable () -> Duration
    /// What tells the engine events besides venues and signals.
    public var feed: (any EventFeed)?
    /// The limits that nobody set, by key, to be shown.
    public var unsetLimits: [String] = []
    /// This process with the moment it started; nil where the system does not say.
    public var process: ProcessIdentity?
    /// Engages the kill switch right after recovery, whatever its file says; for a watchdog that takes over.
    public var haltReason: String?
    /// Since when that is wanted, by the wall clock: what fencing and starting take is a part of the halt. nil counts
    /// from the loop's start.
    public var haltWantedAt: Timestamp?
    /// Tells the service manager what the loop is doing; called by the loop itself with each beat.
    public var notify: @Sendable (ServiceNote) -> Void = { _ in }
    /// Why a broker was not started yet: until it is, its account is read to close what is there and not to trade; nil
    /// once it was.
    public var absence: @Sendable (BrokerName) -> VenueError? = { _ in nil }
    /// Carries alerts to people; nil leaves them in the log.
    public var alerts: AlertQueue?
    /// Told of every moment at which a crash leaves something different behind; for tests.
    public var crash: CrashProbe = { _ in }
    /// The version of the program: journal rows of another version are followed and need not be decided alike.
    public var version = ""
    /// Whether ``rebuildVenue`` needs to be told what the venue told and was told.
    public var rebuildsVenue = true
    /// Brings venues that live in this process to where the recovered books left them; does nothing for real venues.
    public var resumeVenue: @Sendable (Engine) async throws -> Void = { _ in }
    /// Brings a venue that lives in this process to where the journal left it; does nothing for real venues.
    public var rebuildVenue: @Sendable ([RecordedStep]) async throws -> Void

    /// A setup from its parts.
    public init(
        runId: String, pid: Int32, mode: String, configuration: EngineConfiguration, market: BrokerName,
        startsAt: Timestamp, signals: any SignalSource, sleep: Duration, maxSteps: Int?, stateFolder: URL,
        wallClock: @escaping @Sendable () -> Timestamp, uptime: @escaping @Sendable () -> Duration,
        rebuildVenue: @escaping @Sendable ([RecordedStep]) async throws -> Void
    ) {
        (self.runId, self.pid, self.mode, self.configuration) = (runId, pid, mode, configuration)
        (self.market, self.startsAt, self.signals) = (market, startsAt, signals)
        (self.sleep, self.maxSteps, self.stateFolder) = (sleep, maxSteps, stateFolder)
        (self.wallClock, self.uptime, self.rebuildVenue) = (wallClock, uptime, rebuildVenue)
    }
}
