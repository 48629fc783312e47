import Core
import Synchronization

/// The venues that a run began without: those that were silent, and those that refuse this program's keys.
final class LateStarts: Sendable {
    /// What a venue said that only a person can mend.
    struct Refusal: Sendable {
        let broker: BrokerName
        let error: VenueError
        /// How often it has said so without anything else in between.
        var count = 1

        /// Whether it is no slip of a gateway.
        var isLasting: Bool { count > 2 }
    }

    private struct State {
        var tasks: [Task<Void, Never>] = []
        var refused: [BrokerName: Refusal] = [:]
        var ending: VenueError?
    }

    private let state = Mutex(State())
    private let teller: AsyncStream<Refusal>.Continuation
    /// Each refusal as it comes.
    let refusals: AsyncStream<Refusal>

    init() { (refusals, teller) = AsyncStream.makeStream() }

    /// Starts a venue later; ended with the run.
    func add(_ task: Task<Void, Never>) { state.withLock { $0.tasks.append(task) } }

    /// Ends all attempts.
    func cancel() {
        state.withLock { $0.tasks }.forEach { $0.cancel() }
        teller.finish()
    }

    /// Takes note of an attempt that failed; only one that needs a person is a refusal.
    func failed(_ broker: BrokerName, _ error: any Error) {
        let error = VenueError(any: error, of: broker)
        guard error.remedy == .configuration else { return }
        let refusal = state.withLock { state in
            var refusal = Refusal(broker: broker, error: error)
            refusal.count += state.refused[broker]?.count ?? 0
            state.refused[broker] = refusal
            return refusal
        }
        teller.yield(refusal)
    }

    /// Takes note of an attempt that did what it should.
    func admitted(_ broker: BrokerName) { state.withLock { $0.refused[broker] = nil } }

    /// What a venue says that keeps this program out; nil when it does not, or has not been asked.
    func refusal(of broker: BrokerName) -> VenueError? { state.withLock { $0.refused[broker]?.error } }

    /// What the first of `brokers` says when every one of them refuses; nil while one does not.
    ///
    /// - Parameter isLasting: Whether each has to have said so several times.
    func refusal(ofAll brokers: [BrokerName], isLasting: Bool = false) -> VenueError? {
        let refused = state.withLock { $0.refused }
        guard brokers.allSatisfy({ name in refused[name].map { $0.isLasting || !isLasting } ?? false }) else {
            return nil
        }
        return brokers.min().flatMap { refused[$0]?.error }
    }

    /// Why a run has to end, once that was found.
    var ending: VenueError? {
        get { state.withLock { $0.ending } }
        set { state.withLock { $0.ending = newValue } }
    }
}
