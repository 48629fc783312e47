import Foundation

/// The repository this test was built from.
struct House {
    /// Targets that decide and never act: no I/O, no clock, no ambient randomness.
    static let pureRooms: Set<String> = [
        "Core", "Optimizer", "SearchKernel", "SearchKernelV3", "SearchKernelV4", "Signals", "Simulator", "Engine",
        "Backtest",
    ]
    static let accessLevels: Set<String> = ["public", "package", "internal", "fileprivate", "private"]

    let root: URL

    init() {
        // This file is four steps below the root.
        root = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { path, _ in path.deletingLastPathComponent() }
    }

    /// The Swift files below `folder`, in the order of their paths.
    func swiftFiles(in folder: String) throws -> [SourceFile] {
        let names =
            FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)?
            .compactMap { $0 as? String } ?? []
        return try names.filter { $0.hasSuffix(".swift") }.sorted().map { try file("\(folder)/\($0)") }
    }

    func file(_ path: String) throws -> SourceFile {
        SourceFile(
            path: path, text: String(decoding: try Data(contentsOf: root.appendingPathComponent(path)), as: UTF8.self))
    }
}
