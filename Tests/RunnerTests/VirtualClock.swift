import Core
import Synchronization

/// A clock that moves on by ten milliseconds whenever it is looked at.
final class VirtualClock: Sendable {
    private let ticks = Mutex<Int64>(0)

    func uptime() -> Duration {
        .milliseconds(10 * next())
    }

    func wall() -> Timestamp {
        Timestamp(milliseconds: 1_800_000_000_000 + 10 * next())
    }

    private func next() -> Int64 {
        ticks.withLock {
            $0 += 1
            return $0
        }
    }
}
