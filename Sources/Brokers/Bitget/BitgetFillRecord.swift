import Core

/// The executions of an account as far as they were read. A reading goes on where it broke off, and what was read is
/// not asked for again, so that thousands of executions are read at last, however little time each asker has.
///
/// Invariants: `rows` holds every execution from `from` to `through` that was listed by then, each once, oldest first;
/// what may still be listed late is read again.
struct BitgetFillRecord: Sendable {
    /// A reading on its way.
    struct Reading: Sendable {
        let since: Timestamp
        let through: Timestamp
        /// What is left to ask for, the place in the first of them, and the pages that it had.
        fileprivate(set) var spans: [BitgetSpan]
        fileprivate(set) var cursor: String?
        fileprivate var pages = 0
        fileprivate(set) var rows: [BitgetFill] = []

        /// Whether it is so long that it must not be in the way of anything else.
        var isLong: Bool { rows.count > 1000 }
    }

    /// A busy account has many thousands of executions in three months.
    static let largestPages = 1000
    /// Executions may be listed so much later than they happened.
    static let lateness = TimeSpan.seconds(600)

    private(set) var rows: [BitgetFill] = []
    private var from: Timestamp?
    private var through = Timestamp.epoch
    private(set) var reading: Reading?

    /// Whether all executions from `since` to `moment` were read.
    func covers(since: Timestamp, to moment: Timestamp) -> Bool {
        guard let from else { return false }
        return from <= since && through >= moment
    }

    /// Begins to read what is missing since `since`, unless a reading on its way brings it.
    mutating func begin(since: Timestamp, at now: Timestamp, longest: TimeSpan) {
        if let reading, start(after: reading) <= since { return }
        let isKnown = from.map { $0 <= since } ?? false
        let start = isKnown ? max(since, through - Self.lateness) : since
        reading = Reading(
            since: start, through: now, spans: BitgetSpan.covering(since: start, to: now, longest: longest))
    }

    /// Since when everything is known once a reading is done.
    private func start(after reading: Reading) -> Timestamp {
        guard let from, reading.since <= through else { return reading.since }
        return min(from, reading.since)
    }

    /// Takes the next page of a reading; that of one which a wider one has replaced is left out.
    ///
    /// - Returns: Whether the list goes on within reason.
    mutating func took(_ page: BitgetPage<BitgetFill>, of asked: Reading) -> Bool {
        guard var now = reading, now.since == asked.since, now.through == asked.through else { return true }
        now.rows += page.rows
        now.pages += 1
        if let next = page.next, next != now.cursor {
            now.cursor = next
        } else {
            (now.cursor, now.pages) = (nil, 0)
            now.spans.removeFirst()
        }
        let goesOn = now.pages < Self.largestPages
        reading = goesOn ? now : nil
        return goesOn
    }

    /// Everything was listed: what the reading brought is known from now on.
    mutating func finish() {
        guard let done = reading, done.spans.isEmpty else { return }
        let isJoined = from != nil && done.since <= through
        var seen: Set<String> = []
        rows = ((isJoined ? rows : []) + done.rows).filter { seen.insert($0.tradeID).inserted }
            .sorted { ($0.at, $0.tradeID) < ($1.at, $1.tradeID) }
        (from, through) = (start(after: done), max(through, done.through))
        reading = nil
    }

    /// Nobody asks for what is older any more.
    mutating func forget(before moment: Timestamp) {
        guard let from, from < moment, moment <= through else { return }
        self.from = moment
        rows.removeAll { $0.at < moment }
    }
}
