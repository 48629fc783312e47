public import Core
import Foundation
public import Storage

/// What the runner last did, for the watchdog and for people. The keys are a contract.
public struct Heartbeat: Hashable, Codable, Sendable {
    /// What the runner is doing.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// Opening the ledger and replaying the journal.
        case starting
        /// Trading.
        case running
        /// The kill sequence is on its way to flat.
        case flattening
        /// Halted by the kill switch.
        case halted
        /// Stopped by request.
        case stopped
        /// The replay reached the end of its data.
        case finished
        /// Broken off by the error in `lastError`.
        case failed
    }

    /// How a broker is doing.
    public struct BrokerBeat: Hashable, Codable, Sendable {
        /// Whether the last exchange succeeded.
        public var connected: Bool
        /// When an exchange last succeeded, ms UTC.
        public var lastSuccessAt: Timestamp?
        /// How long the last exchange took.
        public var roundTripMs: Double
        /// Why the last exchange failed; nil when it succeeded.
        public var error: String?

        /// A beat from its parts.
        public init(connected: Bool, lastSuccessAt: Timestamp?, roundTripMs: Double, error: String? = nil) {
            (self.connected, self.lastSuccessAt) = (connected, lastSuccessAt)
            (self.roundTripMs, self.error) = (roundTripMs, error)
        }
    }

    /// Version of this form.
    public var schema = 1
    /// Names this run of the runner.
    public var runId: String
    /// The runner's process.
    public var pid: Int32
    /// Grows by one with each beat.
    public var sequence: Int
    /// When, ms UTC by the wall clock.
    public var at: Timestamp
    /// What it is doing.
    public var state: State
    /// `backtest`, `paper` or `live`.
    public var mode: String
    /// Whether the kill switch is engaged.
    public var killed: Bool
    /// Signed quantities by symbol, flat ones left out.
    public var positions: [String: Quantity]
    /// Orders that may still execute, protective ones included.
    public var workingOrders: Int
    /// For how long positions were without an armed stop so far.
    public var unprotectedSeconds: Double
    /// Value without an armed stop times seconds so far, by currency; missing where nothing ever was.
    public var unprotectedNotionalSeconds: [String: FixedDecimal]?
    /// The newest signal row acted on, ms UTC.
    public var lastSignalTime: Timestamp?
    /// The market's time; differs from `at` in a replay.
    public var marketTime: Timestamp?
    /// Every broker by name.
    public var brokers: [String: BrokerBeat]
    /// The last error, if any.
    public var lastError: String?
    /// When the process started, in clock ticks since boot; tells it apart from a later process of its number.
    public var processStart: UInt64?
    /// The boot that `processStart` counts from.
    public var bootId: String?
    /// Grows with everything the runner takes in and every wait it serves as intended. A runner that beats while this
    /// stands still goes round in circles.
    public var progress: Int?
    /// For how long `progress` has stood still, by the runner's own clock.
    public var stalledSeconds: Double?

    /// The process; nil when it did not say when it started.
    public var process: ProcessIdentity? {
        processStart.map { ProcessIdentity(pid: pid, startTicks: $0, bootId: bootId) }
    }
}

extension Heartbeat {
    /// Writes every key, also those without a value, so that a script can rely on each being there.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(schema, forKey: .schema)
        try container.encode(runId, forKey: .runId)
        try container.encode(pid, forKey: .pid)
        try container.encode(sequence, forKey: .sequence)
        try container.encode(at, forKey: .at)
        try container.encode(state, forKey: .state)
        try container.encode(mode, forKey: .mode)
        try container.encode(killed, forKey: .killed)
        try container.encode(positions, forKey: .positions)
        try container.encode(workingOrders, forKey: .workingOrders)
        try container.encode(unprotectedSeconds, forKey: .unprotectedSeconds)
        try container.encode(unprotectedNotionalSeconds, forKey: .unprotectedNotionalSeconds)
        try container.encode(lastSignalTime, forKey: .lastSignalTime)
        try container.encode(marketTime, forKey: .marketTime)
        try container.encode(brokers, forKey: .brokers)
        try container.encode(lastError, forKey: .lastError)
        try container.encode(processStart, forKey: .processStart)
        try container.encode(bootId, forKey: .bootId)
        try container.encode(progress, forKey: .progress)
        try container.encode(stalledSeconds, forKey: .stalledSeconds)
    }
}
