import Foundation
import Storage

/// A state folder of its own, in memory where the machine has such a place, removed with everything in it when the
/// value goes away.
final class TemporaryState: Sendable {
    let url: URL

    init() throws {
        let memory = URL(filePath: "/dev/shm", directoryHint: .isDirectory)
        let usesMemory = FileManager.default.isWritableFile(atPath: memory.path)
        let parent = usesMemory ? memory : FileManager.default.temporaryDirectory
        url = parent.appending(path: "aitrade-runner-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    var ledgerPath: String { url.appending(path: "trades.sqlite").path }

    func ledger() throws -> Ledger {
        try Ledger(path: ledgerPath, identity: LedgerIdentity(mode: "backtest", account: "test"))
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: url.appending(path: name), options: .atomic)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(at: url.appending(path: name))
    }

    func data(_ name: String) throws -> Data {
        try Data(contentsOf: url.appending(path: name))
    }

    func json(_ name: String) throws -> Any {
        try JSONSerialization.jsonObject(with: try data(name))
    }

    /// What a crash at this moment leaves: every file as it is, but for the memory that processes shared.
    func copied() throws -> TemporaryState {
        let copy = try TemporaryState()
        for name in try FileManager.default.contentsOfDirectory(atPath: url.path) where !name.hasSuffix("-shm") {
            try FileManager.default.copyItem(at: url.appending(path: name), to: copy.url.appending(path: name))
        }
        return copy
    }
}
