import Foundation
import Storage

/// What a runner leaves behind in its folder, for commands that look from outside.
struct StateFolder {
    let path: String

    /// The flag that names a folder in a command's hint; empty for the one that every command takes by itself.
    static func flag(_ folder: String) -> String {
        folder == StateFolderOption.standard ? "" : " --state-dir \(folder)"
    }

    /// The ledger, for reading.
    ///
    /// - Throws: ``CommandFailure`` when there is none, or `LedgerError`.
    func ledger() throws -> LedgerReader {
        let file = "\(path)/trades.sqlite"
        guard FileManager.default.fileExists(atPath: file) else {
            throw CommandFailure(
                .corruptInput, "there is no ledger in \(path)",
                fix: "start a runner: aitrade run --loop --assets BTCUSDT; or name the folder with --state-dir")
        }
        return try LedgerReader(path: file)
    }

    /// The part of `runner_state.json` that `Form` reads.
    ///
    /// - Throws: ``CommandFailure`` when the file is missing or none.
    func state<Form: Decodable>() throws -> Form {
        _ = try ledger()
        let file = "\(path)/runner_state.json"
        guard let data = FileManager.default.contents(atPath: file),
            let form = try? JSONDecoder().decode(Form.self, from: data)
        else {
            throw CommandFailure(
                .corruptInput, "\(file) is missing or was written by another version",
                fix: "start the runner once: it writes the file anew")
        }
        return form
    }

    /// The process that holds the lock.
    var runnerPid: Int32? { InstanceLock.holder(path: "\(path)/runner.lock")?.pid }
}
