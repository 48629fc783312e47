import Core
import Engine
import Storage

/// Brings the engine to where the journal left it, by letting it decide everything again.
///
/// Each recorded event must cause the recorded effects to the letter; if not, the program has changed its mind since
/// and must not trade on with this ledger.
struct Recovery {
    let ledger: Ledger

    func replay() throws -> (engine: Engine, steps: [RecordedStep]) {
        let coder = JournalCoder()
        var engine = Engine()
        var steps: [RecordedStep] = []
        try ledger.reader.readJournal { row in
            let event = try coder.event(row.draft.event)
            let effects = engine.step(event, at: row.draft.at)
            guard try coder.text(effects) == row.draft.effects else {
                throw RunnerError.journalDisagrees(sequence: Int(row.sequence))
            }
            if case .venue(let batch) = event { steps.append(.pulled(batch)) }
            for effect in effects {
                switch effect {
                case .submit(let approved, _): steps.append(.submitted(approved.request))
                case .cancel(let reference, let symbol, _): steps.append(.cancelled(reference, symbol))
                case .query, .readAccount, .alert, .refuse, .mark, .halted: break
                }
            }
        }
        return (engine, steps)
    }
}

/// What keeps a runner from starting or going on.
public enum RunnerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Replaying the journal gave other decisions than those recorded.
    case journalDisagrees(sequence: Int)

    public var description: String {
        switch self {
        case .journalDisagrees(let sequence):
            """
            the journal's event \(sequence) was decided differently by this program: the ledger was written by another \
            version; finish it with that version, or start a new one with --new
            """
        }
    }
}
