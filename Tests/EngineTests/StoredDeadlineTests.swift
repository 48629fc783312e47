import Core
import Engine
import Foundation
import Testing

/// The engine's next moment is worked out once a step and kept.
@Suite struct StoredDeadlineTests {
    /// An engine that was read back works it out anew, from everything.
    @Test(arguments: 1...4 as ClosedRange<UInt64>) func whatIsKeptIsWhatWouldBeWorkedOut(seed: UInt64) throws {
        var world = RandomWorld(seed: 2_000 + seed)
        world.drawsNaN = false
        _ = world.feed(.configured(world.configuration()))
        var moments: Set<Timestamp> = []
        for step in 0..<900 {
            _ = world.step()
            guard step % 3 == 0 else { continue }
            let again = try JSONDecoder().decode(Engine.self, from: JSONEncoder().encode(world.engine))
            #expect(again.nextDeadline == world.engine.nextDeadline, "seed \(seed), step \(step)")
            if let next = again.nextDeadline { moments.insert(next) }
        }
        #expect(moments.count > 50, "\(moments.count) different ones")
    }

    /// A close that is held is tried again after a while, unless what is left is worth too little by then: the moment
    /// follows from the price, and a price alone is no reason to work anything out again.
    @Test func whatFollowsFromThePriceIsNotKept() throws {
        let smallest = TriggerRules(leastPercent: nil, mostPercent: nil, countsMinimumNotional: false)
        var bench = try Bench(native: false, triggers: smallest)
        try bench.hold()
        bench.manners[BrokerName("one")] = .refusing("CLOSED")
        bench.now = bench.now + .seconds(1)
        // The stop is passed, and the venue takes no close.
        try bench.price("85")
        #expect(try bench.desk.isHeld && bench.desk.exposedSince != nil)
        let state = bench.engine.state
        #expect(try bench.desk.computedDeadline(state) != nil)
        // Five of them are worth less than 100 now, and nothing of that is traded.
        try bench.price("15")
        #expect(try bench.desk.computedDeadline(state) == nil)
        #expect(try bench.desk.nextDeadline(state) == nil, "what held at 85 is still waited for")
    }
}
