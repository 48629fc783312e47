import Brokers
import Core
import Testing

/// What the venue allows, obeyed.
@Suite(.fewAtOnce) struct TinkoffLimitsTests {
    /// Seconds are counted as seconds, minutes as minutes, and in no window of either more leaves than is allowed.
    @Test(arguments: [(0, 15), (50, 0), (300, 15)] as [(Int64, Int64)]) func noWindowHoldsMoreThanIsAllowed(
        minute: Int64, second: Int64
    ) {
        var budget = TinkoffTariffLimit(perMinute: minute, perSecond: second, methods: []).budget(at: .zero)
        var sent: [Int] = []
        for moment in stride(from: 0, to: 130_000, by: 10) {
            while budget.take(.vital, at: .milliseconds(moment)) == nil { sent.append(moment) }
        }
        func most(_ window: Int) -> Int {
            Dictionary(grouping: sent) { $0 / window }.values.map(\.count).max() ?? 0
        }
        #expect(minute == 0 || most(60_000) <= minute)
        #expect(second == 0 || most(1000) <= second)
        #expect(minute > 0 || sent.count > 900, "a limit of seconds is no limit of minutes")
    }

    /// "None left" holds everything back until more are allowed; what is vital waits for a moment alone.
    @Test func noneLeftIsWaitedOut() {
        var budget = RequestBudget(perSecond: 10, at: .zero)
        budget.remaining(0, resetAfter: .seconds(20), at: .zero)
        #expect(budget.wait(.reading, at: .seconds(2)) >= .seconds(18))
        #expect(budget.wait(.entry, at: .seconds(19)) > .zero && budget.wait(.reading, at: .seconds(21)) == .zero)
        #expect(budget.wait(.vital, at: .seconds(1)) == .zero)
    }
}
