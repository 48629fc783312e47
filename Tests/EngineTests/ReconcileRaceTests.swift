import Core
import Engine
import Testing

/// Readings race with orders, answers and news in every order that a seed can think of.
@Suite struct ReconcileRaceTests {
    private static func quietly(_ world: inout ReconcileWorld) throws {
        for _ in 0..<12 {
            try world.settle(for: .seconds(40))
            try world.executeAll()
        }
        try world.settle(for: .seconds(120))
    }

    @Test(arguments: 0..<60 as Range<UInt64>) func nothingOfOursIsTakenForAStrangers(seed: UInt64) throws {
        var world = try ReconcileWorld(seed: seed, disturbed: false)
        for _ in 0..<1_500 { try world.step() }
        try Self.quietly(&world)
        #expect(world.adoptions == 0, "seed \(seed)")
        #expect(world.booked.count > 20, "seed \(seed): there was something to race for")
        #expect(world.position == world.held, "seed \(seed)")
    }

    @Test(arguments: 100..<160 as Range<UInt64>) func whateverOthersDoTheBooksEndEqualToTheVenue(seed: UInt64) throws {
        var world = try ReconcileWorld(seed: seed, disturbed: true)
        for _ in 0..<1_500 { try world.step() }
        try Self.quietly(&world)
        #expect(world.interferences > 0 && world.position == world.held, "seed \(seed)")
        var sum = Quantity.zero
        for fill in world.booked { sum += fill.side.signed(fill.quantity) }
        #expect(sum == world.position, "seed \(seed): every booked execution is on record once")
        #expect(Set(world.booked.map(\.tradeID)).count == world.booked.count, "seed \(seed)")
        let (before, desks) = (world.reconciliations.count, world.engine.desks.map(\.position))
        try world.settle(for: .seconds(600))
        #expect(world.reconciliations.count == before, "seed \(seed): reconciling again changes nothing")
        #expect(world.engine.desks.map(\.position) == desks, "seed \(seed)")
    }
}
