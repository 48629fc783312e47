import Core

/// What is known about the readings of one venue's account.
///
/// Invariants: at most one reading is on its way, unless one was given up; readings are believed in the order of the
/// venue's own time.
struct ReconcileAccount: Hashable, Codable, Sendable {
    /// A reading on its way.
    struct Question: Hashable, Codable, Sendable {
        let at: Timestamp
        /// How much each desk had sent and heard when it was asked.
        let activity: [Symbol: Int]
    }

    /// A position that our orders do not explain, seen once.
    struct Suspicion: Hashable, Codable, Sendable {
        let since: Timestamp
        let held: Quantity
        let activity: Int
    }

    /// When the next reading is due; nil while only requests count.
    var dueAt: Timestamp?
    /// The reading on its way.
    private(set) var question: Question?
    /// When another reading was wanted while this one was on its way; left out by older journals.
    var wantedAt: Timestamp?
    /// The venue's time of the newest reading that was believed.
    var readAt: Timestamp?
    /// When a comparison last left nothing to confirm; nil since one did.
    var agreedAt: Timestamp?
    /// Since when executions have to be asked for.
    var fillsSince: Timestamp?
    /// Positions to be confirmed.
    var suspicions: [Symbol: Suspicion] = [:]
    /// Foreign orders that were told already.
    var toldOrders: Set<String> = []
    /// Foreign executions that are in the books or older than them.
    var settledTrades: Set<String> = []
    /// Foreign executions that wait for an explanation by position, in the order they came.
    var strangers: [Fill] = []
    /// Those that were told since the account was asked for: the answer may be older than they are. Left out by older
    /// journals.
    private(set) var unread: Set<String>?
    /// Money by currency less what our executions moved, at the last reading that agreed.
    var bases: [String: MoneyBase] = [:]

    /// So many foreign executions are remembered; older ones are left to the next reading.
    static let limitStrangers = 1000

    /// Notes that the account is asked for.
    mutating func ask(_ question: Question) { (self.question, unread, wantedAt) = (question, nil, nil) }

    /// Takes the reading on its way as answered.
    mutating func answered() -> Question? {
        defer { question = nil }
        return question
    }

    /// An execution that is none of ours was told.
    mutating func met(_ fill: Fill) {
        remember(fill)
        unread = (unread ?? []).union([fill.tradeID])
    }

    /// A reading lists an execution that is none of ours.
    mutating func read(_ fill: Fill) {
        remember(fill)
        unread?.remove(fill.tradeID)
    }

    /// Whether an execution that is none of ours may be younger than what was read last.
    func isUnread(_ fill: Fill) -> Bool { unread?.contains(fill.tradeID) ?? false }

    /// Whatever was told counts, however old the last reading is.
    mutating func takeUnread() { unread = nil }

    /// Remembers executions that are none of ours.
    private mutating func remember(_ fill: Fill) {
        guard !settledTrades.contains(fill.tradeID), !strangers.contains(where: { $0.tradeID == fill.tradeID }) else {
            return
        }
        strangers.append(fill)
        if strangers.count > Self.limitStrangers { strangers.removeFirst() }
    }

    /// The foreign executions of `symbol` are in the books, or were before they were read first; those of `kept` wait,
    /// and so do those that may be younger than what was read.
    mutating func settleStrangers(of symbol: Symbol, except kept: Set<String>) {
        let settled = strangers.filter { $0.symbol == symbol && !kept.contains($0.tradeID) && !isUnread($0) }
        settledTrades.formUnion(settled.map(\.tradeID))
        strangers.removeAll { settled.contains($0) }
    }
}

/// What a balance should be: the money of the last agreement, moved by our executions since.
struct MoneyBase: Hashable, Codable, Sendable {
    /// The balance less the cash that our executions moved, notionals included, as spot accounts count.
    let spot: Money
    /// The balance less our profits and fees alone, as margin accounts count.
    let margin: Money
    /// A drift that was seen once.
    var suspected: Money?

    /// How far `balance` is from what our executions explain; by the kinder of the two ways to count, which agree
    /// whenever nothing is held.
    func drift(_ now: MoneyBase) -> Money {
        let (left, right) = (now.spot - spot, now.margin - margin)
        return left.magnitude <= right.magnitude ? left : right
    }
}
