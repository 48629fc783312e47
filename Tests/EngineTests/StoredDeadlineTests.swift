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
}
