import ArgumentParser
import Core
import Signals
import Storage

/// `aitrade signals verify`.
struct SignalsVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks an artifact's integrity, and against the bars that no row looks ahead.",
        discussion: """
            Every row is computed again from its fold's genome, on all bars and on bars cut at random moments. Exits
            with 65 when the file is damaged and with 1 when a row does not follow from the bars before it.

            Example: aitrade signals verify data_cache/production_signals_v1.bin --cuts 5000
            """)

    @OptionGroup var artifact: ArtifactArgument
    @Option(help: "Random cuts for each asset.") var cuts = 1000
    @Option(help: "Seed of the cuts.") var seed: UInt64 = 1
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var bars: BarFolderOption

    func validate() throws {
        guard (0...100_000).contains(cuts) else { throw ValidationError("--cuts takes 0 to 100000") }
    }

    private struct Report: Encodable {
        let sha256: Digest
        let cuts: Int
        let findings: [String]
    }

    func run() async throws {
        let file = try ArtifactFile(path: artifact.file)
        let store = BarStore(folder: bars.folder)
        let series = try file.artifact.assets.map { try store.load($0.symbol, file.artifact.origin.interval) }
        let findings = ArtifactVerification(artifact: file.artifact, bars: series).findings(cuts: cuts, seed: seed)
        if json {
            try Output.json(Report(sha256: file.digest, cuts: cuts, findings: findings.map(\.description)))
        } else {
            print("  integrity: sound, sha256 \(file.digest)")
            for finding in findings { print("  WRONG: \(finding)") }
            if findings.isEmpty {
                print("  rows: each follows from bars up to its own close (\(cuts) random cuts for each asset)")
            }
        }
        if !findings.isEmpty { throw ExitStatusRequest(.checkFailed) }
    }
}
