public import Core

/// How much was without protection and for how long: the integral of unprotected value over time, exact.
///
/// Invariant: `since` is set exactly while something is exposed.
public struct ExposureMeter: Hashable, Codable, Sendable {
    /// Since when something has been exposed without a break.
    public private(set) var since: Timestamp?
    /// The value that is exposed now.
    public private(set) var notional: Money = .zero
    private var ended: TimeSpan = .zero
    private var countedTo = Timestamp.epoch
    /// Value times milliseconds, up to `countedTo`.
    private var weighted = FixedDecimal.zero
    /// What it was when the day of `countedTo` began.
    private var atMidnight = FixedDecimal.zero

    package init() {}

    /// From `now` on `exposed` is without protection.
    package mutating func note(_ exposed: Money, at now: Timestamp) {
        if exposed == .zero, since == nil { return }
        count(to: now)
        notional = exposed
        if exposed > .zero {
            since = since ?? now
        } else if let start = since {
            ended = ended + (now - start)
            since = nil
        }
    }

    /// For how long something was exposed so far.
    public func span(at now: Timestamp) -> TimeSpan {
        since.map { ended + (max(now, $0) - $0) } ?? ended
    }

    /// Value times seconds so far, in quote currency times seconds.
    public func total(at now: Timestamp) -> FixedDecimal {
        var meter = self
        meter.count(to: now)
        return meter.weighted.divided(by: FixedDecimal(1000))
    }

    /// Value times seconds since the last midnight UTC.
    public func today(at now: Timestamp) -> FixedDecimal {
        var meter = self
        meter.count(to: now)
        return (meter.weighted - meter.atMidnight).divided(by: FixedDecimal(1000))
    }

    /// Today begins anew: what was exposed so far is forgiven, not forgotten.
    package mutating func forgive(at now: Timestamp) {
        count(to: now)
        atMidnight = weighted
    }

    private mutating func count(to now: Timestamp) {
        guard now > countedTo else { return }
        let midnight = Timestamp(milliseconds: now.milliseconds / Self.day * Self.day)
        if midnight > countedTo {
            add(midnight - countedTo)
            (countedTo, atMidnight) = (midnight, weighted)
        }
        add(now - countedTo)
        countedTo = now
    }

    private mutating func add(_ span: TimeSpan) {
        guard notional > .zero else { return }
        weighted = weighted + notional.value.times(FixedDecimal(Int(span.milliseconds)))
    }

    private static let day: Int64 = 86_400_000
}
