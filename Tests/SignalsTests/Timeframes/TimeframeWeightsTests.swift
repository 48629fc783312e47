import Core
import Foundation
import Optimizer
import Signals
import Testing

@Suite struct TimeframeWeightsTests {
    @Test func theUsualWeightsAddUpToOne() throws {
        let usual = try TimeframeWeights("15m=.40,1h=.25,4h=.20,1d=.10,1w=.05")
        #expect(usual == .usual && usual.entries.map(\.interval.description) == ["15m", "1h", "4h", "1d", "1w"])
        #expect(try TimeframeWeights("1w:.05, 1d:.1, 4h:.2, 1h:.25, 15m:.4") == .usual)
        #expect(try TimeframeWeights(usual.description) == usual)
    }

    @Test(arguments: [
        ("1h=.5,4h=.4", TimeframeWeightsError.sum(0.9)), ("1h=.5,4h=.500000002", .sum(1.000000002)),
        ("", .unreadable("")), ("1h", .unreadable("1h")), ("1h=x", .unreadable("1h=x")), ("h=1", .unreadable("h=1")),
        ("1h=1,", .unreadable("")),
    ])
    func whatDoesNotAddUpIsRefused(text: String, error: TimeframeWeightsError) {
        let found = #expect(throws: TimeframeWeightsError.self) { try TimeframeWeights(text) }
        #expect(found?.description == error.description)
    }

    @Test func eachWeightIsCheckedAndEachTimeframeStandsOnce() throws {
        let hour = try #require(BarInterval("1h"))
        #expect(throws: TimeframeWeightsError.repeated(hour)) { try TimeframeWeights("1h=.5,60m=.5") }
        #expect(throws: TimeframeWeightsError.weight(hour, -0.5)) { try TimeframeWeights("1h=-.5,4h=1.5") }
        #expect(throws: TimeframeWeightsError.weight(hour, 0)) { try TimeframeWeights("1h=0,4h=1") }
        #expect(throws: TimeframeWeightsError.self) { try TimeframeWeights("1h=nan,4h=1") }
        #expect(throws: TimeframeWeightsError.count(13)) {
            try TimeframeWeights((1...13).map { "\($0)m=.1" }.joined(separator: ","))
        }
        #expect(try TimeframeWeights("1h=.5,4h=.5000000005").entries.count == 2)
    }

    @Test func shorterTimeframesDropOutAndTheRestShareTheirWeight() throws {
        let hour = try #require(BarInterval("1h"))
        let used = TimeframeWeights.usual.used(on: hour)
        #expect(used.map(\.interval.description) == ["1h", "4h", "1d", "1w"])
        #expect(abs(used.reduce(0) { $0 + $1.weight } - 1) < 1e-15)
        #expect(abs(used[0].weight - 0.25 / 0.6) < 1e-15)
        #expect(
            TimeframeWeights.usual.note(on: hour)
                == "timeframes 1h 0.4167, 4h 0.3333, 1d 0.1667, 1w 0.0833 (15m left out: not made of whole 1h bars; "
                + "the rest share the weight)")
        let quarter = try #require(BarInterval("15m"))
        #expect(TimeframeWeights.usual.used(on: quarter).map(\.weight) == [0.4, 0.25, 0.2, 0.1, 0.05])
        let fortnight = try #require(BarInterval("2w"))
        #expect(TimeframeWeights.usual.used(on: fortnight).isEmpty)
        // 45 minutes make neither an hour nor four, but they make a day.
        let minutes = try #require(BarInterval("45m"))
        let odd = TimeframeWeights.usual.used(on: minutes)
        #expect(odd.map(\.interval.description) == ["1d", "1w"])
    }

    @Test func aStudyWithoutAnyUsableTimeframeIsRefused() throws {
        var options = StudyBars.options()
        options.timeframes = try TimeframeWeights("15m=.5,30m=.5")
        let bars = try StudyBars.walk("AAA", count: 600, seed: 1)
        let flaw = "none of the timeframes 15m=0.5,30m=0.5 is made of whole 1h bars; "
        #expect(throws: SignalGeneratorError.options(flaw + "name longer ones, or shorten --interval")) {
            try SignalGenerator(bars: [bars], options: options, program: StudyBars.program)
        }
    }

    @Test func choicesReadAndWriteTheirText() throws {
        for text in ["on", "off", "1h=0.5,4h=0.5"] {
            let choice = try TimeframeChoice(text)
            let data = try JSONEncoder().encode([choice])
            #expect(String(decoding: data, as: UTF8.self) == "[\"\(text)\"]")
            #expect(try JSONDecoder().decode([TimeframeChoice].self, from: data) == [choice])
        }
        #expect(try TimeframeChoice("on").weights(usual: .usual) == .usual)
        #expect(try TimeframeChoice("off").weights(usual: .usual) == nil)
        #expect(throws: TimeframeWeightsError.sum(0.5)) { try TimeframeChoice("1h=.5") }
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([TimeframeChoice].self, from: Data(#"["1h=.5"]"#.utf8))
        }
    }

    @Test func presetsTurnTimeframesOnAndOff() throws {
        func preset(_ choice: String) throws -> SignalPreset {
            let text = #"{"name": "a", "summary": "b", "timeframes": "\#(choice)", "genes": {"timeframeGate": [1, 1]}}"#
            return try JSONDecoder().decode(SignalPreset.self, from: Data(text.utf8))
        }
        var options = WalkForwardOptions()
        let weights = try TimeframeWeights("4h=1")
        try preset("on").apply(to: &options, timeframes: weights)
        #expect(options.timeframes == weights)
        let limited = try StrategyGenome.space(limits: options.limits, timeframes: true)
        #expect(limited.genes.first { $0.name == "timeframeGate" }?.domain.cardinality == 1)
        try preset("off").apply(to: &options, timeframes: weights)
        #expect(options.timeframes == nil)
        #expect(try StrategyGenome.space(limits: options.limits) == StrategyGenome.space())
        try preset("1d=1").apply(to: &options, timeframes: weights)
        #expect(options.timeframes?.description == "1d=1.0")
        #expect(throws: DecodingError.self) { try preset("1d=.9") }
    }
}
