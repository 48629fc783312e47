import Synchronization
import Testing

/// Lets few tests of a program run at a time.
///
/// Hundreds of tests that start together keep each other waiting for seconds, and what they test (deadlines, patience,
/// pings) looks at the clock: a machine that is busy with nothing but its own tests is no venue that is slow.
struct FewAtOnce: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        await Turnstile.one.enter()
        defer { Turnstile.one.leave() }
        try await function()
    }
}

extension Trait where Self == FewAtOnce {
    /// At most eight tests at a time are inside.
    static var fewAtOnce: FewAtOnce { FewAtOnce() }
}

/// Lets so many in; the others wait in the order they came.
final class Turnstile: Sendable {
    static let one = Turnstile(places: 8)

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(places: Int) { state = Mutex(State(free: places)) }

    func enter() async {
        await withCheckedContinuation { waiter in
            let mayEnter = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(waiter)
                return false
            }
            if mayEnter { waiter.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
