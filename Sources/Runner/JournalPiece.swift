package import Core
import Dispatch
package import Engine
import Foundation
package import Storage
import Synchronization

/// Some consecutive journal rows, read and checked on every core at once: reading the texts is most of what a start
/// costs.
package enum JournalPiece {
    /// One row.
    package struct Step: Sendable {
        package let sequence: Int64
        package let at: Timestamp
        /// nil where nobody asked for it.
        package let event: EngineEvent?
        package let commands: [RecordedStep]
        package let effects: String
    }

    /// Which events are read; the others are only checked against the chain.
    package enum Wanted: Sendable {
        case all
        case timeOfVenues
        case nothing
    }

    /// Reads `rows`, which follow `previous`.
    ///
    /// - Throws: ``RunnerError`` naming the first row that cannot be read.
    package static func read(
        _ rows: [JournalText], after previous: JournalText?, wanted: @escaping @Sendable (Int64) -> Wanted
    ) throws -> [Step] {
        let slices = min(max(1, ProcessInfo.processInfo.activeProcessorCount), 8)
        let size = (rows.count + slices - 1) / slices
        let results = Mutex<[Int: Result<[Step], any Error>]>([:])
        DispatchQueue.concurrentPerform(iterations: slices) { slice in
            let range = min(slice * size, rows.count)..<min((slice + 1) * size, rows.count)
            let result = Result<[Step], any Error> {
                try Self.read(rows, range, after: previous, wanted: wanted)
            }
            results.withLock { $0[slice] = result }
        }
        let done = results.withLock { $0 }
        return try (0..<slices).flatMap { try done[$0]?.get() ?? [] }
    }

    /// Whether a row moved the time of a market of virtual time.
    private static func movesTime(_ row: JournalText) -> Bool {
        isNews(row) || row.draft.event.hasPrefix("{\"deadline\"")
    }

    /// Whether a row holds news of a venue.
    package static func isNews(_ row: JournalText) -> Bool { row.draft.event.hasPrefix("{\"venue\"") }

    private static func read(
        _ rows: [JournalText], _ range: Range<Int>, after previous: JournalText?, wanted: (Int64) -> Wanted
    ) throws -> [Step] {
        let decoder = JSONDecoder()
        return try range.map { place in
            let row = rows[place]
            guard row.isSound(after: place > 0 ? rows[place - 1] : previous) else {
                throw RunnerError.journalAltered(sequence: Int(row.sequence))
            }
            do {
                var event: EngineEvent?
                let wish = wanted(row.sequence)
                if wish == .all || wish == .timeOfVenues && movesTime(row) {
                    event = try decoder.decode(EngineEvent.self, from: Data(row.draft.event.utf8))
                }
                var commands: [RecordedStep] = []
                if wish != .nothing, RecordedCommands.mayBeIn(row.draft.effects) {
                    commands = try decoder.decode(RecordedCommands.self, from: Data(row.draft.effects.utf8)).steps
                }
                return Step(
                    sequence: row.sequence, at: row.draft.at, event: event, commands: commands,
                    effects: row.draft.effects)
            } catch {
                throw RunnerError.journalUnreadable(sequence: Int(row.sequence))
            }
        }
    }
}
