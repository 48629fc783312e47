import Core

/// A clock that runs some times faster than the wall's, from a fixed moment. Not many times: a machine that does not
/// come round to a task for a quarter of a second must not look like a venue that is silent for longer than the engine
/// waits.
struct FastClock: Clock {
    typealias Instant = ContinuousClock.Instant

    static let speed = 5
    private let real = ContinuousClock()
    private let start: ContinuousClock.Instant

    init() { start = real.now }

    private var elapsed: Duration { start.duration(to: real.now) * Self.speed }

    var now: Instant { start + elapsed }
    var minimumResolution: Duration { real.minimumResolution }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let wait = now.duration(to: deadline)
        if wait > .zero { try await real.sleep(for: wait / Self.speed) }
        try Task.checkCancellation()
    }

    /// Wall time.
    func wall() -> Timestamp {
        let passed = elapsed.components
        return Timestamp(
            milliseconds: 1_700_000_000_000 + passed.seconds * 1000 + passed.attoseconds / 1_000_000_000_000_000)
    }

    func uptime() -> Duration { elapsed }
}
