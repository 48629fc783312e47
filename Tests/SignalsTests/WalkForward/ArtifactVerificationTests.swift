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

    /// Features that know the next bar, as a shift in the wrong direction makes them.
    private static let leaky: FeatureTable.ColumnMaker = { key, bars in
        let honest = key.column(over: bars)
        guard case .feature = key, let last = honest.last else { return honest }
        return honest.dropFirst() + [last]
    }

    @Test(arguments: ArtifactMode.allCases) func rowsThatKnowTheNextBarAreCaught(mode: ArtifactMode) async throws {
        let bars = [try StudyBars.walk("AAA", count: 600, seed: 1), try StudyBars.walk("BBB", count: 570, seed: 2)]
        let generator = try SignalGenerator(
            bars: bars, options: StudyBars.options(mode), program: StudyBars.program, column: Self.leaky)
        let artifact = try await generator.generate(threads: 2)
        // On all bars its rows follow from their genomes: only cutting the bars shows that they need later ones.
        let check = ArtifactVerification(artifact: artifact, bars: bars, column: Self.leaky)
        #expect(check.findings(cuts: 0, seed: 3).isEmpty)
        let found = check.findings(cuts: 200, seed: 3)
        let leaks = found.filter { finding in
            guard case .looksAhead(_, _, let time, let cut) = finding else { return false }
            return time == cut
        }
        #expect(!leaks.isEmpty && leaks == found)
        // An honest program does not even get its rows.
        #expect(findings(artifact, bars).contains { if case .rowDiffers = $0 { true } else { false } })
        let honest = try await StudyBars.artifact(bars, StudyBars.options(mode))
        #expect(findings(honest, bars, cuts: 200).isEmpty)
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
