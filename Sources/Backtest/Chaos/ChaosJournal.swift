import Core
import Engine

/// The books of a simulated runner: what was decided, and which of it survives a crash.
///
/// Steps are staged as they are taken and committed before any message leaves; a crash loses what was only staged.
/// Recovery lets a fresh engine decide everything again and requires every recorded effect to the letter.
struct ChaosJournal: Sendable {
    /// One step.
    struct Row: Sendable {
        let at: Timestamp
        let event: EngineEvent
        let effects: [Effect]
    }

    private(set) var rows: [Row] = []
    private var committed = 0
    /// How far the last recovery came, and the engine as it stood then.
    private var replayed = 0
    private var engine = Engine()
    /// Every intent that was made durable, and how often.
    private(set) var intents: [ClientOrderID: Int] = [:]

    /// So many rows are kept back at most.
    static let limitRows = 1_000

    var isFull: Bool { rows.count - committed >= Self.limitRows }

    mutating func stage(_ event: EngineEvent, _ effects: [Effect], at now: Timestamp) {
        rows.append(Row(at: now, event: event, effects: effects))
    }

    mutating func commit() {
        for row in rows[committed...] {
            for case .submit(let approved, _) in row.effects { intents[approved.request.clientID, default: 0] += 1 }
        }
        committed = rows.count
    }

    /// The process is gone, and with it what was not committed.
    mutating func crash() {
        rows.removeSubrange(committed...)
    }

    /// The engine as the committed rows leave it; nil when one of them would be decided differently now.
    ///
    /// It goes on from the last recovery, so that every row is decided again once, however often the process dies.
    mutating func recovered() -> Engine? {
        for row in rows[replayed..<committed] {
            guard engine.step(row.event, at: row.at) == row.effects else { return nil }
        }
        replayed = committed
        return engine
    }
}
