import ArgumentParser
import Core
import Foundation

/// Writes the bars that all benchmarks and peers share.
struct MakeBars: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make-bars", abstract: "Write benchmark bars as CSV to standard output or a file.")

    @Argument(help: "How many bars.") var count: Int
    @Option(help: "The file; standard output without it.") var out: String?

    func run() throws {
        let text = BenchmarkBars(count: count).csv
        if count == 100_000, Digest.sha256(text).hex != Self.digestOf100000 {
            throw BenchmarkFault(
                "100,000 bars have the digest \(Digest.sha256(text)) instead of \(Self.digestOf100000)")
        }
        if let out {
            try text.write(toFile: out, atomically: true, encoding: .utf8)
        } else {
            print(text, terminator: "")
        }
    }

    /// What every implementation of the generator must give.
    private static let digestOf100000 = "59aaa1af59ab261c1915b0caaa5d39e70d6bc31b4fa47d273a61990a97a752b0"
}
