import Core
import Foundation
import Signals
import Testing

/// Runs the reader of `docs/artifact.md` as it stands there.
@Suite struct NumpyReaderTests {
    private static func python(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    private static let hasNumpy = (try? python(["-c", "import numpy"]).status) == 0

    private static func documentedReader() throws -> String {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/artifact.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let start = try #require(text.range(of: "```python\n"))
        let end = try #require(text.range(of: "```", range: start.upperBound..<text.endIndex))
        return String(text[start.upperBound..<end.lowerBound])
    }

    @Test func theDocumentedReaderHasTenLines() throws {
        let lines = try Self.documentedReader().split(separator: "\n", omittingEmptySubsequences: true)
        #expect(lines.count <= 10)
    }

    @Test(.enabled(if: hasNumpy, "python3 with numpy is not installed"))
    func theDocumentedReaderReadsEveryColumn() throws {
        let artifact = try SampleArtifact.make(rows: 300)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("artifact-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("signals.bin")
        try Data(try artifact.encode()).write(to: file)
        let script = folder.appendingPathComponent("reader.py")
        let printing = """
            import sys
            header, rows = read(sys.argv[1])
            for symbol in sorted(rows):
                for name in ["time", "target", "confidence", "stop", "takeProfit", "fold"]:
                    column = rows[symbol][name]
                    words = column.astype("<f8").view("<u8") if name != "time" else column.view("<u8")
                    print(symbol, name, len(column), *[int(word) for word in words])
            print("seed", header["seed"])

            """
        try Data((Self.documentedReader() + "\n" + printing).utf8).write(to: script)
        let result = try Self.python([script.path, file.path])
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output == Self.expected(artifact))
        try Data(try artifact.encode().dropLast()).write(to: file)
        #expect(try Self.python([script.path, file.path]).status != 0)
    }

    /// Every column as the 64-bit words that the script prints.
    private static func expected(_ artifact: SignalsArtifact) -> String {
        var text = ""
        for asset in artifact.assets {
            let columns = asset.columns
            let words: [(String, [UInt64])] = [
                ("time", columns.time.map { UInt64(bitPattern: $0) }), ("target", columns.target.map(\.bitPattern)),
                ("confidence", columns.confidence.map(\.bitPattern)), ("stop", columns.stop.map(\.bitPattern)),
                ("takeProfit", columns.takeProfit.map(\.bitPattern)),
                ("fold", columns.fold.map { Double($0).bitPattern }),
            ]
            for (name, values) in words {
                text +=
                    "\(asset.symbol) \(name) \(values.count) " + values.map(String.init).joined(separator: " ") + "\n"
            }
        }
        return text + "seed \(artifact.origin.seed)\n"
    }
}
