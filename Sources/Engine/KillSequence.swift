public import Core

/// The way to flat: block, cancel everything, close everything, read the venues again, and only then say so.
///
/// Invariants: `proven` only holds brokers that were read flat after the engagement; the sequence ends only when every
/// broker is in it by a reading that is not old; it stays latched until a release.
public struct KillSequence: Hashable, Codable, Sendable {
    /// Where the sequence is.
    public enum Phase: String, Codable, Sendable, CaseIterable {
        /// Nobody pulled it.
        case released
        /// Entries are blocked; cancelling and closing until every venue is read flat.
        case flattening
        /// Every venue was read flat.
        case flat
    }

    /// Where the sequence is.
    public private(set) var phase: Phase = .released
    /// Why it was engaged.
    public private(set) var reason: String?
    /// When it was engaged.
    public private(set) var engagedAt: Timestamp?
    /// How often it was proven flat since it was engaged: more than once after restarts.
    package private(set) var timesFlat = 0
    /// The brokers that were read flat since.
    public private(set) var proven: Set<BrokerName> = []
    /// When each broker is read next; every broker is in it until all are flat.
    private var readAt: [BrokerName: Timestamp] = [:]
    /// When the brokers in ``proven`` were read flat.
    private var provenAt: [BrokerName: Timestamp] = [:]
    private var attempts: [BrokerName: Int] = [:]
    /// So many readings in a row found each broker flat while our books were not; left out by older journals.
    private var flatReadings: [BrokerName: Int]?

    package init() {}

    /// Whether the sequence is engaged, flat or not.
    public var isEngaged: Bool { phase != .released }

    /// Engages the sequence, or starts it over while engaged: every broker has to be read again.
    package mutating func engage(reason: String, brokers: [BrokerName], at now: Timestamp) {
        self.reason = isEngaged ? self.reason : reason
        engagedAt = engagedAt ?? now
        phase = .flattening
        (proven, provenAt) = ([], [:])
        readAt = [:]
        (attempts, flatReadings) = ([:], nil)
        for broker in brokers { readAt[broker] = now }
    }

    /// A broker was read: is it flat, and are no orders of ours unaccounted for?
    package mutating func observed(_ broker: BrokerName, isFlat: Bool, spacing: TimeSpan, at now: Timestamp) {
        guard phase == .flattening else { return }
        if isFlat {
            proven.insert(broker)
            provenAt[broker] = now
            // While others are still open, somebody may open something here.
            readAt[broker] = now + Self.proofAge
        } else {
            proven.remove(broker)
            readAgain(broker, spacing: spacing, at: now)
        }
        guard proven.count == readAt.count else { return }
        let old = proven.sorted().filter { now - (provenAt[$0] ?? .epoch) > Self.proofAge }
        for broker in old where (readAt[broker] ?? .epoch) > now { readAt[broker] = now }
        guard old.isEmpty else { return }
        phase = .flat
        timesFlat += 1
        readAt = [:]
    }

    /// A broker that was read flat tells of something new: it has to be read again.
    package mutating func doubt(_ broker: BrokerName, at now: Timestamp) {
        guard phase == .flattening, proven.remove(broker) != nil else { return }
        readAt[broker] = now
    }

    /// While others are still open, what was read flat is read again when the reading is as old as this.
    private static let proofAge = TimeSpan.seconds(30)

    /// Plans the next reading of a broker: the spacing doubles up to four-fold.
    package mutating func readAgain(_ broker: BrokerName, spacing: TimeSpan, at now: Timestamp) {
        let attempt = attempts[broker, default: 0]
        attempts[broker] = attempt + 1
        readAt[broker] = now + spacing * (1 << min(attempt, 2))
    }

    /// A broker was read flat while executions are still missing in our books.
    ///
    /// - Returns: Whether to read it again before that is believed. However long it took to close everything, the
    ///   executions get their time from the first flat reading on.
    package mutating func waitsForBooks(of broker: BrokerName, isDust: Bool = false) -> Bool {
        let readings = flatReadings?[broker] ?? 0
        flatReadings = (flatReadings ?? [:]).merging([broker: readings + 1]) { $1 }
        return readings < (isDust ? Self.patienceForDust : Self.patienceForBooks)
    }

    /// Something is open at a broker, or nothing is missing in our books.
    package mutating func waitedForBooks(of broker: BrokerName) { flatReadings?[broker] = nil }

    /// So many flat readings are not believed yet while executions are missing.
    private static let patienceForBooks = 8
    /// The same when no more is missing than a fee may have taken.
    private static let patienceForDust = 1

    /// The brokers to read now, by name. Each is planned again, in case no answer comes.
    package mutating func dueReadings(patience: TimeSpan, at now: Timestamp) -> [BrokerName] {
        let due = readAt.keys.sorted().filter { (readAt[$0] ?? .distantFuture) <= now }
        for broker in due { readAt[broker] = now + patience }
        return due
    }

    /// When the next reading is due.
    package var nextDeadline: Timestamp? {
        phase == .flattening ? readAt.keys.sorted().compactMap { readAt[$0] }.min() : nil
    }

    /// Lets trading go on.
    ///
    /// - Returns: False while the venues are not proven flat; the sequence then stays engaged.
    package mutating func release() -> Bool {
        guard phase == .flat else { return false }
        self = KillSequence()
        return true
    }
}
