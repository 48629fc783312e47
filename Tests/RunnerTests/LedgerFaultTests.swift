import Brokers
import Core
import Foundation
import Logging
import Router
import Runner
import Simulator
import Storage
import Synchronization
import Testing

/// When nothing can be written down any more: nothing opens, and everything can still be closed.
@Suite struct LedgerFaultTests {
    /// A runner whose ledger fails from some order on.
    struct Scene {
        let inner: SimulatedBroker
        let loop: TradingLoop
        let sentAfterFault = Collected<BrokerCall>()

        init(failingAt count: Int, killing: Bool, _ state: TemporaryState) throws {
            let scenario = try LoopScenario(seed: 2)
            let ledger = try state.ledger()
            let inner = SimulatedBroker(try scenario.market())
            let (orders, sent) = (Counter(), sentAfterFault)
            let broker = WatchedBroker(inner) { call in
                guard case .submit = call else { return }
                let number = orders.next()
                if number > count { await sent.add(call) }
                // Every commit from here on fails, as on a disk that is gone.
                guard number == count else { return }
                try? ledger.close()
                if killing { try? state.write(#"{"enabled": true, "reason": "storm"}"#, to: "kill_switch.json") }
            } after: { _ in
            }
            let clock = VirtualClock()
            let setup = RunSetup(
                runId: "test", pid: 1, mode: "backtest", configuration: scenario.configuration, market: broker.name,
                startsAt: .epoch, signals: SignalBook(scenario.rows), sleep: .zero, maxSteps: nil,
                stateFolder: state.url, wallClock: { clock.wall() }, uptime: { clock.uptime() },
                rebuildVenue: { try await inner.rebuild($0) })
            self.inner = inner
            loop = TradingLoop(
                setup: setup, ledger: ledger,
                router: ExecutionRouter(
                    brokers: [broker], limits: RouterLimits(closeBackoff: .milliseconds(2))), log: Logger(label: "test")
            )
        }
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)

        func next() -> Int {
            value.withLock {
                $0 += 1
                return $0
            }
        }
    }

    @Test(arguments: [1, 4, 9]) func noOrderLeavesOnceTheLedgerFails(count: Int) async throws {
        let state = try TemporaryState()
        let scene = try Scene(failingAt: count, killing: false, state)
        let error = await #expect(throws: LedgerError.self) { try await scene.loop.run() }
        #expect(error?.fix.isEmpty == false)
        // Orders of the same commit may follow the first; after the next commit nothing may.
        let intents = try LedgerReader(path: state.ledgerPath).intents().map(\.request)
        for case .submit(let request) in await scene.sentAfterFault.all { #expect(intents.contains(request)) }
        let beat = try #require(try state.json("runner_heartbeat.json") as? [String: Any])
        #expect(beat["state"] as? String == "failed")
        #expect((beat["lastError"] as? String)?.contains("trades.sqlite") == true)
    }

    @Test(arguments: [1, 4, 9]) func theKillSwitchClosesEverythingWithoutTheLedger(count: Int) async throws {
        let state = try TemporaryState()
        let scene = try Scene(failingAt: count, killing: true, state)
        let error = await #expect(throws: ClosedWithoutLedger.self) { try await scene.loop.run() }
        #expect(error?.stillOpen.isEmpty == true)
        #expect(error?.problem.contains("holds nothing") == true)
        let venue = try await scene.inner.snapshot()
        #expect(venue.positions.isEmpty && venue.openOrders.isEmpty)
    }
}
