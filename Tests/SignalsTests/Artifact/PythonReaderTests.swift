import Core
import Foundation
import Signals
import Testing

/// `docs/read_artifact.py` reads and writes every column with Python's own library.
@Suite struct PythonReaderTests {
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/read_artifact.py")

    private static func python(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-B"] + arguments
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    private static let hasPython = (try? python(["-c", "import json"]).status) == 0

    @Test(.enabled(if: hasPython, "python3 is not installed"))
    func everyColumnRoundTripsAndDamageIsRefused() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("python-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (file, copy) = (folder.appendingPathComponent("signals.bin"), folder.appendingPathComponent("copy.bin"))
        let trained = try await StudyBars.artifact(
            [try StudyBars.walk("AAA", count: 560, seed: 1), try StudyBars.walk("BBB", count: 540, seed: 2)],
            StudyBars.options())
        for artifact in [try SampleArtifact.make(rows: 300), trained] {
            let bytes = try artifact.encode()
            try Data(bytes).write(to: file)
            let result = try Self.python([Self.script.path, file.path, "--write", copy.path])
            #expect(result.status == 0, "\(result.output)")
            #expect(try Array(Data(contentsOf: copy)) == bytes)
            let csv = try Self.python([Self.script.path, file.path, "--csv"])
            #expect(
                csv.output.split(separator: "\n").count == 1 + artifact.assets.reduce(0) { $0 + $1.columns.count })
            #expect(
                try Self.python([Self.script.path, file.path]).output.contains("verdict \(artifact.verdict.rawValue)"))
            for (place, reason) in [(8, "version"), (40, "SHA-256"), (bytes.count - 1, "SHA-256"), (16, "length")] {
                var damaged = bytes
                damaged[place] ^= 2
                try Data(damaged).write(to: file)
                let refused = try Self.python([Self.script.path, file.path])
                #expect(refused.status == 1 && refused.output.contains(reason), "\(refused.output)")
            }
            for header in ["[]", "7", String(repeating: "[", count: 100_000)] {
                try Data(Self.sealed(bytes, header: header)).write(to: file)
                let refused = try Self.python([Self.script.path, file.path])
                #expect(refused.status == 1 && !refused.output.contains("Traceback"), "\(refused.output)")
            }
        }
    }

    /// The bytes with another header; lengths and digest are right.
    private static func sealed(_ bytes: [UInt8], header: String) -> [UInt8] {
        let length = (0..<4).reduce(0) { $0 | Int(bytes[12 + $1]) << (8 * $1) }
        var result = Array(bytes[..<32] + Array(header.utf8) + bytes[(32 + length)...])
        let (count, total) = (header.utf8.count, result.count)
        for index in 0..<4 { result[12 + index] = UInt8(truncatingIfNeeded: count >> (8 * index)) }
        for index in 0..<8 { result[16 + index] = UInt8(truncatingIfNeeded: total >> (8 * index)) }
        return result.dropLast(32) + Digest.sha256(result.dropLast(32)).bytes
    }
}
