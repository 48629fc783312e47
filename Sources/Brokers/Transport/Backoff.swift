package import Core

/// How long to wait before each new attempt: fixed steps, the last of which repeats, moved by chance so that many
/// clients do not come back in the same instant.
///
/// Invariants: a wait is never below half and never above one and a half of its step; a success that lasted begins
/// anew at the first step, a short one does not.
package struct Backoff: Hashable, Sendable {
    /// The waits before jitter.
    package let steps: [Duration]
    /// How long a success has to last to count.
    package let lasting: Duration
    private var failures = 0
    private var succeededAt: Duration?

    /// A backoff; the steps default to 1, 2, 5, 10 and 30 seconds.
    ///
    /// - Precondition: There is a step, and none is negative.
    package init(
        steps: [Duration] = [.seconds(1), .seconds(2), .seconds(5), .seconds(10), .seconds(30)],
        lasting: Duration = .seconds(60)
    ) {
        precondition(!steps.isEmpty && steps.allSatisfy { $0 >= .zero }, "a backoff has steps")
        (self.steps, self.lasting) = (steps, lasting)
    }

    /// An attempt failed, or what it reached was lost.
    ///
    /// - Returns: How long to wait before the next.
    package mutating func failed(at now: Duration, random: inout SeededRandom) -> Duration {
        if let since = succeededAt, now - since >= lasting { failures = 0 }
        succeededAt = nil
        let step = steps[min(failures, steps.count - 1)]
        failures += 1
        return step / 2 + step * Double(random.below(1001)) / 1000
    }

    /// An attempt succeeded.
    package mutating func succeeded(at now: Duration) {
        succeededAt = now
    }
}
