import Core
import Foundation
import Optimizer
import Signals
import Testing

@Suite struct PresetTests {
    private func decoded(_ text: String) throws -> SignalPreset {
        try JSONDecoder().decode(SignalPreset.self, from: Data(text.utf8))
    }

    @Test func aPresetSetsWhatItMentionsAndNothingElse() throws {
        var options = WalkForwardOptions()
        try decoded(
            """
            {"name": "mine", "summary": "s", "tradeWindow": 99, "generations": 3,
             "fitness": {"barsPerTrade": 7}, "genes": {"permission": [1, 1], "entryThreshold": [0.35, 0.6]}}
            """
        ).apply(to: &options)
        #expect((options.preset, options.tradeWindow, options.search.generations) == ("mine", 99, 3))
        #expect((options.trainWindow, options.search.population) == (800, 64))
        #expect((options.fitness.barsPerTrade, options.fitness.drawdownWeight) == (7, 4))
        #expect(options.limits["permission"] == GeneLimit(1, 1))
    }

    @Test(arguments: [
        ("{\"name\": \"a\", \"summary\": \"s\", \"windows\": 1}", "windows"),
        ("{\"name\": \"a\", \"summary\": \"s\", \"fitness\": {\"sharpe\": 1}}", "sharpe"),
        ("{\"name\": \"a\"}", "summary"),
    ]) func unknownAndMissingKeysAreNamed(text: String, key: String) {
        #expect {
            try decoded(text)
        } throws: {
            "\($0)".contains(key)
        }
    }

    @Test(arguments: [
        ("\"fitness\": {\"drawdownWeight\": -1}", "drawdownWeight", "0.0 to 1000000.0, not -1.0"),
        ("\"fitness\": {\"fewTradesWeight\": 1e9}", "fewTradesWeight", "0.0 to 1000000.0"),
        ("\"fitness\": {\"dispersionWeight\": -0.5}", "dispersionWeight", "not -0.5"),
        ("\"fitness\": {\"barsPerTrade\": 0}", "barsPerTrade", "1 to 1000000, not 0"),
        ("\"population\": 1", "population", "2 to 1000000, not 1"),
        ("\"generations\": 0", "generations", "1 to 1000000, not 0"),
        ("\"trainWindow\": -800", "trainWindow", "not -800"), ("\"tradeWindow\": 0", "tradeWindow", "not 0"),
    ]) func whatNoSearchCanMeanIsRefused(field: String, key: String, text: String) {
        #expect {
            try decoded("{\"name\": \"a\", \"summary\": \"s\", \(field)}")
        } throws: {
            "\($0)".contains(key) && "\($0)".contains(text)
        }
    }

    @Test(arguments: ["", " ", "a\\nb", "\\u001b[31mred", "a\\u202eb", String(repeating: "n", count: 61)])
    func aNameThatCannotBePrintedIsRefused(name: String) throws {
        #expect(throws: DecodingError.self) { try decoded("{\"name\": \"\(name)\", \"summary\": \"s\"}") }
        #expect(try decoded("{\"name\": \"утро ☀\", \"summary\": \"s\"}").name == "утро ☀")
    }

    @Test(arguments: [
        ("mood", GeneLimit(0, 1), "no gene 'mood'"), ("cooldown", GeneLimit(3, 2), "[3.0, 2.0]"),
        ("cooldown", GeneLimit(1.5, 2), "1.0 to 24.0"), ("exitShare", GeneLimit(-3, 0), "-1.0 to 0.9"),
    ]) func impossibleLimitsAreNamed(gene: String, limit: GeneLimit, text: String) {
        #expect {
            _ = try StrategyGenome.space(limits: [gene: limit])
        } throws: {
            "\($0)".contains(text)
        }
    }

    @Test func aLimitedSearchKeepsItsLimitsAndItsArtifactIsSound() async throws {
        var options = StudyBars.options()
        // A lower end whose steps are not the bits of the whole grid's values.
        options.limits = ["entryThreshold": GeneLimit(0.15, 0.6), "permission": GeneLimit(1, 1)]
        let bars = try StudyBars.walk("AAA", count: 640, seed: 4)
        let artifact = try await StudyBars.artifact([bars], options)
        for fold in artifact.assets[0].folds {
            let genome = try #require(StrategyGenome(namedGenes: fold.genome))
            #expect(genome.permission == .long)
            #expect((0.15...0.6001).contains(genome.entryThreshold))
        }
        #expect(artifact.assets[0].columns.target.allSatisfy { $0 >= 0 })
        #expect(ArtifactVerification(artifact: artifact, bars: [bars]).findings(cuts: 30, seed: 1).isEmpty)
    }

    @Test func everyBundledPresetCanBeApplied() throws {
        let root = (0..<4).reduce(URL(filePath: #filePath)) { path, _ in path.deletingLastPathComponent() }
        let folder = root.appending(path: "Sources/aitrade/Presets")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count == 5)
        for file in files {
            var options = WalkForwardOptions()
            let preset = try JSONDecoder().decode(SignalPreset.self, from: Data(contentsOf: file))
            try preset.apply(to: &options)
            #expect("\(preset.name).json" == file.lastPathComponent)
        }
    }
}
