import Core
import Foundation
import Signals
import Storage

/// Keeps what an interrupted training has finished: one file for each finished fold and one for each fold in work, in a
/// folder named after everything the result depends on.
struct CheckpointStore: Sendable {
    private let folder: String

    init(folder: String, fingerprint: Digest) {
        self.folder = "\(folder)/\(fingerprint.hex.prefix(16))"
    }

    /// The file that keeps two searches from one checkpoint.
    var lockPath: String { "\(folder).lock" }

    /// Makes the folder.
    ///
    /// - Returns: How many folds are finished already.
    func open() throws -> Int {
        try AtomicFile.createFolder(folder)
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.count { $0.hasSuffix(".done.json") }
    }

    /// Removes the folder.
    func remove() throws {
        guard FileManager.default.fileExists(atPath: folder) else { return }
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            throw CommandFailure(.cannotWrite, "the checkpoint \(folder) cannot be removed", fix: "check permissions")
        }
    }

    /// Hooks that store into this folder.
    func hooks(
        onProgress: @escaping @Sendable (SignalProgress) -> Void, isCancelled: @escaping @Sendable () -> Bool
    ) -> GenerationHooks {
        var hooks = GenerationHooks()
        hooks.finished = { read($0, ".done.json") }
        hooks.training = { read($0, ".work.json") }
        hooks.saveFinished = { key, result in
            try write(result, key, ".done.json")
            try? FileManager.default.removeItem(atPath: path(key, ".work.json"))
        }
        hooks.saveTraining = { key, training in try write(training, key, ".work.json") }
        hooks.onProgress = onProgress
        hooks.isCancelled = isCancelled
        return hooks
    }

    private func path(_ key: UnitKey, _ suffix: String) -> String {
        "\(folder)/\(key.group)-\(key.fold)\(suffix)"
    }

    /// A damaged file counts as missing: its fold is trained again.
    private func read<Value: Decodable>(_ key: UnitKey, _ suffix: String) -> Value? {
        (try? Data(contentsOf: URL(filePath: path(key, suffix))))
            .flatMap { try? JSONDecoder().decode(Value.self, from: $0) }
    }

    private func write(_ value: some Encodable, _ key: UnitKey, _ suffix: String) throws {
        let data = try JSONEncoder().encode(value)
        try AtomicFile.write(Array(data), to: path(key, suffix), durability: .processCrash)
    }
}
