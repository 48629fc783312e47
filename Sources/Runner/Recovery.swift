package import Core
package import Engine
import Foundation
package import Storage

/// Brings the engine to where the journal left it.
///
/// The state after some row is kept in the ledger as a snapshot; the rows after it are decided again. Each has to cause
/// the recorded effects to the letter when this version of the program wrote it: if not, the ledger is not what was
/// written. Rows of another version are followed: what they told the venues is what happened.
package struct Recovery {
    /// What a journal left behind.
    package struct Outcome {
        /// The engine as it stood after the last row.
        package var engine = Engine()
        /// What the venues told and were told, in order; empty when nobody asked for it.
        package var steps: [RecordedStep] = []
        /// The last news of a venue.
        package var lastBatch: VenueBatch?
        /// The sequence of the last row.
        package var sequence: Int64 = 0
        /// The row after which the engine came from a snapshot; 0 without one.
        package var snapshot: Int64 = 0
        /// The newest snapshot's row, when the snapshot is not one that can be read: it was not used.
        package var unusableSnapshot: Int64?
        /// Rows of another version that this one would have decided differently.
        package var followed: [Int64] = []
    }

    private static let piece = 4096

    private let reader: LedgerReader
    private let coder = JournalCoder()

    /// A recovery from `ledger`.
    package init(ledger: Ledger) {
        self.init(reader: ledger.reader)
    }

    /// A recovery from a ledger that is only read.
    package init(reader: LedgerReader) {
        self.reader = reader
    }

    /// Goes through the whole journal: checks its chain, and decides again what came after the newest snapshot.
    ///
    /// - Parameters:
    ///   - version: The version of this program.
    ///   - rebuildsVenue: Whether a venue lives in this process, so that everything it told and was told is needed.
    ///   - usesSnapshot: False decides everything again from the first row.
    /// - Throws: ``RunnerError`` naming the first row that cannot be followed, or `LedgerError`.
    package func replay(
        version: String = "", rebuildsVenue: Bool = true, usesSnapshot: Bool = true
    ) throws -> Outcome {
        var outcome = Outcome()
        let meta = try reader.meta()
        let isOwn = meta[LedgerMetaKey.programVersion] ?? "" == version
        let ownSince = isOwn ? meta[LedgerMetaKey.programSince].flatMap { Int64($0) } ?? 0 : Int64.max
        if usesSnapshot { try begin(&outcome) }
        let start = outcome.snapshot
        var (previous, news): (JournalText?, JournalText?) = (nil, nil)
        try reader.readJournalTexts(by: Self.piece) { rows in
            let steps = try JournalPiece.read(rows, after: previous) { sequence in
                sequence > start ? .all : rebuildsVenue ? .timeOfVenues : .nothing
            }
            for step in steps {
                if let event = step.event, step.sequence > start {
                    try take(event, step, mustAgree: step.sequence > ownSince, &outcome)
                }
                note(step, rebuildsVenue, &outcome)
            }
            (previous, news) = (rows.last, rows.last(where: JournalPiece.isNews) ?? news)
        }
        outcome.sequence = previous?.sequence ?? 0
        if let news, case .venue(let batch) = try coder.event(news.draft.event) { outcome.lastBatch = batch }
        return outcome
    }

    /// Starts from the newest snapshot. One that was altered, or that this version cannot read, costs time and nothing
    /// else: everything is decided again from the first row.
    private func begin(_ outcome: inout Outcome) throws {
        guard let newest = try reader.newestSnapshot() else { return }
        if let snapshot = try reader.snapshot(),
            let engine = try? JSONDecoder().decode(Engine.self, from: Data(snapshot.engine.utf8))
        {
            (outcome.engine, outcome.snapshot) = (engine, snapshot.sequence)
        } else {
            outcome.unusableSnapshot = newest
        }
    }

    /// Goes through the whole journal as a run needs it.
    func replay(for setup: RunSetup) throws -> Outcome {
        try replay(version: setup.version, rebuildsVenue: setup.rebuildsVenue)
    }

    private func take(
        _ event: EngineEvent, _ step: JournalPiece.Step, mustAgree: Bool, _ outcome: inout Outcome
    ) throws {
        let before = mustAgree ? nil : outcome.engine
        guard try coder.text(outcome.engine.step(event, at: step.at)) != step.effects else { return }
        guard var engine = before else { throw RunnerError.journalDisagrees(sequence: Int(step.sequence)) }
        engine.follow(event, told: step.commands, at: step.at)
        outcome.engine = engine
        outcome.followed.append(step.sequence)
    }

    private func note(_ step: JournalPiece.Step, _ rebuildsVenue: Bool, _ outcome: inout Outcome) {
        guard rebuildsVenue else { return }
        if let moved = step.event?.marketStep(at: step.at) { outcome.steps.append(moved) }
        outcome.steps += step.commands
    }
}

/// What keeps a runner from starting or going on.
public enum RunnerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Replaying the journal gave other decisions than those recorded by this same version.
    case journalDisagrees(sequence: Int)
    /// A recorded event is not one that this program knows.
    case journalUnreadable(sequence: Int)
    /// A row does not match its hash.
    case journalAltered(sequence: Int)

    public var description: String {
        switch self {
        case .journalDisagrees(let sequence):
            """
            the journal's event \(sequence) was decided differently by this same version: `aitrade ledger verify` \
            tells whether it was altered; restore a backup with `aitrade ledger restore`, or start a new ledger \
            with --new
            """
        case .journalUnreadable(let sequence):
            """
            the journal's event \(sequence) is not one that this program knows: the ledger was written by another \
            version; start it once with that version and stop it in order, which leaves a snapshot to go on from, or \
            start a new one with --new
            """
        case .journalAltered(let sequence):
            """
            the journal's row \(sequence) is not what was written: `aitrade ledger verify` names everything that was \
            altered; restore a backup with `aitrade ledger restore`
            """
        }
    }
}
