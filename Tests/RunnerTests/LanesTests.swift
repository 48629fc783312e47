import Core
import Engine
import Runner
import Synchronization
import Testing

/// What leaves a lane, and what does not any more.
@Suite struct LanesTests {
    private static let broker = BrokerName("one")

    /// A venue whose first answer is waited for until somebody lets it go.
    private final class SlowVenue: Sendable {
        struct State {
            var sent: [Effect] = []
            var posted: [EngineEvent] = []
            var isOpen = false
        }

        let state = Mutex(State())

        func answer(_ effect: Effect) async -> EngineEvent? {
            state.withLock { $0.sent.append(effect) }
            while !state.withLock({ $0.isOpen }) { await Task.yield() }
            return nil
        }

        func post(_ event: EngineEvent?) {
            state.withLock { if let event { $0.posted.append(event) } }
        }

        func letGo() { state.withLock { $0.isOpen = true } }
        var sent: [Effect] { state.withLock { $0.sent } }
        var posted: [EngineEvent] { state.withLock { $0.posted } }
    }

    private let venue = SlowVenue()
    private let lanes: Lanes

    init() {
        let venue = venue
        lanes = Lanes(
            answer: { effect, _ in await venue.answer(effect) }, post: { _, event, _ in venue.post(event) },
            uptime: { .zero })
    }

    private func submit(_ id: String, reduceOnly: Bool) throws -> Effect {
        let symbol = try #require(Symbol("AAA"))
        let instrument = Instrument(
            symbol: symbol, tick: Price(FixedDecimal(1)), lotStep: Quantity(FixedDecimal(1)), minimumQuantity: .zero,
            minimumNotional: .zero, quote: Currency("USDT"))
        let request = OrderRequest(
            clientID: ClientOrderID(id), symbol: symbol, side: reduceOnly ? .sell : .buy,
            quantity: Quantity(FixedDecimal(1)), kind: .market, reduceOnly: reduceOnly,
            purpose: reduceOnly ? .exit : .entry)
        let now = Timestamp(milliseconds: 1)
        let circumstances = RiskGate.Circumstances(
            tradingState: .active, position: reduceOnly ? Quantity(FixedDecimal(1)) : .zero,
            lastPrice: (Price(FixedDecimal(100)), now), referencePrice: nil, signalTime: now,
            stop: Price(FixedDecimal(90)),
            isDuplicate: false)
        let approved = try RiskGate(limits: RiskLimits()).approve(request, of: instrument, in: circumstances, at: now)
        return .submit(approved, Self.broker)
    }

    private func question(_ id: String) throws -> Effect {
        .query(try #require(Symbol("AAA")), ClientOrderID(id), Self.broker)
    }

    private func cancel(_ id: String) throws -> Effect {
        .cancel(.client(ClientOrderID(id)), try #require(Symbol("AAA")), Self.broker)
    }

    private func untilIdle() async {
        while !lanes.isIdle { await Task.yield() }
    }

    /// The switch is pulled while an entry that was decided before still waits behind a question nobody answers.
    @Test func anEntryThatDidNotLeaveBeforeAKillNeverDoes() async throws {
        let exit = try submit("exit", reduceOnly: true)
        lanes.send([try question("old"), try submit("entry", reduceOnly: false), exit])
        lanes.set(.reductions)
        lanes.send([try cancel("entry"), try cancel("other")])
        venue.letGo()
        await untilIdle()
        #expect(venue.sent == [try question("old"), exit, try cancel("other")], "what never left is not cancelled")
        guard case .refused(_, ClientOrderID("entry"), let error) = venue.posted.first else {
            Issue.record("the engine did not hear of it: \(venue.posted)")
            return
        }
        #expect(error.code == "NEVER_SENT" && error.remedy == .rejected && venue.posted.count == 1)
    }

    /// The answer to an entry is late, and it is filled: its stop, a close and a cancellation of others leave at once,
    /// what is about the entry itself after its answer.
    @Test func whatAnEntryIsNotAskedAboutDoesNotWaitForItsAnswer() async throws {
        let entry = try submit("entry", reduceOnly: false)
        lanes.send([entry])
        while venue.sent.isEmpty { await Task.yield() }
        let exit = try submit("exit", reduceOnly: true)
        lanes.send([try cancel("entry"), exit])
        while venue.sent.count < 2 { await Task.yield() }
        #expect(venue.sent == [entry, exit])
        venue.letGo()
        await untilIdle()
        #expect(venue.sent == [entry, exit, try cancel("entry")])
    }

    /// Many ask at once while a lane runs empty again and again: each message leaves once.
    @Test func nothingLeavesTwice() async throws {
        venue.letGo()
        let lanes = lanes
        let effects = try (0..<2_000).map { try cancel("\($0)") }
        await withTaskGroup(of: Void.self) { group in
            for effect in effects { group.addTask { lanes.send([effect]) } }
        }
        await untilIdle()
        #expect(venue.sent.count == effects.count)
    }

    @Test func afterTheSwitchIsReleasedEntriesLeaveAgain() async throws {
        lanes.set(.reductions)
        lanes.set(.open)
        venue.letGo()
        lanes.send([try submit("entry", reduceOnly: false)])
        await untilIdle()
        #expect(venue.sent.count == 1 && venue.posted.isEmpty)
    }

    @Test func nothingLeavesOnceSomebodyElseHasTakenOver() async throws {
        lanes.send([try question("old"), try submit("exit", reduceOnly: true), try cancel("other")])
        lanes.set(.shut)
        lanes.set(.open)
        venue.letGo()
        await untilIdle()
        #expect(venue.sent.count <= 1, "at most what was on its way already")
    }
}
