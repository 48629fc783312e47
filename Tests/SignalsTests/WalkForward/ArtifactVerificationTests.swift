import Core
import Signals
import Testing

@Suite struct ArtifactVerificationTests {
    private func findings(_ artifact: SignalsArtifact, _ bars: [BarSeries], cuts: Int = 40) -> [ArtifactFinding] {
        ArtifactVerification(artifact: artifact, bars: bars).findings(cuts: cuts, seed: 3)
    }

    /// The artifact with its only asset changed.
    private func changed(_ artifact: SignalsArtifact, _ change: (inout ArtifactAsset) -> Void) throws -> SignalsArtifact
    {
        var asset = artifact.assets[0]
        change(&asset)
        return try SignalsArtifact(origin: artifact.origin, assets: [asset])
    }

    @Test(arguments: ArtifactMode.allCases) func whatTheGeneratorWroteIsVerified(mode: ArtifactMode) async throws {
        let bars = [try StudyBars.walk("AAA", count: 600, seed: 1), try StudyBars.walk("BBB", count: 570, seed: 2)]
        let artifact = try await StudyBars.artifact(bars, StudyBars.options(mode))
        #expect(findings(artifact, bars, cuts: 1000).isEmpty)
        #expect(findings(try SignalsArtifact.decode(artifact.encode()), bars).isEmpty)
    }

    @Test func barsThatGrewAreFineAndOtherBarsAreNot() async throws {
        let bars = try StudyBars.walk("AAA", count: 600, seed: 1)
        let artifact = try await StudyBars.artifact([bars.prefix(560)], StudyBars.options())
        #expect(findings(artifact, [bars]).isEmpty)
        #expect(findings(artifact, []) == [.missingBars(bars.symbol)])
        #expect(findings(artifact, [bars.prefix(559)]) == [.barsDiffer(bars.symbol)])
        #expect(findings(artifact, [try StudyBars.walk("AAA", count: 600, seed: 9)]) == [.barsDiffer(bars.symbol)])
    }

    @Test func changedRowsAndGenomesAreFound() async throws {
        let bars = try StudyBars.walk("AAA", count: 600, seed: 1)
        let artifact = try await StudyBars.artifact([bars], StudyBars.options())
        let other = try changed(artifact) { asset in
            var columns = SignalColumns()
            for index in 0..<asset.columns.count {
                let row = asset.row(index)
                let target = index == 70 ? (row.target == 0 ? 0.5 : 0) : row.target
                columns.append(
                    SignalRow(
                        symbol: row.symbol, time: row.time, target: target, confidence: row.confidence, stop: row.stop,
                        takeProfit: row.takeProfit, fold: row.fold))
            }
            asset.columns = columns
        }
        #expect(findings(other, [bars]) == [.rowDiffers(bars.symbol, fold: 1, time: bars.closeTime(470))])
        let strange = try changed(artifact) { $0.folds[2].genome["unheardOf"] = 1 }
        #expect(findings(strange, [bars]) == [.unknownGenome(bars.symbol, fold: 2)])
        let shorter = try changed(artifact) { asset in
            var columns = SignalColumns()
            for index in 0..<(asset.columns.count - 3) { columns.append(asset.row(index)) }
            asset.columns = columns
        }
        #expect(findings(shorter, [bars]) == [.windowsDiffer(bars.symbol, fold: 3)])
    }
}
