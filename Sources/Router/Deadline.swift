package import Core
import Synchronization

/// The first of two answers wins; the caller never waits for the other, even if it ignores cancellation.
final class Race<Value: Sendable>: Sendable {
    private enum State {
        case running
        case awaited(CheckedContinuation<Result<Value, any Error>, Never>)
        case finished(Result<Value, any Error>)
    }

    private let state = Mutex(State.running)

    func finish(_ result: Result<Value, any Error>) {
        let waiter = state.withLock { state -> CheckedContinuation<Result<Value, any Error>, Never>? in
            switch state {
            case .finished: return nil
            case .running:
                state = .finished(result)
                return nil
            case .awaited(let waiter):
                state = .finished(result)
                return waiter
            }
        }
        waiter?.resume(returning: result)
    }

    func result() async -> Result<Value, any Error> {
        await withCheckedContinuation { continuation in
            let early = state.withLock { state -> Result<Value, any Error>? in
                if case .finished(let result) = state { return result }
                state = .awaited(continuation)
                return nil
            }
            if let early { continuation.resume(returning: early) }
        }
    }
}

/// A limit on how long a venue may take to answer.
package struct Deadline: Sendable {
    let limit: Duration
    let sleep: @Sendable (Duration) async throws -> Void

    /// A limit, measured by `sleep`.
    package init(limit: Duration, sleep: @escaping @Sendable (Duration) async throws -> Void) {
        (self.limit, self.sleep) = (limit, sleep)
    }

    /// Runs `operation`, but stops waiting for it at the limit.
    ///
    /// - Throws: What `operation` throws, as a `VenueError`; `unknownOutcome` with code `TIMEOUT` at the limit.
    package func run<Value: Sendable>(
        _ broker: BrokerName, _ operation: @escaping @Sendable () async throws -> Value
    ) async throws(VenueError) -> Value {
        let race = Race<Value>()
        let (limit, sleep) = (limit, sleep)
        let work = Task {
            do { race.finish(.success(try await operation())) } catch { race.finish(.failure(error)) }
        }
        let timer = Task {
            guard (try? await sleep(limit)) != nil else { return }
            let message = "\(broker) did not answer within \(limit)"
            race.finish(.failure(VenueError(.unknownOutcome, code: "TIMEOUT", message: message)))
        }
        defer {
            work.cancel()
            timer.cancel()
        }
        switch await race.result() {
        case .success(let value): return value
        case .failure(let error as VenueError): throw error
        case .failure(let error):
            throw VenueError(.unknownOutcome, code: "BROKER_FAILED", message: "\(broker): \(error)")
        }
    }
}
