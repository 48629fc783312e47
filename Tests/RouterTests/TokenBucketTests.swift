import Core
import Router
import Testing

@Suite struct TokenBucketTests {
    private let limits = ThrottleLimits(burst: 5, perSecond: 2, reservedForExits: 2)

    @Test func entriesLeaveTheReserveToExits() {
        var bucket = TokenBucket(limits, at: .zero)
        let entries = (0..<4).map { _ in bucket.take(forExit: false, at: .zero) == nil }
        #expect(entries == [true, true, true, false])
        let exits = (0..<3).map { _ in bucket.take(forExit: true, at: .zero) == nil }
        #expect(exits == [true, true, false])
    }

    @Test func theWaitIsExactlyEnough() {
        var bucket = TokenBucket(limits, at: .zero)
        for _ in 0..<5 { _ = bucket.take(forExit: true, at: .zero) }
        let waits = [
            bucket.take(forExit: true, at: .zero), bucket.take(forExit: false, at: .zero),
            bucket.take(forExit: true, at: .milliseconds(250)), bucket.take(forExit: true, at: .milliseconds(500)),
        ]
        #expect(waits == [.milliseconds(500), .milliseconds(1500), .milliseconds(250), nil])
    }

    /// Any sequence of uses: never more than burst + rate x time, and entries never eat the reserve.
    @Test(arguments: 0..<50) func neverMoreThanTheRateAllows(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var bucket = TokenBucket(limits, at: .zero)
        var (now, taken, entries) = (Duration.zero, 0, 0)
        for _ in 0..<300 {
            now += .milliseconds(random.below(400))
            let forExit = random.chance(0.3)
            guard bucket.take(forExit: forExit, at: now) == nil else { continue }
            taken += 1
            if !forExit { entries += 1 }
            let most = 5 + now / .seconds(1) * 2 + 1e-6
            #expect(Double(taken) <= most)
            #expect(Double(entries) <= most - 2)
        }
        #expect(taken > 20)
    }
}
