import Foundation
import Glibc

/// One process, told apart from any later process that is given the same number: its number, the moment it started,
/// and the boot of the machine it belongs to.
public struct ProcessIdentity: Hashable, Codable, Sendable {
    /// The process number.
    public let pid: Int32
    /// When it started, in clock ticks since the machine booted: field 22 of `/proc/PID/stat`.
    public let startTicks: UInt64
    /// The boot it belongs to, `/proc/sys/kernel/random/boot_id`; nil where the kernel does not say.
    public let bootId: String?

    /// An identity from what was recorded.
    public init(pid: Int32, startTicks: UInt64, bootId: String?) {
        (self.pid, self.startTicks, self.bootId) = (pid, startTicks, bootId)
    }

    /// The process that has the number `pid` now; nil when none runs. One that has ended and only waits to be reaped
    /// does not run.
    public init?(of pid: Int32) {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let parsed = Self.parse(stat), !["Z", "X", "x"].contains(parsed.state)
        else { return nil }
        self.init(pid: pid, startTicks: parsed.startTicks, bootId: Self.currentBoot)
    }

    /// This process.
    public static let current = ProcessIdentity(of: getpid())

    /// Whether exactly this process still runs.
    public var isRunning: Bool {
        guard let now = ProcessIdentity(of: pid), now.startTicks == startTicks else { return false }
        return bootId == nil || now.bootId == nil || bootId == now.bootId
    }

    /// Kills exactly this process and waits until it is gone.
    ///
    /// - Returns: What became of it; a process that ignores even SIGKILL hangs in the kernel and runs no code any more.
    public func kill(patience: Duration) async -> Ending {
        guard isRunning else { return .gone }
        guard Glibc.kill(pid, SIGKILL) == 0 || errno == ESRCH else { return .refused(code: errno) }
        let end = ContinuousClock.now + patience
        while isRunning {
            guard ContinuousClock.now < end, (try? await Task.sleep(for: .milliseconds(5))) != nil else {
                return .doomed
            }
        }
        return .gone
    }

    /// What became of a process that was to be killed.
    public enum Ending: Hashable, Sendable {
        /// It does not run any more.
        case gone
        /// The signal is on it, but it hangs in the kernel; it will never run a line of its own again.
        case doomed
        /// The system does not let us kill it; `code` is the errno.
        case refused(code: Int32)
    }

    private static let currentBoot: String? = {
        let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        return text?.split(whereSeparator: \.isWhitespace).first.map(String.init)
    }()

    /// Reads a line of `/proc/PID/stat`. The name in it may hold blanks and brackets, so fields count from its end.
    package static func parse(_ stat: String) -> (state: String, startTicks: UInt64)? {
        guard let name = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: name)...].split(separator: " ")
        guard fields.count > 19, let ticks = UInt64(fields[19]) else { return nil }
        return (String(fields[0]), ticks)
    }
}
