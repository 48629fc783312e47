import Core
import Engine

/// The books of a simulated runner: what was decided, and which of it survives a crash.
///
/// Steps are staged as they are taken and committed before any message leaves; a crash loses what was only staged.
/// Recovery goes on from the engine as it was committed, as from a snapshot. Where `replays`, it lets a fresh engine
/// decide everything again instead and requires every recorded effect to the letter.
struct ChaosJournal: Sendable {
    /// One step.
    struct Row: Sendable {
        let at: Timestamp
        let event: EngineEvent
        let effects: [Effect]
    }

    private(set) var rows: [Row] = []
    private var committed = 0
    /// The engine as the committed rows left it.
    private var snapshot = Engine()
    /// How far the last replay came, and the engine as it stood then.
    private var replayed = 0
    private var engine = Engine()
    /// Whether a recovery decides everything again.
    let replays: Bool
    /// Every intent that was made durable, and how often.
    private(set) var intents: [ClientOrderID: Int] = [:]

    init(replays: Bool) { self.replays = replays }

    /// So many rows are kept back at most.
    static let limitRows = 1_000

    var isFull: Bool { rows.count - committed >= Self.limitRows }

    mutating func stage(_ event: EngineEvent, _ effects: [Effect], at now: Timestamp) {
        rows.append(Row(at: now, event: event, effects: effects))
    }

    /// Makes durable what was staged, which left the engine as `engine`.
    mutating func commit(_ engine: Engine) {
        for row in rows[committed...] {
            for case .submit(let approved, _) in row.effects { intents[approved.request.clientID, default: 0] += 1 }
        }
        committed = rows.count
        snapshot = engine
    }

    /// The process is gone, and with it what was not committed.
    mutating func crash() {
        rows.removeSubrange(committed...)
    }

    /// The engine to go on with after a crash; nil when a replay decides a committed row differently now.
    mutating func recovered() -> Engine? { replays ? replay() : snapshot }

    /// Whether deciding every committed row again gives what the engine was when they were committed.
    mutating func agrees() -> Bool { replay() == snapshot }

    /// The engine as the committed rows leave it; nil when one of them would be decided differently now.
    ///
    /// It goes on from the last replay, so that every row is decided again once, however often the process dies.
    private mutating func replay() -> Engine? {
        for row in rows[replayed..<committed] {
            guard engine.step(row.event, at: row.at) == row.effects else { return nil }
        }
        replayed = committed
        return engine
    }
}
