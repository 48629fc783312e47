import Synchronization

/// What was used of what a venue allows: overall, and in each group of calls. Venues count by account and by address,
/// so all clients of one account share one of these.
package final class RequestCounts: Sendable {
    private struct State {
        var groups: [String: RequestBudget] = [:]
        var overall: RequestBudget?
    }

    private let state = Mutex(State())
    private let begin = ContinuousClock.now

    /// Nothing was used yet.
    package init() {}

    /// Moments as budgets count them.
    private var now: Duration { begin.duration(to: .now) }

    /// Starts all groups anew, because what they count against has changed.
    func forget() { state.withLock { $0.groups = [:] } }

    /// Takes the turn of a call.
    ///
    /// - Parameter overall: What the venue allows altogether, before anything was used.
    /// - Returns: How long it has to wait; zero when the turn is taken.
    func takeTurn(_ pace: RequestPace, of overall: RequestBudget) -> Duration {
        let now = now
        return state.withLock { state in
            var group = state.groups[pace.group] ?? pace.budget(now)
            var all = state.overall ?? overall
            let wait = max(group.wait(pace.urgency, at: now), all.wait(pace.urgency, at: now))
            if wait == .zero {
                _ = group.take(pace.urgency, at: now)
                _ = all.take(pace.urgency, at: now)
            }
            (state.groups[pace.group], state.overall) = (group, all)
            return wait
        }
    }

    /// The venue answered "too many".
    func refused(_ group: String, retryAfter: Duration?) {
        let now = now
        state.withLock { $0.groups[group]?.refused(retryAfter: retryAfter, at: now) }
    }

    /// The venue answered, and said perhaps how many more calls it takes now.
    func accepted(_ group: String, remaining: Int?, resetAfter: Duration?) {
        let now = now
        state.withLock { state in
            state.groups[group]?.accepted()
            if let remaining { state.groups[group]?.remaining(remaining, resetAfter: resetAfter, at: now) }
        }
    }
}
