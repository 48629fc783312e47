import Brokers
import Core
import Engine
import Foundation
import Logging
import Router
import Runner
import Storage
import Synchronization
import Testing

/// Two or three venues that live in real time, and a loop over them.
struct VenueScenario: Sendable {
    let state: TemporaryState
    let clock = FastClock()
    /// How far somebody set the machine's clock; the venues have their own.
    let clockSet = ClockSet()
    let brokers: [StandingBroker]
    let target: Double
    var alerts: AlertQueue?
    /// Looks on at each of the points where a crash could be.
    var probe: CrashProbe = { _ in }

    /// Half the budget long at each close, with stop and take-profit.
    private struct Rows: SignalSource {
        let target: Double

        func row(_ symbol: Symbol, _ bar: Bar, at time: Timestamp) -> SignalRow? {
            SignalRow(
                symbol: symbol, time: time, target: target, confidence: 1, stop: target == 0 ? nil : bar.close * 0.9,
                takeProfit: nil, fold: 0)
        }
    }

    /// How long an order may go unanswered, and what is on its way is waited for at a stop.
    let patience: TimeSpan

    init(
        _ names: [String] = ["one", "two"], failurePercent: Int = 0, seed: UInt64 = 1, target: Double = 0.5,
        patience: TimeSpan = .seconds(5)
    ) throws {
        state = try TemporaryState()
        (self.target, self.patience) = (target, patience)
        let clock = clock
        brokers = try names.map { name in
            StandingBroker(
                name: BrokerName(name), prices: [(try Self.instrument(of: name), 100)],
                failurePercent: failurePercent, seed: seed, now: { clock.wall() },
                pause: { try await clock.sleep(for: $0) })
        }
    }

    static func symbol(of broker: String) throws -> Symbol { try #require(Symbol(broker.uppercased())) }

    static func instrument(of broker: String) throws -> Instrument {
        Instrument(
            symbol: try symbol(of: broker), tick: try #require(Price("0.01")), lotStep: try #require(Quantity("0.001")),
            minimumQuantity: .zero, minimumNotional: .zero, quote: Currency("USDT"))
    }

    private func configuration() throws -> EngineConfiguration {
        let assets = try brokers.map {
            AssetConfiguration(
                instrument: try Self.instrument(of: $0.name.text), broker: $0.name, capabilities: $0.capabilities,
                budget: Money(FixedDecimal(1000)))
        }
        return EngineConfiguration(
            account: "test", artifact: "test", assets: assets, limits: RiskLimits(),
            timing: EngineTiming(answerDeadline: patience, unprotectedBudget: .seconds(60)),
            reconcile: ReconcileRules())
    }

    /// A loop over the venues as they are, and its ledger.
    func loop() throws -> (loop: VenueLoop, ledger: Ledger) {
        let ledger = try state.ledger()
        return (try loop(in: state, ledger: ledger), ledger)
    }

    /// A loop over the venues as they are, with a state folder and a ledger of its own.
    func loop(in state: TemporaryState, ledger: Ledger) throws -> VenueLoop {
        let clock = clock
        var setup = RunSetup(
            runId: "test", pid: 1, mode: "backtest", configuration: try configuration(), market: BrokerName("one"),
            startsAt: clock.wall(), signals: Rows(target: target), sleep: .zero, maxSteps: nil, stateFolder: state.url,
            wallClock: { [clockSet] in clock.wall() + clockSet.offset }, uptime: { clock.uptime() },
            rebuildVenue: { _ in })
        (setup.alerts, setup.crash) = (alerts, probe)
        let router = ExecutionRouter(brokers: brokers, limits: RouterLimits(answer: .seconds(10)), clock: clock)
        return VenueLoop(setup: setup, ledger: ledger, router: router, log: Logger(label: "test"), clock: clock)
    }

    /// A ledger in `target` with this one's journal, each row changed by `change`.
    func rewrittenJournal(
        into target: TemporaryState, _ change: (Int, JournalDraft) -> JournalDraft
    ) throws -> Ledger {
        var commit = LedgerCommit()
        try LedgerReader(path: state.ledgerPath).readJournal { row in
            commit.journal.append(change(commit.journal.count, row.draft))
        }
        let ledger = try target.ledger()
        try ledger.commit(commit)
        return ledger
    }

    /// Runs a loop while `body` watches; `body` has to bring it to an end.
    func run(_ body: (VenueLoop) async throws -> Void) async throws -> RunOutcome {
        let (loop, ledger) = try loop()
        let run = Task { try await loop.run() }
        do {
            try await body(loop)
        } catch {
            for _ in 0..<2 { await loop.requestStop() }
            _ = try await run.value
            throw error
        }
        let end = try await run.value
        try ledger.close()
        return end.outcome
    }

    func kill() throws {
        try state.write(#"{"enabled": true, "reason": "test"}"#, to: "kill_switch.json")
    }

    /// Waits until `condition` holds.
    func until(_ what: String, _ condition: () async throws -> Bool) async throws {
        for _ in 0..<4_000 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("waited in vain: \(what)")
        throw CancellationError()
    }

    /// Waits until a venue holds a protected position.
    func untilProtected(_ broker: StandingBroker) async throws {
        try await until("\(broker.name) is protected") {
            let truth = await broker.truth()
            return truth.positions.count == 1 && truth.openOrders.count == 1
        }
    }

    /// What `runner_state.json` says of one asset.
    func asset(_ broker: String, _ key: String) throws -> String? {
        guard let form = try? state.json("runner_state.json") as? [String: Any] else { return nil }
        let assets = form["assets"] as? [[String: Any]] ?? []
        return assets.first { $0["broker"] as? String == broker }?[key] as? String
    }
}

/// By how much a clock was set.
final class ClockSet: Sendable {
    private let state = Mutex(TimeSpan.zero)

    var offset: TimeSpan { state.withLock { $0 } }

    func set(by span: TimeSpan) { state.withLock { $0 = $0 + span } }
}
