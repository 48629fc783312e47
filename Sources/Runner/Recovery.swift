package import Core
package import Engine
package import Storage

/// Brings the engine to where the journal left it, by letting it decide everything again.
///
/// Each recorded event must cause the recorded effects to the letter; if not, the program has changed its mind since
/// and must not trade on with this ledger.
package struct Recovery {
    /// What a journal left behind.
    package struct Outcome {
        /// The engine as it stood after the last row.
        package var engine = Engine()
        /// What the venues told and were told, in order.
        package var steps: [RecordedStep] = []
        /// The last news of a venue.
        package var lastBatch: VenueBatch?
    }

    private let ledger: Ledger

    /// A recovery from `ledger`.
    package init(ledger: Ledger) {
        self.ledger = ledger
    }

    /// Replays the whole journal.
    ///
    /// - Throws: ``RunnerError`` naming the first row that cannot be followed, or `LedgerError`.
    package func replay() throws -> Outcome {
        let coder = JournalCoder()
        var outcome = Outcome()
        try ledger.reader.readJournal { row in
            let event: EngineEvent
            do { event = try coder.event(row.draft.event) } catch {
                throw RunnerError.journalUnreadable(sequence: Int(row.sequence))
            }
            let effects = outcome.engine.step(event, at: row.draft.at)
            guard try coder.text(effects) == row.draft.effects else {
                throw RunnerError.journalDisagrees(sequence: Int(row.sequence))
            }
            if case .venue(let batch) = event {
                outcome.steps.append(.pulled(batch))
                outcome.lastBatch = batch
            }
            for effect in effects {
                switch effect {
                case .submit(let approved, _): outcome.steps.append(.submitted(approved.request))
                case .cancel(let reference, let symbol, _): outcome.steps.append(.cancelled(reference, symbol))
                case .query, .readAccount, .alert, .refuse, .mark, .halted, .reconciled: break
                }
            }
        }
        return outcome
    }
}

/// What keeps a runner from starting or going on.
public enum RunnerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Replaying the journal gave other decisions than those recorded.
    case journalDisagrees(sequence: Int)
    /// A recorded event is not one that this program knows.
    case journalUnreadable(sequence: Int)

    public var description: String {
        switch self {
        case .journalDisagrees(let sequence):
            """
            the journal's event \(sequence) was decided differently by this program: the ledger was written by another \
            version; finish it with that version, or start a new one with --new
            """
        case .journalUnreadable(let sequence):
            """
            the journal's event \(sequence) is not one that this program knows: the ledger was written by another \
            version; finish it with that version, or start a new one with --new
            """
        }
    }
}
