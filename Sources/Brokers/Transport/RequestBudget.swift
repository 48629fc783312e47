/// How urgent a request is.
package enum RequestUrgency: Int, Comparable, Sendable, CaseIterable {
    /// Opens exposure: it is better refused than late.
    case entry
    /// Reads something: it may wait.
    case reading
    /// Cancels, closes, protects, or asks what became of an order: it goes first.
    case vital

    package static func < (left: RequestUrgency, right: RequestUrgency) -> Bool { left.rawValue < right.rawValue }
}

/// What a venue allows on one endpoint: a bucket that refills evenly, the last part of which only vital requests use.
///
/// Invariants: never more tokens than the burst; a request that is not vital never takes a reserved token; vital
/// requests are never held longer than ``vitalHold`` by an answer "too many".
package struct RequestBudget: Hashable, Sendable {
    /// The longest that an answer "too many" holds vital requests.
    package static let vitalHold = Duration.milliseconds(250)
    /// Without a word from the venue, this long after "too many".
    package static let usualHold = Duration.seconds(1)
    /// What a venue imposes on those who go on asking.
    package static let longestHold = Duration.seconds(300)

    private let burst: Double
    private let perSecond: Double
    private let reserve: Double
    private var tokens: Double
    private var filledAt: Duration
    private var heldUntil: Duration
    private var vitalHeldUntil: Duration
    private var refusals = 0

    /// A full bucket.
    ///
    /// - Parameters:
    ///   - perSecond: What the venue allows each second, also at once.
    ///   - reserve: The share kept for vital requests, in 0..<1.
    package init(perSecond: Double, burst: Double? = nil, reserve: Double = 0.3, at now: Duration) {
        precondition(perSecond > 0 && (0..<1).contains(reserve), "a budget lets something pass")
        (self.perSecond, self.burst) = (perSecond, max(1, burst ?? perSecond))
        self.reserve = self.burst * reserve
        (tokens, filledAt, heldUntil, vitalHeldUntil) = (self.burst, now, now, now)
    }

    /// How long a request of this urgency has to wait from `now` on; zero when it may go.
    package func wait(_ urgency: RequestUrgency, at now: Duration) -> Duration {
        let hold = max(.zero, (urgency == .vital ? vitalHeldUntil : heldUntil) - now)
        let there = min(burst, tokens + max(0, (now - filledAt) / .seconds(1)) * perSecond)
        // An endpoint that allows one request at a time cannot keep a part of it.
        let needed = urgency == .vital || burst < 2 ? 1 : min(reserve + 1, burst)
        // A part in a billion is rounding, not a missing token.
        guard there < needed - 1e-9 else { return hold }
        return max(hold, .nanoseconds(Int64(((needed - there) / perSecond * 1e9).rounded(.up))))
    }

    /// Takes a token.
    ///
    /// - Returns: Nil when taken; otherwise how long to wait.
    package mutating func take(_ urgency: RequestUrgency, at now: Duration) -> Duration? {
        let wait = wait(urgency, at: now)
        guard wait == .zero else { return wait }
        refill(at: now)
        tokens = max(0, tokens - 1)
        return nil
    }

    /// Gives a token back that was not used.
    package mutating func giveBack() {
        tokens = min(burst, tokens + 1)
    }

    /// The venue said how many more it takes now.
    ///
    /// - Parameter reset: When it takes more again, where it said so: after the last one nothing is asked before, and
    ///   what is vital only once its own hold ends.
    package mutating func remaining(_ count: Int, resetAfter reset: Duration? = nil, at now: Duration) {
        refill(at: now)
        refusals = 0
        tokens = min(tokens, Double(max(0, count)))
        guard count <= 0, let reset else { return }
        heldUntil = max(heldUntil, now + min(reset, Self.longestHold))
        vitalHeldUntil = max(vitalHeldUntil, now + min(reset, Self.vitalHold))
        // What is vital finds its share when its own hold ends.
        tokens = reserve
    }

    /// The venue answered "too many".
    ///
    /// - Parameter retryAfter: What it said to wait. Otherwise a second, doubled with each such answer after the hold
    ///   of the one before it. What vital requests are told within a hold is that same storm and lengthens nothing:
    ///   they ask four times a second.
    package mutating func refused(retryAfter: Duration?, at now: Duration) {
        refill(at: now)
        tokens = 0
        var wait = retryAfter
        if now >= heldUntil {
            wait = wait ?? Self.usualHold * (1 << min(refusals, 9))
            refusals += 1
        }
        if let wait { heldUntil = max(heldUntil, now + min(wait, Self.longestHold)) }
        vitalHeldUntil = max(vitalHeldUntil, now + min(retryAfter ?? Self.vitalHold, Self.vitalHold))
        // What is held back is not saved up, but vital requests find their share when their own hold ends.
        tokens = reserve
    }

    /// The venue answered normally.
    package mutating func accepted() {
        refusals = 0
    }

    private mutating func refill(at now: Duration) {
        guard now > filledAt else { return }
        tokens = min(burst, tokens + (now - filledAt) / .seconds(1) * perSecond)
        filledAt = now
    }
}
