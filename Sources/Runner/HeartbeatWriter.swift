import Core
import Engine
import Foundation
import Storage

/// Writes the heartbeat file. A beat that cannot be written is not worth stopping for: the watchdog will see its age.
struct HeartbeatWriter: Sendable {
    private let setup: RunSetup
    private let path: String
    private var sequence = 0
    private var progress = 0
    private var progressAt: Duration?
    private var lastBeat: Duration?
    private var lastState: Heartbeat.State?
    private var brokers: [BrokerName: Heartbeat.BrokerBeat] = [:]
    var lastSignalTime: Timestamp?
    var lastError: String?

    init(setup: RunSetup) {
        self.setup = setup
        path = setup.stateFolder.appending(path: "runner_heartbeat.json").path
    }

    /// Takes note of a signal, of news from a venue, and of a venue that did not answer.
    mutating func note(_ event: EngineEvent) {
        // A deadline that leads to nothing is no progress: what it leads to comes back as other events.
        if event != .deadline { advanced() }
        switch event {
        case .signal(let row): lastSignalTime = row.time
        // A batch without news only says what time it is.
        case .venue(let batch) where !batch.events.isEmpty: heard(batch.broker, after: nil)
        case .unreachable(let broker, let error):
            lastError = "\(broker): \(error)"
            let last = brokers[broker]
            brokers[broker] = Heartbeat.BrokerBeat(
                connected: false, lastSuccessAt: last?.lastSuccessAt, roundTripMs: last?.roundTripMs ?? 0,
                error: "\(error)")
        case .refused(let symbol, _, let error): lastError = "\(symbol): the venue refused an order: \(error)"
        case .venue, .configured, .joined, .reported, .silent, .absent, .cancelRefused, .amendRefused, .snapshot,
            .kill,
            .release, .deadline, .reconcile, .operated, .regime:
            break
        }
    }

    /// Something was taken in, or a wait was served as intended.
    mutating func advanced() {
        progress += 1
        progressAt = setup.uptime()
    }

    /// A broker was heard of; `span` is how long it took to answer, when it was asked.
    mutating func heard(_ broker: BrokerName, after span: Duration?) {
        let milliseconds = span.map { Double($0.components.seconds) * 1e3 + Double($0.components.attoseconds) / 1e15 }
        brokers[broker] = Heartbeat.BrokerBeat(
            connected: true, lastSuccessAt: setup.wallClock(),
            roundTripMs: milliseconds ?? brokers[broker]?.roundTripMs ?? 0)
    }

    /// Writes a beat, unless the last one of the same state is younger than `wait`.
    mutating func beat(_ state: Heartbeat.State, _ engine: Engine, wait: Duration) {
        let uptime = setup.uptime()
        if state == lastState, let lastBeat, uptime - lastBeat < wait { return }
        lastState = state
        lastBeat = uptime
        sequence += 1
        setup.notify(ServiceNote(state, status: status(engine)))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(heartbeat(state, engine)) else { return }
        try? AtomicFile.write(Array(data), to: path, durability: .processCrash) {
            switch $0 {
            case .opened: setup.crash(.beatOpened)
            case .written: setup.crash(.beatWritten)
            case .placed: setup.crash(.beatPlaced)
            }
        }
    }

    /// One line for the service manager.
    private func status(_ engine: Engine) -> String {
        let open = engine.desks.filter { !$0.position.isFlat }.count
        let kill = engine.kill.isEngaged ? ", kill switch engaged" : ""
        return "\(setup.mode), \(open) open position\(open == 1 ? "" : "s")\(kill), beat \(sequence)"
    }

    private func heartbeat(_ state: Heartbeat.State, _ engine: Engine) -> Heartbeat {
        let at = setup.wallClock()
        let stalled = progressAt.map { setup.uptime() - $0 } ?? .zero
        var positions: [String: Quantity] = [:]
        for desk in engine.desks where !desk.position.isFlat { positions[desk.symbol.name] = desk.position.quantity }
        let silent = Heartbeat.BrokerBeat(connected: false, lastSuccessAt: nil, roundTripMs: 0)
        let names = engine.configuration?.brokers ?? []
        let beats = names.map { ($0.text, brokers[$0] ?? silent) }
        return Heartbeat(
            runId: setup.runId, pid: setup.pid, sequence: sequence, at: at, state: state, mode: setup.mode,
            killed: engine.kill.isEngaged, positions: positions,
            workingOrders: engine.desks.reduce(0) { $0 + $1.openOrders.count },
            unprotectedSeconds: engine.unprotectedSpan(at: engine.now).seconds,
            unprotectedNotionalSeconds: engine.unprotectedByCurrency(at: engine.now),
            lastSignalTime: lastSignalTime, marketTime: engine.now,
            brokers: Dictionary(uniqueKeysWithValues: beats), lastError: lastError,
            processStart: setup.process?.startTicks, bootId: setup.process?.bootId, progress: progress,
            stalledSeconds: stalled / .seconds(1))
    }
}
