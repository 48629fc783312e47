import Foundation
import Glibc
import Synchronization
import Testing

/// How a start of the program ended.
struct Finished: Sendable {
    /// The exit code; 128 plus the signal's number when a signal ended it.
    let status: Int32
    let output: String
    let errors: String
    let took: Duration

    /// Both streams, for messages.
    var text: String { "status \(status)\n\(output)\n\(errors)" }
}

/// The program as a user starts it: the real binary, with files for its output and an environment of its own.
final class Program: Sendable {
    /// What a start that hangs is told.
    static let limit = Duration.seconds(60)

    let pid: pid_t
    private let folder: URL
    private let started: ContinuousClock.Instant
    private let hasEnded = Atomic(false)

    /// Starts the program in `folder`.
    init(_ arguments: [String], in folder: URL, environment: [String: String] = [:]) throws {
        let binary = try Self.binary()
        self.folder = folder.appending(path: ".start-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (descriptor, name) in [(Int32(1), "output"), (2, "errors")] {
            let path = self.folder.appending(path: name).path
            posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        }
        var child: pid_t = 0
        // `env` changes into the folder and becomes the program: the process stays the same.
        let command = ["env", "-C", folder.path, binary] + arguments
        let code = Self.withStrings(command) { command in
            Self.withStrings(Self.environment(environment)) { environment in
                posix_spawn(&child, "/usr/bin/env", &actions, nil, command, environment)
            }
        }
        guard code == 0 else { throw POSIXError(.init(rawValue: code) ?? .EINVAL) }
        pid = child
        started = .now
    }

    /// A test that failed halfway leaves nothing running.
    deinit {
        guard !hasEnded.load(ordering: .relaxed) else { return }
        var status: Int32 = 0
        Glibc.kill(pid, SIGKILL)
        waitpid(pid, &status, 0)
    }

    /// Starts the program and waits for its end.
    static func run(
        _ arguments: [String], in folder: URL, environment: [String: String] = [:]
    ) async throws -> Finished {
        try await Program(arguments, in: folder, environment: environment).end()
    }

    /// Waits for the end; a start that does not come to it within ``limit`` is ended and counts as a failed test.
    func end() async throws -> Finished {
        var status: Int32 = 0
        let begun = ContinuousClock.now
        while waitpid(pid, &status, WNOHANG) == 0 {
            if begun.duration(to: .now) > Self.limit {
                Issue.record("the program did not end by itself within \(Self.limit)")
                Glibc.kill(pid, SIGKILL)
                waitpid(pid, &status, 0)
                break
            }
            try? await Task.sleep(for: .milliseconds(2))
        }
        hasEnded.store(true, ordering: .relaxed)
        let took = started.duration(to: .now)
        let signal = status & 0x7f
        return Finished(
            status: signal == 0 ? (status >> 8) & 0xff : 128 + signal, output: try text("output"),
            errors: try text("errors"), took: took)
    }

    func send(_ signal: Int32) {
        Glibc.kill(pid, signal)
    }

    /// What a stream has received until now.
    func soFar(_ name: String) throws -> String { try text(name) }

    private func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
    }

    // MARK: Where the program is

    /// The binary beside the test bundle: both are products of one build.
    static func binary() throws -> String {
        let bundles = CommandLine.arguments.filter { $0.hasSuffix(".xctest") }.map { URL(filePath: $0) }
        let places =
            bundles.map { $0.deletingLastPathComponent() }
            + [Workshop.repository.appending(path: ".build/release", directoryHint: .isDirectory)]
        for place in places {
            let path = place.appending(path: "aitrade").path
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw MissingBinary(places: places.map(\.path))
    }

    private static func environment(_ changes: [String: String]) -> [String] {
        let inherited = ProcessInfo.processInfo.environment.filter {
            ["PATH", "HOME", "LD_LIBRARY_PATH"].contains($0.key)
        }
        return inherited.merging(changes) { $1 }.map { "\($0.key)=\($0.value)" }.sorted()
    }

    private static func withStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        return body(copies + [nil])
    }
}

/// The tests cannot run without the program.
struct MissingBinary: Error, CustomStringConvertible {
    let places: [String]

    var description: String {
        "there is no aitrade in \(places.joined(separator: " or ")): run `swift build -c release --product aitrade`, "
            + "or `make test`, which builds it"
    }
}
