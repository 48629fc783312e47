import Core

/// A clock that runs many times faster than the wall's, from a fixed moment: what takes minutes is over in a second,
/// and what happens at once still takes its time.
struct FastClock: Clock {
    typealias Instant = ContinuousClock.Instant

    static let speed = 20
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
