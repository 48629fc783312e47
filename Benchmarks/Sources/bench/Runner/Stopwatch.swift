import Core
import Synchronization

/// Measures from one thread to another: from a signal handed out to the order that it causes.
final class Stopwatch: Sendable {
    private struct State {
        var started: ContinuousClock.Instant?
        var measurement = Measurement()
        var inFlight = 0
        var mostInFlight = 0
        var largestBatch = 0
    }

    private let state = Mutex(State())

    func start() { state.withLock { $0.started = .now } }

    /// Keeps the time since the last ``start()``, once.
    func stop() {
        let now = ContinuousClock.now
        state.withLock { state in
            guard let started = state.started else { return }
            state.measurement.append(seconds: (now - started) / .seconds(1))
            state.started = nil
        }
    }

    func sent(_ change: Int) {
        state.withLock {
            $0.inFlight += change
            $0.mostInFlight = max($0.mostInFlight, $0.inFlight)
        }
    }

    func received(_ count: Int) { state.withLock { $0.largestBatch = max($0.largestBatch, count) } }

    var measurement: Measurement { state.withLock { $0.measurement } }
    var mostInFlight: Int { state.withLock { $0.mostInFlight } }
    var largestBatch: Int { state.withLock { $0.largestBatch } }
}
