import Core
import Synchronization

/// What the venue did not answer within one reading of the account: the same is not asked again for every position and
/// order, and a service that hangs does not hold up the reading for each of them.
final class TinkoffAnswers: Sendable {
    /// The reading that this task is part of.
    @TaskLocal static var ofReading: TinkoffAnswers?

    /// So long one reading waits for answers that do not come.
    private static let patience = Duration.seconds(2)

    private struct Failures {
        var errors: [String: VenueError] = [:]
        var last: VenueError?
        var waited = Duration.zero
    }

    private let failures = Mutex(Failures())

    /// Throws what was said of `uid` before, or of others when that took too long already.
    func refuse(_ uid: String) throws {
        let error = failures.withLock { $0.errors[uid] ?? ($0.waited > Self.patience ? $0.last : nil) }
        if let error { throw error }
    }

    /// Nobody told the rules of `uid`, and it took so long.
    func note(_ error: VenueError, of uid: String, after wait: Duration) {
        failures.withLock { known in
            (known.errors[uid], known.last) = (error, error)
            known.waited += wait
        }
    }
}
