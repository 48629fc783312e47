import ArgumentParser
import Core
import Foundation
import Runner
import Signals
import Simulator
import Storage

/// Turns whatever went wrong into a sentence, its remedy and an exit code.
enum ErrorReport {
    /// Prints to standard error and ends the process.
    static func leave(with error: any Error) -> Never {
        if let exit = error as? ExitStatusRequest { Foundation.exit(exit.status) }
        guard let failure = failure(for: error) else { AiTrade.exit(withError: error) }
        FileHandle.standardError.write(Data("aitrade: \(failure)\n".utf8))
        Foundation.exit(failure.status.rawValue)
    }

    /// The known errors of the rooms below, by what the user can do; nil for the argument parser's own.
    private static func failure(for error: any Error) -> CommandFailure? {
        switch error {
        case let failure as CommandFailure: failure
        case let error as BarFileError: CommandFailure(status(of: error), error.problem, fix: error.fix)
        case let error as FileError: CommandFailure(status(of: error), error.problem, fix: error.fix)
        case let error as InstanceLockError: CommandFailure(status(of: error), error.problem, fix: error.fix)
        case let error as TrialLedgerError: CommandFailure(status(of: error), error.problem, fix: error.fix)
        case let error as StudyReportError: CommandFailure(.corruptInput, error.problem, fix: error.fix)
        case let error as LedgerError: CommandFailure(status(of: error), error.problem, fix: error.fix)
        case let error as ReplayDivergence: CommandFailure(.corruptInput, "\(error)", fix: "")
        case let error as VenueError: Venues.failure(error)
        case let error as ClosedWithoutLedger:
            CommandFailure(error.stillOpen.isEmpty ? .halted : .haltedNotFlat, error.problem, fix: error.fix)
        case let error as RunnerError: CommandFailure(.corruptInput, "\(error)", fix: "")
        case let error as any ExplainedError: CommandFailure(.corruptInput, error.problem, fix: error.fix)
        default: nil
        }
    }

    private static func status(of error: BarFileError) -> ExitStatus {
        if case .file(let inner) = error { return status(of: inner) }
        return .corruptInput
    }

    /// What cannot be read is unusable input; everything else wanted to write.
    private static func status(of error: FileError) -> ExitStatus {
        ["read", "list", "decompress"].contains(error.action) ? .corruptInput : .cannotWrite
    }

    static func status(of error: LedgerError) -> ExitStatus {
        switch error {
        case .diskFull, .readOnly, .cannotOpen, .inputOutput: .cannotWrite
        case .file(let inner): status(of: inner)
        case .locked: .locked
        case .wrongIdentity: .configuration
        case .missing, .corrupt, .unsound, .foreign, .newer, .older, .refusedRow, .conflictingIntent, .conflictingFill,
            .reservedKey:
            .corruptInput
        }
    }

    private static func status(of error: TrialLedgerError) -> ExitStatus {
        switch error {
        case .unusable: .corruptInput
        case .cannotWrite: .cannotWrite
        case .file(let inner): status(of: inner)
        }
    }

    private static func status(of error: InstanceLockError) -> ExitStatus {
        switch error {
        case .held, .accountHeld: .locked
        case .file: .cannotWrite
        }
    }
}

/// Ends a command with a status that is a result and not an error: nothing is printed.
struct ExitStatusRequest: Error {
    let status: Int32

    init(_ status: ExitStatus) {
        self.status = status.rawValue
    }

    init(code: Int32) {
        status = code
    }
}
