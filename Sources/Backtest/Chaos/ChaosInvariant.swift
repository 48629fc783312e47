public import Core
import Engine

/// What must hold after every step of a chaos run, whatever goes wrong.
public enum ChaosInvariant: String, Codable, CaseIterable, Sendable {
    /// A venue accepted at most one order for an intent, and an intent is written down once.
    case oneOrderPerIntent = "ONE_ORDER_PER_INTENT"
    /// Nothing that opens leaves once the kill switch is engaged.
    case noOpeningAfterKill = "NO_OPENING_AFTER_KILL"
    /// "Halted" is only said when the venues hold nothing, and it is said once they answer again.
    case flatAfterKill = "FLAT_AFTER_KILL"
    /// A position has an armed stop, or is being closed, within the budget.
    case exposureProtected = "EXPOSURE_PROTECTED"
    /// Cash, fees and profit of the books are exactly those of the executions.
    case moneyConserved = "MONEY_CONSERVED"
    /// Books and venue agree once the venue answers.
    case booksEqualVenue = "BOOKS_EQUAL_VENUE"
    /// A reduction is never larger than the position.
    case noFlip = "NO_FLIP"
    /// Never more is held than a signal asked for.
    case noOverexposure = "NO_OVEREXPOSURE"
    /// The engine's time and the heartbeat only go forward.
    case heartbeatMonotone = "HEARTBEAT_MONOTONE"
    /// No entry leaves on a row that has expired.
    case noExpiredSignal = "NO_EXPIRED_SIGNAL"
    /// Replaying the journal gives the recorded effects.
    case replayAgrees = "REPLAY_AGREES"
    /// The engine never waits for a moment that has passed.
    case noBusyLoop = "NO_BUSY_LOOP"
}

/// A broken invariant.
public struct ChaosViolation: Hashable, Codable, Sendable, CustomStringConvertible {
    /// Which.
    public let invariant: ChaosInvariant
    /// What was seen.
    public let detail: String
    /// After how many engine steps.
    public let step: Int
    /// When, by virtual time.
    public let at: Timestamp

    public var description: String {
        let seconds = (at - ChaosMarket.start).milliseconds / 1_000
        let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60]
            .map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        return "\(invariant.rawValue) at step \(step) (\(clock)): \(detail)"
    }
}

/// What a run did, in figures.
public struct ChaosTally: Hashable, Codable, Sendable {
    /// Engine steps.
    public internal(set) var steps = 0
    /// Starts of the runner.
    public internal(set) var starts = 0
    /// Crashes.
    public internal(set) var crashes = 0
    /// How often the kill switch was pulled.
    public internal(set) var kills = 0
    /// How often all venues were proven flat after it.
    public internal(set) var halts = 0
    /// Orders sent.
    public internal(set) var orders = 0
    /// Executions at the venues.
    public internal(set) var fills = 0
    /// How often each fault was felt.
    public internal(set) var faults: [String: Int] = [:]
    /// For how long positions were without an armed stop and not being closed, each time, in good time.
    public internal(set) var unprotected = ChaosSpans()
    /// From each pull of the kill switch until every venue was proven flat.
    public internal(set) var killToFlat = ChaosSpans()
}

/// What the invariants remember between two steps. Spans are counted in good time: while the runner is up and every
/// venue is open and answers.
struct ChaosWatch: Sendable {
    /// Milliseconds of good time so far.
    var good: Int64 = 0
    var isCalm = true
    /// How often the venues were looked at.
    var looks = 0
    /// What was held when the whole account was looked at last.
    var heldAtLook: [Symbol: Quantity] = [:]
    var sent: [ClientOrderID: Int] = [:]
    /// Since when, in good time, something that should pass has been so.
    var since: [String: Int64] = [:]
    /// Since when, in good time, a position has had no stop and is not being closed.
    private var nakedSince: [Symbol: Int64] = [:]
    var largestGoal: [Symbol: Quantity] = [:]
    var killedAt: Timestamp?
    /// Whether the present kill has been proven flat before.
    var wasFlat = false
    /// How long each naked position was.
    private(set) var unprotected = ChaosSpans()
    private(set) var lastNow = Timestamp.epoch

    mutating func beganProcess(at moment: Timestamp) {
        lastNow = moment
        since = [:]
        nakedSince = [:]
    }

    /// Holdings before the step, and the executions that come with it.
    private var holdings: [(symbol: Symbol, held: Quantity)] = []
    private var incoming: [Fill] = []

    mutating func noteHoldings(_ engine: Engine, before event: EngineEvent) {
        holdings.removeAll(keepingCapacity: true)
        incoming.removeAll(keepingCapacity: true)
        switch event {
        case .venue(let batch):
            for case .fill(let fill) in batch.events { incoming.append(fill) }
        case .snapshot(let snapshot): incoming = snapshot.fills
        default: return
        }
        guard !incoming.isEmpty else { return }
        for place in engine.desks.indices {
            holdings.append((engine.desks[place].symbol, engine.desks[place].position.quantity))
        }
    }

    /// The most that `order` could reduce at any moment of the step: a batch may open and close a position.
    func reducible(_ order: OrderRequest, heldAfter: Quantity) -> Quantity {
        func reducible(_ held: Quantity) -> Quantity { order.side == .sell ? held : -held }
        var held = holdings.first { $0.symbol == order.symbol }?.held ?? .zero
        var most = max(reducible(held), reducible(heldAfter))
        for fill in incoming where fill.symbol == order.symbol {
            held += fill.side.signed(fill.quantity)
            most = max(most, reducible(held))
        }
        return most
    }

    mutating func isMonotone(_ moment: Timestamp) -> Bool {
        defer { lastNow = max(lastNow, moment) }
        return moment >= lastNow
    }

    /// Whether any position was naked at the last look.
    var knowsNaked: Bool { !nakedSince.isEmpty }

    /// How long a position has been naked without a break, or had been until now, in good milliseconds.
    mutating func nakedSpan(_ symbol: Symbol, isNaked: Bool) -> Int64 {
        if !isNaked {
            guard let start = nakedSince.removeValue(forKey: symbol) else { return 0 }
            unprotected.note(good - start)
            return good - start
        }
        let start = nakedSince[symbol] ?? good
        nakedSince[symbol] = start
        return good - start
    }

    /// How long `condition` has held without a break, in good milliseconds.
    mutating func span(of name: String, while condition: Bool) -> Int64 {
        guard condition else {
            since[name] = nil
            return 0
        }
        let start = since[name] ?? good
        since[name] = start
        return good - start
    }
}
