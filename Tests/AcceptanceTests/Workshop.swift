import Foundation
import Glibc
import Synchronization
import Testing

/// All acceptance tests, one after the other: some look at the time.
@Suite(.serialized) struct Acceptance {}

/// A folder of its own, in memory where the machine has such a place, removed when the value goes away.
final class Site: Sendable {
    let url: URL

    init() throws {
        url = Site.parent.appending(path: "aitrade-site-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    static var parent: URL {
        let memory = URL(filePath: "/dev/shm", directoryHint: .isDirectory)
        return access(memory.path, W_OK) == 0 ? memory : FileManager.default.temporaryDirectory
    }

    /// Starts the program here and waits for its end.
    func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Finished {
        try await Program.run(arguments, in: url, environment: environment)
    }

    /// Starts the program here and expects it to end well.
    @discardableResult
    func succeed(
        _ arguments: [String], environment: [String: String] = [:], at location: SourceLocation = #_sourceLocation
    ) async throws -> Finished {
        let end = try await run(arguments, environment: environment)
        #expect(end.status == 0, "\(arguments.joined(separator: " ")): \(end.text)", sourceLocation: location)
        return end
    }

    /// Starts the program here and expects one clear sentence about what is wrong, with nothing left behind of it.
    @discardableResult
    func fail(
        _ status: Int32, saying words: [String], _ arguments: [String], environment: [String: String] = [:],
        at location: SourceLocation = #_sourceLocation
    ) async throws -> Finished {
        let end = try await run(arguments, environment: environment)
        let note = Comment(rawValue: "\(arguments.joined(separator: " ")): \(end.text)")
        #expect(end.status == status, note, sourceLocation: location)
        for word in words { #expect(end.errors.contains(word), "'\(word)' in \(note)", sourceLocation: location) }
        #expect(end.errors.contains("aitrade: ") || end.errors.contains("Error: "), note, sourceLocation: location)
        for trace in ["Fatal error", "Stack dump", "crashed at", ".swift:", "Optional("] {
            #expect(!end.errors.contains(trace), note, sourceLocation: location)
        }
        #expect(try leftovers().isEmpty, note, sourceLocation: location)
        return end
    }

    /// Temporary files that somebody forgot.
    func leftovers() throws -> [String] {
        try names("").filter { !$0.hasPrefix(".start-") && ($0.contains(".tmp") || $0.contains(".temporary")) }
    }

    /// Every file below a folder, by relative path.
    func names(_ folder: String) throws -> [String] {
        (FileManager.default.enumerator(atPath: url.appending(path: folder).path)?.compactMap { $0 as? String } ?? [])
            .filter { !$0.hasPrefix(".start-") }.sorted()
    }

    func data(_ name: String) throws -> Data { try Data(contentsOf: url.appending(path: name)) }

    func json(_ name: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: try data(name)) as? [String: Any])
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: url.appending(path: name))
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: url.appending(path: name).path) }
}

/// What many tests share, made once: short bars and an artifact trained on them.
actor Workshop {
    static let shared = Workshop()

    private static let exitPath = Mutex<String?>(nil)
    private var made: Task<Shared, any Error>?

    struct Shared: Sendable {
        /// Keeps the folder in place.
        let site: Site
        /// Short hourly bars of two assets.
        let bars: String
        /// An artifact trained on them.
        let artifact: String

        /// The flags of a replay of it all.
        var replay: [String] { ["run", "--loop", "--signals", artifact, "--bars", bars, "--state-dir", "state"] }
    }

    func shared() async throws -> Shared {
        if let made { return try await made.value }
        let task = Task { try await Self.make() }
        made = task
        return try await task.value
    }

    private static func make() async throws -> Shared {
        let site = try Site()
        exitPath.withLock { $0 = site.url.path }
        // A value that lives as long as the process is not destroyed at its end.
        atexit {
            guard let path = Workshop.exitPath.withLock({ $0 }) else { return }
            try? FileManager.default.removeItem(atPath: path)
        }
        try copyBars(to: site.url.appending(path: "bars"), names: ["BTCUSDT-1h", "LINKUSDT-1h"], rows: 1300)
        let bars = site.url.appending(path: "bars").path
        let artifact = site.url.appending(path: "signals.bin").path
        try await site.succeed(
            ["signals", "--bars", bars, "--out", artifact, "--train-window", "500", "--trade-window", "200"]
                + ["--population", "12", "--generations", "3", "--seed", "3"])
        return Shared(site: site, bars: bars, artifact: artifact)
    }

    /// The repository that holds these tests.
    static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The bundled bars.
    static var bundle: URL { repository.appending(path: "data_cache/bars", directoryHint: .isDirectory) }

    /// Copies bundled series, or only their first rows.
    static func copyBars(to folder: URL, names: [String]? = nil, rows: Int? = nil) throws {
        let files = FileManager.default
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        for file in try files.contentsOfDirectory(atPath: bundle.path) where !file.hasSuffix(".md") {
            guard file.hasSuffix(".json") || names?.contains(String(file.dropLast(4))) ?? true else { continue }
            var content = try String(contentsOf: bundle.appending(path: file), encoding: .utf8)
            if let rows, file.hasSuffix(".csv") {
                content = content.split(separator: "\n").prefix(rows + 1).joined(separator: "\n") + "\n"
            }
            try Data(content.utf8).write(to: folder.appending(path: file))
        }
    }
}
