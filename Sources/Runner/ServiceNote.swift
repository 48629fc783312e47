/// What the runner tells the service manager (systemd's `sd_notify`): lines of `NAME=value`.
public struct ServiceNote: Hashable, Sendable {
    /// The lines, in order.
    public let lines: [String]

    /// The note that goes with a beat: `READY=1` and `WATCHDOG=1` once recovery is over, `STOPPING=1` at the end.
    public init(_ state: Heartbeat.State, status: String) {
        let say = "STATUS=\(state.rawValue): \(status)"
        switch state {
        case .starting: lines = [say]
        case .running, .flattening: lines = ["READY=1", "WATCHDOG=1", say]
        case .halted, .stopped, .finished, .failed: lines = ["STOPPING=1", say]
        }
    }

    /// A note of given lines.
    public init(_ lines: [String]) {
        self.lines = lines
    }

    /// As the service manager reads it.
    public var text: String { lines.joined(separator: "\n") }
}
