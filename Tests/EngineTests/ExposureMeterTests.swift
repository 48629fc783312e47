import Core
import Engine
import Testing

/// The integral of unprotected value over time, exact to the last digit.
@Suite struct ExposureMeterTests {
    private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    @Test func valueTimesSecondsIsExact() throws {
        var meter = ExposureMeter()
        meter.note(try #require(Money("100.01")), at: at(1_000))
        meter.note(try #require(Money("50")), at: at(1_333))
        meter.note(.zero, at: at(2_333))
        meter.note(.zero, at: at(9_000))
        // 100.01 x 0.333 + 50 x 1
        #expect(meter.total(at: at(10_000)) == FixedDecimal("83.30333"))
        #expect(meter.span(at: at(10_000)) == .milliseconds(1_333))
        #expect(meter.since == nil)
    }

    @Test func whatGoesOnCountsUpToNow() throws {
        var meter = ExposureMeter()
        meter.note(try #require(Money("10")), at: at(0))
        #expect(meter.total(at: at(2_500)) == FixedDecimal(25))
        #expect(meter.span(at: at(2_500)) == .milliseconds(2_500))
    }

    @Test func eachDayHasItsOwnBudget() throws {
        var meter = ExposureMeter()
        let midnight: Int64 = 86_400_000
        meter.note(try #require(Money("10")), at: at(midnight - 1_000))
        #expect(meter.today(at: at(midnight - 1)) == FixedDecimal("9.99"))
        #expect(meter.today(at: at(midnight + 2_000)) == FixedDecimal(20))
        meter.note(.zero, at: at(midnight + 2_000))
        #expect(meter.today(at: at(midnight + 5_000)) == FixedDecimal(20))
        #expect(meter.total(at: at(midnight + 5_000)) == FixedDecimal(30))
        #expect(meter.today(at: at(3 * midnight)) == .zero)
    }

    /// However the same exposure is cut into readings, the sum is the same.
    @Test(arguments: 1...20 as ClosedRange<UInt64>) func cuttingItUpChangesNothing(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var (whole, cut) = (ExposureMeter(), ExposureMeter())
        var now = at(Int64(random.below(86_400_000)))
        for _ in 0..<200 {
            let value = Money(FixedDecimal(units: Int128(random.below(3)) * 123_456_789_000_000))
            whole.note(value, at: now)
            for _ in 0..<(1 + random.below(4)) {
                cut.note(value, at: now)
                now = now + .milliseconds(Int64(random.below(900_000)))
            }
        }
        #expect(whole.total(at: now) == cut.total(at: now))
        #expect(whole.today(at: now) == cut.today(at: now))
        #expect(whole.span(at: now) == cut.span(at: now))
    }
}
