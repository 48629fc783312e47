import Core
import Synchronization

/// The venues that a run began without: those that were silent, and those that refuse this program's keys.
final class LateStarts: Sendable {
    /// What a venue said that only a person can mend.
    struct Refusal: Sendable {
        let broker: BrokerName
        let error: VenueError
        /// Whether it is the first since the venue last let this program in.
        let isFirst: Bool
    }

    /// A venue that is not there yet.
    private struct Absence {
        var error: VenueError
        /// How often it refused without anything else in between.
        var refusals = 0
        var isTold = false
    }

    private struct State {
        var tasks: [Task<Void, Never>] = []
        var absent: [BrokerName: Absence] = [:]
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
        let isRefusal = error.remedy == .configuration
        let isFirst = state.withLock { state in
            var absence = state.absent[broker] ?? Absence(error: error)
            absence.error = error
            absence.refusals = isRefusal ? absence.refusals + 1 : 0
            let isFirst = isRefusal && !absence.isTold
            absence.isTold = absence.isTold || isRefusal
            state.absent[broker] = absence
            return isFirst
        }
        if isRefusal { teller.yield(Refusal(broker: broker, error: error, isFirst: isFirst)) }
    }

    /// A venue was started: everything is asked of it from now on.
    func admitted(_ broker: BrokerName) { state.withLock { $0.absent[broker] = nil } }

    /// Why a venue was not started yet; nil when it was.
    func reason(for broker: BrokerName) -> VenueError? { state.withLock { $0.absent[broker]?.error } }

    /// What the first of `brokers` says when every one of them refuses; nil while one does not.
    ///
    /// - Parameter times: How often each has to have said so in turn: once may be a gateway's slip.
    func refusal(ofAll brokers: [BrokerName], times: Int) -> VenueError? {
        let absent = state.withLock { $0.absent }
        guard brokers.allSatisfy({ absent[$0].map { $0.refusals >= times } ?? false }) else { return nil }
        return brokers.min().flatMap { absent[$0]?.error }
    }

    /// Why a run has to end, once that was found.
    var ending: VenueError? {
        get { state.withLock { $0.ending } }
        set { state.withLock { $0.ending = newValue } }
    }
}
