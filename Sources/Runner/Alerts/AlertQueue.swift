public import Engine
public import Logging
import Synchronization

/// Carries alerts from the loop to people without ever keeping the loop waiting.
///
/// Posting takes a lock for an instant and nothing else. Deliveries run beside the loop: one after the other while each
/// is quick, and side by side when one hangs, so that an alert is tried within seconds whatever became of those before.
/// Equal alerts are throttled (``AlertThrottle``). A way that fails is logged once until it works again.
///
/// Invariants: at most ``capacity`` alerts wait and at most ``hands`` are on their way; a full queue gives up its
/// oldest alert that is not critical first, and says how many were lost.
public final class AlertQueue: Sendable {
    /// Brings one alert to people.
    ///
    /// - Returns: Why it did not arrive; nil when it did.
    public typealias Delivery = @Sendable (Alert) async -> String?

    /// So many alerts wait at most.
    public static let capacity = 64
    /// So many are on their way at most.
    public static let hands = 16
    /// A delivery that takes longer does not hold up the next one.
    static let pace = Duration.milliseconds(250)

    private struct State {
        var throttle = AlertThrottle()
        var waiting: [Alert] = []
        var lost = 0
        var running = 0
        var startedAt: Duration?
        var isFailing = false
        var alarm: (at: Duration, task: Task<Void, Never>)?
    }

    private let state = Mutex(State())
    private let log: Logger
    private let deliver: Delivery
    private let sleep: @Sendable (Duration) async throws -> Void
    private let uptime: @Sendable () -> Duration

    /// A queue in front of a way to people.
    ///
    /// - Parameter deliver: Has to end by itself.
    public init<C: Clock<Duration>>(
        log: Logger, clock: C = ContinuousClock(), deliver: @escaping Delivery
    ) {
        (self.log, self.deliver) = (log, deliver)
        let start = clock.now
        sleep = { try await clock.sleep(for: $0) }
        uptime = { start.duration(to: clock.now) }
    }

    /// Takes an alert. Returns at once, whatever happens to it.
    public func post(_ alert: Alert) {
        let now = uptime()
        state.withLock { state in
            for summary in state.throttle.due(at: now) { Self.enqueue(summary, &state) }
            if state.throttle.passes(alert, at: now) { Self.enqueue(alert, &state) }
        }
        pump()
    }

    /// Tells what is still held back, and waits for everything that is on its way.
    ///
    /// - Returns: Whether all of it was tried within `limit`.
    @discardableResult
    public func close(within limit: Duration = .seconds(5)) async -> Bool {
        state.withLock { state in
            state.alarm?.task.cancel()
            for summary in state.throttle.flush() { Self.enqueue(summary, &state) }
        }
        let end = uptime() + limit
        while state.withLock({ $0.running > 0 || !$0.waiting.isEmpty || $0.lost > 0 }) {
            guard uptime() < end else { return false }
            pump()
            guard (try? await sleep(.milliseconds(10))) != nil else { return false }
        }
        return true
    }

    private static func enqueue(_ alert: Alert, _ state: inout State) {
        if state.waiting.count >= capacity {
            state.lost += 1
            guard alert.severity == .critical,
                let place = state.waiting.firstIndex(where: { $0.severity != .critical })
            else { return }
            state.waiting.remove(at: place)
        }
        state.waiting.append(alert)
    }

    /// Starts what may be started now.
    private func pump() {
        let now = uptime()
        let (next, wake) = state.withLock { state -> (Alert?, Duration?) in
            for summary in state.throttle.due(at: now) { Self.enqueue(summary, &state) }
            let next = Self.take(&state, at: now)
            let deadline = state.throttle.nextDeadline
            guard let deadline, state.alarm.map({ $0.at > deadline || $0.at <= now }) ?? true else {
                return (next, nil)
            }
            return (next, deadline)
        }
        if let wake { arm(wake, at: now) }
        guard let next else { return }
        Task { await run(next) }
        // Whatever becomes of this one, the next is looked at soon.
        Task { if (try? await sleep(Self.pace)) != nil { pump() } }
    }

    private static func take(_ state: inout State, at now: Duration) -> Alert? {
        guard state.running < hands else { return nil }
        if state.running > 0, let started = state.startedAt, now - started < pace { return nil }
        if state.waiting.isEmpty, state.lost > 0 {
            state.waiting.append(
                Alert(.critical, "ALERTS_LOST", "\(state.lost) alerts were not sent: too many at once; see the log"))
            state.lost = 0
        }
        guard !state.waiting.isEmpty else { return nil }
        state.running += 1
        state.startedAt = now
        return state.waiting.removeFirst()
    }

    private func run(_ alert: Alert) async {
        let problem = await deliver(alert)
        let (isNew, isOver) = state.withLock { state in
            let before = state.isFailing
            state.running -= 1
            state.isFailing = problem != nil
            return (problem != nil && !before, problem == nil && before)
        }
        if isNew {
            let why = problem ?? ""
            log.error("alerts do not arrive", metadata: ["code": "\(alert.code)", "error": "\(why)"])
        }
        if isOver { log.notice("alerts arrive again") }
        pump()
    }

    private func arm(_ deadline: Duration, at now: Duration) {
        let task = Task { [weak self, sleep] in
            guard (try? await sleep(deadline - now)) != nil else { return }
            self?.pump()
        }
        state.withLock { state in
            state.alarm?.task.cancel()
            state.alarm = (deadline, task)
        }
    }
}
