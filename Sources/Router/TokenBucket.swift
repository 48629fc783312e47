/// How many messages a venue is sent.
public struct ThrottleLimits: Hashable, Sendable {
    /// Messages that may leave at once after a pause.
    public let burst: Int
    /// Messages that may leave each second in the long run.
    public let perSecond: Double
    /// The part of the burst that only exits and cancellations may use.
    public let reservedForExits: Int

    /// Limits of one venue.
    ///
    /// - Precondition: Burst and rate are positive, and the reserve leaves at least one message to entries.
    public init(burst: Int, perSecond: Double, reservedForExits: Int) {
        precondition(burst > 0 && perSecond > 0, "a throttle lets something pass")
        precondition((0..<burst).contains(reservedForExits), "the reserve is less than the burst")
        (self.burst, self.perSecond, self.reservedForExits) = (burst, perSecond, reservedForExits)
    }
}

/// A token bucket whose last tokens are kept for exits.
///
/// Invariants: there are never more tokens than the burst, never fewer than none, and an entry never takes one of the
/// reserved tokens.
public struct TokenBucket: Hashable, Sendable {
    /// Its limits.
    public let limits: ThrottleLimits
    private var tokens: Double
    private var filledAt: Duration

    /// A full bucket.
    ///
    /// - Parameter now: Time since any fixed moment; later calls count from the same moment.
    public init(_ limits: ThrottleLimits, at now: Duration) {
        self.limits = limits
        tokens = Double(limits.burst)
        filledAt = now
    }

    /// Takes a token, if there is one for this use.
    ///
    /// - Returns: Nil when taken; otherwise how long to wait until there is one.
    public mutating func take(forExit: Bool, at now: Duration) -> Duration? {
        if now > filledAt {
            tokens = min(Double(limits.burst), tokens + (now - filledAt) / .seconds(1) * limits.perSecond)
            filledAt = now
        }
        let needed = forExit ? 1.0 : Double(limits.reservedForExits + 1)
        // A part in a billion of a token is rounding, not a missing token.
        guard tokens < needed - 1e-9 else {
            tokens = max(0, tokens - 1)
            return nil
        }
        return .nanoseconds(Int64(((needed - tokens) / limits.perSecond * 1e9).rounded(.up)))
    }
}
