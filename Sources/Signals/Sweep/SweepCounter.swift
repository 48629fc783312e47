import Synchronization

/// Counts finished rules over all threads, and remembers the best of the first part.
final class SweepCounter: Sendable {
    private struct State {
        var done = 0
        var best = -Double.infinity
    }

    private let state = Mutex(State())
    private let total: Int
    private let cash: Double
    private let report: @Sendable (SweepStudy.Progress) -> Void

    init(total: Int, cash: Double, _ report: @escaping @Sendable (SweepStudy.Progress) -> Void) {
        (self.total, self.cash, self.report) = (total, cash, report)
    }

    /// Takes the last equities of some rules.
    func take(_ equities: [Double], isChoice: Bool) {
        let progress = state.withLock { state in
            state.done += equities.count
            if isChoice { state.best = Swift.max(state.best, (equities.max() ?? cash) / cash - 1) }
            return SweepStudy.Progress(done: state.done, total: total, best: state.best)
        }
        report(progress)
    }
}
