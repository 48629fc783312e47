import Core
import Engine
import Testing

/// Whatever is told in whatever order: the engine does not trap, keeps its invariants (checked inside every step) and
/// never waits for a moment that has passed.
@Suite struct EngineFuzzTests {
    @Test(arguments: 1...8 as ClosedRange<UInt64>) func randomEventsNeverBreakAnInvariant(seed: UInt64) {
        var world = RandomWorld(seed: seed)
        _ = world.feed(.configured(world.configuration()))
        for _ in 0..<4_000 {
            let (event, effects) = world.step()
            let opens = effects.orders.contains { !$0.reduceOnly }
            #expect(!opens || world.engine.state == .active, "seed \(seed)")
            if event == .deadline { expectNoBusyLoop(world, seed) }
            expectTrueDeadlines(world.engine, seed)
        }
        // Sent again under one name, an order is the same to the letter.
        #expect(Set(world.sent).count == Set(world.sent.map(\.clientID)).count, "seed \(seed): one order a name")
        #expect(world.sent.allSatisfy { $0.purpose == .entry || $0.reduceOnly })
        #expect(world.activeSteps > 300, "seed \(seed): \(world.activeSteps) steps")
        // Where only the stop is native, a take-profit is an order only once its price is reached.
        let purposes: Set<OrderPurpose> = [.entry, .exit, .stop, .flatten]
        #expect(Set(world.sent.map(\.purpose)).isSuperset(of: seed % 4 == 3 ? purposes : purposes.union([.takeProfit])))
    }

    /// What a desk keeps in mind is what it would work out.
    private func expectTrueDeadlines(_ engine: Engine, _ seed: UInt64) {
        for desk in engine.desks {
            // What was worked out for one state counts for no other.
            for state in TradingState.allCases {
                let (kept, fresh) = (desk.nextDeadline(state), desk.computedDeadline(state))
                #expect(kept == fresh, "seed \(seed): \(desk.symbol) has forgotten that something changed")
            }
        }
    }

    private func expectNoBusyLoop(_ world: RandomWorld, _ seed: UInt64) {
        if let deadline = world.engine.nextDeadline {
            #expect(deadline > world.now, "seed \(seed): the deadline stays in the past")
        }
    }

    /// From any state, deadlines alone come with growing time, and never more than a few a second.
    @Test(arguments: 1...8 as ClosedRange<UInt64>) func deadlinesAloneAlwaysMoveOn(seed: UInt64) {
        var world = RandomWorld(seed: 1_000 + seed)
        _ = world.feed(.configured(world.configuration()))
        for _ in 0..<40 {
            for _ in 0..<50 { _ = world.step() }
            for _ in 0..<200 {
                let before = world.now
                guard world.wakeUp() else { break }
                #expect(world.engine.nextDeadline.map { $0 > world.now } ?? true, "seed \(seed)")
                #expect(world.now >= before)
            }
        }
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>) func theSameEventsGiveTheSameEffects(seed: UInt64) {
        var world = RandomWorld(seed: seed)
        var twin = Engine()
        #expect(
            world.feed(.configured(world.configuration()))
                == twin.step(.configured(world.configuration()), at: world.now))
        for _ in 0..<2_000 {
            let (event, effects) = world.step()
            #expect(twin.step(event, at: world.now) == effects)
        }
        #expect(twin == world.engine)
    }

    /// The position is the sum of the booked fills and of what a kill booked as external or as dust, and no order is
    /// filled beyond its quantity.
    @Test(arguments: 1...4 as ClosedRange<UInt64>) func onlyWhatWasOrderedIsBooked(seed: UInt64) {
        var world = RandomWorld(seed: 77 + seed)
        _ = world.feed(.configured(world.configuration()))
        for _ in 0..<3_000 { _ = world.step() }
        for desk in world.engine.desks {
            let orders = Set(world.sent).filter { $0.symbol == desk.symbol }
            let filled = orders.reduce(Quantity.zero) { sum, request in
                guard let order = desk.orders[request.clientID] else { return sum }
                #expect(order.filled <= order.request.quantity && order.filled >= .zero)
                return sum + request.side.signed(order.filled)
            }
            let external = world.adjustments.filter { $0.symbol == desk.symbol && $0.venue == desk.broker }
                .reduce(Quantity.zero) { $0 + $1.side.signed($1.quantity) }
            #expect(filled + external == desk.position.quantity, "seed \(seed), \(desk.symbol)")
        }
    }
}
