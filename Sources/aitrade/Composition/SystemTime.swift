import Core
import Foundation

/// The clocks of the machine.
enum SystemTime {
    /// The wall clock.
    static let wall: @Sendable () -> Timestamp = {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// Time since some fixed moment, never set back.
    static let uptime: @Sendable () -> Duration = {
        Duration.nanoseconds(Int64(DispatchTime.now().uptimeNanoseconds))
    }
}
