package import Engine

/// Keeps a storm of alerts from burying the one that counts: of equal alerts a few pass, and then one a minute says how
/// many more there were.
///
/// Alerts are equal when they have one code and one subject: the symbol or the venue that their sentence begins with.
///
/// Invariants: within a window no more than ``equal`` alerts of one kind pass; what is held back is told at the end of
/// its window or by ``flush()``; there are never more than ``kinds`` kinds.
package struct AlertThrottle: Sendable {
    /// So many equal alerts pass.
    package static let equal = 3
    /// After that one summary in each of these.
    package static let window = Duration.seconds(60)
    /// So many kinds of alerts are told apart at a time; more of them are only counted.
    package static let kinds = 256

    private struct Kind: Hashable {
        let code: String
        let subject: String

        init(_ alert: Alert) {
            code = alert.code
            let words = alert.message.split(separator: " ", maxSplits: 1)
            subject = words.first.flatMap { $0.hasSuffix(":") && $0.count <= 64 ? String($0.dropLast()) : nil } ?? ""
        }
    }

    private struct Count {
        var since: Duration
        var passed: Int
        var held: [Alert.Severity] = []
        var heldCount = 0
        var last: Alert
    }

    private var counts: [Kind: Count] = [:]
    private var uncounted = 0
    private var uncountedSince = Duration.zero

    package init() {}

    /// Takes an alert that came up at the running time `now`.
    ///
    /// - Returns: Whether it is to be told by itself.
    package mutating func passes(_ alert: Alert, at now: Duration) -> Bool {
        let kind = Kind(alert)
        guard var count = counts[kind] else {
            guard counts.count < Self.kinds else {
                if uncounted == 0 { uncountedSince = now }
                uncounted += 1
                return false
            }
            counts[kind] = Count(since: now, passed: 1, last: alert)
            return true
        }
        let passes = count.passed < Self.equal
        if passes {
            count.passed += 1
        } else {
            count.heldCount += 1
            if !count.held.contains(alert.severity) { count.held.append(alert.severity) }
            count.last = alert
        }
        counts[kind] = count
        return passes
    }

    /// The summaries that are due, oldest first. A kind that was quiet for a whole window is new when it comes again.
    package mutating func due(at now: Duration) -> [Alert] {
        close { now - $0 >= Self.window }
    }

    /// The summaries of everything that is held back, due or not.
    package mutating func flush() -> [Alert] { close { _ in true } }

    /// When the next window ends; nil while there is none.
    package var nextDeadline: Duration? {
        let starts = counts.values.map(\.since) + (uncounted > 0 ? [uncountedSince] : [])
        return starts.min().map { $0 + Self.window }
    }

    private mutating func close(_ isOver: (Duration) -> Bool) -> [Alert] {
        let over = counts.filter { isOver($0.value.since) }
            .sorted { ($0.value.since, $0.key.code, $0.key.subject) < ($1.value.since, $1.key.code, $1.key.subject) }
        var summaries: [Alert] = []
        for (kind, count) in over {
            counts[kind] = nil
            guard count.heldCount > 0 else { continue }
            summaries.append(Self.summary(count))
            // It goes on: until it is quiet, a summary in each window is all that is told.
            counts[kind] = Count(since: count.since + Self.window, passed: Self.equal, last: count.last)
        }
        if uncounted > 0, isOver(uncountedSince) {
            summaries.append(Alert(.critical, "ALERT_STORM", "\(uncounted) more alerts of other kinds; see the log"))
            uncounted = 0
        }
        return summaries
    }

    private static func summary(_ count: Count) -> Alert {
        let worst: Alert.Severity =
            count.held.contains(.critical)
            ? .critical : count.held.contains(.warning) ? .warning : .notice
        return Alert(worst, count.last.code, "\(count.last.message) (and \(count.heldCount - 1) more like it)")
    }
}
