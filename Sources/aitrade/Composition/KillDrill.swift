import Brokers
import Core
import Engine
import Foundation
import Logging
import Router
import Runner
import Storage

/// Rehearses a whole halt in real time: two simulated brokers with positions and stops, a folder of its own with its
/// own ledger and kill-switch file, and requests that get lost by seed. The real state is not touched.
struct KillDrill {
    let seed: UInt64
    let failurePercent: Int

    /// So long a drill may take.
    private static let patience = Duration.seconds(60)

    /// Every bar's close asks for half the budget, protected from both sides.
    private struct Rows: SignalSource {
        func row(_ symbol: Symbol, _ bar: Bar, at time: Timestamp) -> SignalRow? {
            SignalRow(
                symbol: symbol, time: time, target: 0.5, confidence: 1, stop: bar.close * 0.9,
                takeProfit: bar.close * 1.1, fold: 0)
        }
    }

    /// Runs the drill.
    ///
    /// - Throws: `CommandFailure` when the rehearsal could not begin or did not come to an end.
    func run() async throws -> DrillRecord {
        let folder = FileManager.default.temporaryDirectory.appending(path: "aitrade-drill-\(UUID().uuidString)")
        try AtomicFile.createFolder(folder.path)
        defer { try? FileManager.default.removeItem(at: folder) }
        let brokers = ["drill-one", "drill-two"].map(broker)
        let ledger = try Ledger(
            path: folder.appending(path: "trades.sqlite").path,
            identity: LedgerIdentity(mode: "backtest", account: "drill"))
        let loop = VenueLoop(
            setup: setup(brokers, folder), ledger: ledger,
            router: ExecutionRouter(brokers: brokers, limits: RouterLimits(answer: .seconds(2))),
            log: Logger(label: "drill") { _ in SwiftLogNoOpLogHandler() })
        let run = Task { try await loop.run() }
        let open = try await whenOpen(brokers)
        try AtomicFile.write(
            Array(#"{"enabled": true, "reason": "drill"}"#.utf8), to: folder.appending(path: "kill_switch.json").path)
        let guardian = Task {
            try await Task.sleep(for: Self.patience)
            await loop.requestStop()
            await loop.requestStop()
        }
        let end = try await run.value
        guardian.cancel()
        guard let halt = HaltRecord.all(in: try ledger.reader.meta()).last else {
            throw CommandFailure(.haltedNotFlat, "the drill was not halted (\(end.outcome))", fix: "report this")
        }
        try ledger.close()
        var (isFlat, lost) = (end.outcome == .halted(reason: "drill"), 0)
        for broker in brokers {
            isFlat = await broker.truth().isFlat && isFlat
            lost += await broker.failures
        }
        return DrillRecord(
            halt: halt, seed: seed, positions: open.positions, orders: open.orders, lostMessages: lost, isFlat: isFlat)
    }

    private func broker(_ name: String) -> StandingBroker {
        let prices = Self.instruments(name).map { (instrument: $0, price: 100.0) }
        return StandingBroker(
            name: BrokerName(name), prices: prices, failurePercent: failurePercent, seed: seed, now: Self.wall,
            pause: { try await Task.sleep(for: $0) })
    }

    private static func instruments(_ broker: String) -> [Instrument] {
        let cent = FixedDecimal(1).divided(by: FixedDecimal(100))
        return ["A", "B"].compactMap { Symbol("\(broker.uppercased().filter(\.isLetter))\($0)") }.map {
            Instrument(
                symbol: $0, tick: Price(cent), lotStep: Quantity(cent), minimumQuantity: .zero, minimumNotional: .zero,
                quote: Currency("USDT"))
        }
    }

    private static func wall() -> Timestamp {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    private func setup(_ brokers: [StandingBroker], _ folder: URL) -> RunSetup {
        let assets = brokers.flatMap { broker in
            Self.instruments(broker.name.text).map {
                AssetConfiguration(
                    instrument: $0, broker: broker.name, capabilities: broker.capabilities,
                    budget: Money(FixedDecimal(1000)))
            }
        }
        let configuration = EngineConfiguration(
            account: "drill", artifact: "drill", assets: assets, limits: RiskLimits(),
            timing: EngineTiming(answerDeadline: .seconds(1)), reconcile: ReconcileRules())
        return RunSetup(
            runId: "drill", pid: ProcessInfo.processInfo.processIdentifier, mode: "backtest",
            configuration: configuration, market: BrokerName("drill-one"), startsAt: Self.wall(), signals: Rows(),
            sleep: .zero, maxSteps: nil, stateFolder: folder, wallClock: Self.wall,
            uptime: { Duration.nanoseconds(Int64(DispatchTime.now().uptimeNanoseconds)) }, rebuildVenue: { _ in })
    }

    /// Waits until every broker holds its positions with their stops, or as long as that may take with lost requests.
    private func whenOpen(_ brokers: [StandingBroker]) async throws -> (positions: Int, orders: Int) {
        let start = ContinuousClock.now
        var (last, changedAt) = ((positions: 0, orders: 0), start)
        while true {
            var (positions, orders) = (0, 0)
            for broker in brokers {
                let truth = await broker.truth()
                positions += truth.positions.count
                orders += truth.openOrders.count
            }
            if positions == 4, orders >= 8 { return (positions, orders) }
            // An entry that got lost is not tried again: what stands for a while is all there will be.
            if last != (positions, orders) { (last, changedAt) = ((positions, orders), ContinuousClock.now) }
            if positions > 0, ContinuousClock.now - changedAt > .seconds(3) { return last }
            guard ContinuousClock.now - start < Self.patience else {
                throw CommandFailure(.checkFailed, "nothing was opened to rehearse with", fix: "try another --seed")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
