public import Core
public import Foundation

/// What the kill-switch file says.
public enum KillSwitchReading: Hashable, Sendable {
    /// There is no file.
    case missing
    /// `{"enabled": false}`: an explicit release.
    case released
    /// `{"enabled": true, "reason": "..."}`.
    case engaged(reason: String)
    /// Neither: half-written, damaged or forbidden.
    case unreadable

    /// Reads the file's content: a JSON object with the boolean `enabled` and optionally the text `reason`.
    public init(content: Data) {
        struct Form: Decodable {
            let enabled: Bool
            let reason: String?
        }
        guard let form = try? JSONDecoder().decode(Form.self, from: content) else {
            self = .unreadable
            return
        }
        self = form.enabled ? .engaged(reason: form.reason ?? "manual") : .released
    }
}

/// Decides what a kill-switch file means over time: an unreadable file is a halt only after it has stayed so for more
/// than a second, because an editor's half-written file is not a halt and a broken one is.
public struct KillSwitchJudge: Sendable {
    /// How long a file may be unreadable.
    public static let patience: Duration = .seconds(1)
    /// The reason recorded when it stays unreadable.
    public static let unreadableReason = "KILL_FILE_UNREADABLE"

    private var unreadableSince: Duration?

    /// A judge that has seen nothing yet.
    public init() {}

    /// What `reading`, made at the running time `now`, means; nil while it is too early to tell.
    public mutating func judge(_ reading: KillSwitchReading, at now: Duration) -> KillSwitchReading? {
        guard reading == .unreadable else {
            unreadableSince = nil
            return reading
        }
        let since = unreadableSince ?? now
        unreadableSince = since
        return now - since > Self.patience ? .engaged(reason: Self.unreadableReason) : nil
    }
}

/// The kill-switch file on disk.
public struct KillSwitchFile: Sendable {
    /// Where it is: `state/kill_switch.json`.
    public let url: URL

    /// The file in `folder`.
    public init(folder: URL) {
        url = folder.appending(path: "kill_switch.json")
    }

    /// So many bytes it may have.
    public static let limitBytes = 65_536

    /// Reads it now; never waits, whatever stands in its place.
    public func read() -> KillSwitchReading {
        switch PlainFile.read(url.path, limit: Self.limitBytes) {
        case .missing: .missing
        case .content(let data): KillSwitchReading(content: data)
        case .unreadable: .unreadable
        }
    }

    /// Whether it says that nothing may be opened now: engaged, or not to be read.
    public var isEngaged: Bool {
        switch read() {
        case .engaged, .unreadable: true
        case .missing, .released: false
        }
    }

    /// When it was last changed by the wall clock; nil when it is not there.
    public var changedAt: Timestamp? {
        PlainFile.changedAt(url.path).map { Timestamp(milliseconds: $0) }
    }
}
