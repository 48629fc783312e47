import Core
import Simulator
import Testing

/// When the switches that come in spells are felt.
@Suite struct FaultDiceTests {
    private func spells(perDay: Double, seconds: Int64, seed: UInt64) -> [FaultDice.Spell] {
        let plan = FaultPlan([.freeze: FaultSetting(perDay: perDay, seconds: [1, 1])])
        let from = Timestamp(milliseconds: 1_700_000_000_000)
        let dice = FaultDice(plan: plan, name: "a", seed: seed, from: from, calmFrom: from + .seconds(seconds))
        return dice.spells(of: .freeze)
    }

    /// A plan that ends before its first minute does has what it asks for in that time.
    @Test(arguments: 1...20 as ClosedRange<UInt64>) func aPlanOfSecondsHasItsSpellWithinThem(seed: UInt64) throws {
        let from = Timestamp(milliseconds: 1_700_000_000_000)
        let spells = spells(perDay: 8640, seconds: 10, seed: seed)
        let spell = try #require(spells.first)
        #expect(spells.count == 1 && spell.from >= from && spell.until <= from + .seconds(10))
    }

    /// As often in a minute's parts as in the minute.
    @Test func aShortTimeHasAsManyAsItsShare() {
        let seeds = 1...2000 as ClosedRange<UInt64>
        let count = seeds.reduce(0) { $0 + spells(perDay: 1440, seconds: 15, seed: $1).count }
        #expect((400...600).contains(count), "\(count) of 2000 quarters of a minute")
        #expect(seeds.allSatisfy { spells(perDay: 1440, seconds: 60, seed: $0).count == 1 })
    }

    /// What comes more than once in a minute does so.
    @Test func aPlanMayAskForSeveralInAMinute() {
        let spells = spells(perDay: 10 * 1440, seconds: 60, seed: 1)
        #expect(spells.count > 5)
        #expect(zip(spells, spells.dropFirst()).allSatisfy { $0.until < $1.from })
    }

    /// Bars are whole minutes; a venue that tells prices at any time closes at any time.
    @Test(arguments: [true, false]) func aMarketClosesForWholeMinutesOnlyWhereItHasBars(isOfBars: Bool) throws {
        let plan = FaultPlan([.marketClosed: FaultSetting(perDay: 10_000, seconds: [1, 2])])
        let from = Timestamp(milliseconds: 1_700_000_007_000)
        let dice = FaultDice(
            plan: plan, name: "a", seed: 1, from: from, calmFrom: from + .seconds(300), closesForMinutes: isOfBars)
        let lengths = dice.spells(of: .marketClosed).map { ($0.until - $0.from).milliseconds }
        #expect(!lengths.isEmpty)
        #expect(lengths.allSatisfy { isOfBars ? $0 % 60_000 == 0 : (1...2000).contains($0) }, "\(lengths)")
    }

    @Test func noTimeHasNone() {
        #expect(spells(perDay: 10_000, seconds: 0, seed: 1).isEmpty)
    }
}
