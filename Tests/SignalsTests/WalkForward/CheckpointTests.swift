import Core
import Foundation
import Signals
import Synchronization
import Testing

/// A checkpoint store as the command line keeps it: everything goes through JSON.
private final class MemoryStore: Sendable {
    private struct Content {
        var finished: [UnitKey: Data] = [:]
        var training: [UnitKey: Data] = [:]
        var saves = 0
    }

    private let content = Mutex(Content())
    private let stopAfter: Int

    init(stopAfter: Int, continuing former: MemoryStore? = nil) {
        self.stopAfter = stopAfter
        if let former {
            let (finished, training) = former.content.withLock { ($0.finished, $0.training) }
            content.withLock { ($0.finished, $0.training) = (finished, training) }
        }
    }

    var finishedUnits: Int { content.withLock { $0.finished.count } }

    func damageTrainings() {
        content.withLock { content in
            for key in content.training.keys { content.training[key] = Data("{\"search\":1}".utf8) }
        }
    }

    /// Changes every finished result as a faulty disk or another program might.
    func changeFinished(_ change: (inout [String: Any]) -> Void) throws {
        try content.withLock { content in
            for (key, data) in content.finished {
                guard var result = try JSONSerialization.jsonObject(with: data) as? [String: Any] else { continue }
                change(&result)
                content.finished[key] = try JSONSerialization.data(withJSONObject: result)
            }
        }
    }

    var hooks: GenerationHooks {
        var hooks = GenerationHooks()
        hooks.finished = { key in
            self.content.withLock { $0.finished[key] }.flatMap { try? JSONDecoder().decode(FoldResult.self, from: $0) }
        }
        hooks.training = { key in
            self.content.withLock { $0.training[key] }.flatMap {
                try? JSONDecoder().decode(FoldTraining.self, from: $0)
            }
        }
        hooks.saveFinished = { key, result in
            let data = try JSONEncoder().encode(result)
            self.content.withLock { $0.finished[key] = data }
        }
        hooks.saveTraining = { key, training in
            let data = try JSONEncoder().encode(training)
            self.content.withLock { content in
                content.training[key] = data
                content.saves += 1
            }
        }
        hooks.isCancelled = { self.content.withLock { $0.saves >= self.stopAfter } }
        return hooks
    }
}

@Suite struct CheckpointTests {
    private func bars() throws -> [BarSeries] {
        [try StudyBars.walk("AAA", count: 560, seed: 5), try StudyBars.walk("BBB", count: 500, seed: 6)]
    }

    @Test(arguments: ArtifactMode.allCases) func interruptionsDoNotChangeTheBytes(mode: ArtifactMode) async throws {
        let whole = try await StudyBars.artifact(try bars(), StudyBars.options(mode)).encode()
        for stopAfter in [1, 2, 4] {
            var store = MemoryStore(stopAfter: stopAfter)
            var (bytes, stops): ([UInt8]?, Int) = (nil, 0)
            while bytes == nil, stops < 100 {
                do {
                    bytes = try await StudyBars.artifact(try bars(), StudyBars.options(mode), hooks: store.hooks)
                        .encode()
                } catch SignalGeneratorError.cancelled {
                    stops += 1
                    store = MemoryStore(stopAfter: stopAfter, continuing: store)
                }
            }
            #expect(stops > 0)
            #expect(bytes == whole, "stopped after \(stopAfter) generations")
        }
    }

    @Test func aFinishedCheckpointNeedsNoSearch() async throws {
        let store = MemoryStore(stopAfter: .max)
        let first = try await StudyBars.artifact(try bars(), StudyBars.options(), hooks: store.hooks).encode()
        var hooks = store.hooks
        hooks.saveTraining = { key, _ in Issue.record("\(key) was trained again") }
        #expect(try await StudyBars.artifact(try bars(), StudyBars.options(), hooks: hooks).encode() == first)
        #expect(store.finishedUnits == 5)
    }

    @Test func damagedOrForeignTrainingsAreStartedOver() async throws {
        let whole = try await StudyBars.artifact(try bars(), StudyBars.options()).encode()
        let store = MemoryStore(stopAfter: 3)
        await #expect(throws: SignalGeneratorError.cancelled) {
            try await StudyBars.artifact(try bars(), StudyBars.options(), hooks: store.hooks)
        }
        store.damageTrainings()
        let next = MemoryStore(stopAfter: .max, continuing: store)
        #expect(try await StudyBars.artifact(try bars(), StudyBars.options(), hooks: next.hooks).encode() == whole)
    }

    @Test(arguments: ["trials", "sample", "genome"]) func aFinishedResultThatCannotBeIsTrainedAgain(key: String)
        async throws
    {
        let store = MemoryStore(stopAfter: .max)
        let whole = try await StudyBars.artifact(try bars(), StudyBars.options(), hooks: store.hooks).encode()
        try store.changeFinished { result in
            switch key {
            case "trials": result[key] = 0
            case "genome": result[key] = "1.0 2.0"
            default: result[key] = ["1.0 2.0"]
            }
        }
        let again = Mutex(Set<UnitKey>())
        var hooks = store.hooks
        hooks.saveFinished = { key, _ in again.withLock { _ = $0.insert(key) } }
        #expect(try await StudyBars.artifact(try bars(), StudyBars.options(), hooks: hooks).encode() == whole)
        #expect(again.withLock { $0.count } == 5)
    }

    @Test func whoStopsWhileResultsAreJudgedIsHeard() async throws {
        let store = MemoryStore(stopAfter: .max)
        var hooks = store.hooks
        hooks.isCancelled = { store.finishedUnits == 5 }
        await #expect(throws: SignalGeneratorError.cancelled) {
            try await StudyBars.artifact(try bars(), StudyBars.options(), hooks: hooks)
        }
        // Every fold is kept.
        hooks.isCancelled = { false }
        hooks.saveTraining = { key, _ in Issue.record("\(key) was trained again") }
        _ = try await StudyBars.artifact(try bars(), StudyBars.options(), hooks: hooks)
    }

    @Test func whatACheckpointHeldIsNotThePaceOfThisRun() async throws {
        let store = MemoryStore(stopAfter: 7)
        await #expect(throws: SignalGeneratorError.cancelled) {
            try await StudyBars.artifact(try bars(), StudyBars.options(), threads: 1, hooks: store.hooks)
        }
        let next = MemoryStore(stopAfter: .max, continuing: store)
        let heard = Mutex([SignalProgress]())
        var hooks = next.hooks
        hooks.onProgress = { progress in heard.withLock { $0.append(progress) } }
        _ = try await StudyBars.artifact(try bars(), StudyBars.options(), threads: 1, hooks: hooks)
        // Two folds of three generations were finished, and one generation of the third fold: 7 of 15.
        let all = heard.withLock { $0 }
        let last = try #require(all.last)
        #expect((last.resumedGenerations, last.generationsDone) == (7, 15))
        #expect((last.resumedTrials, last.trials) == (20 + 20 + 8, 100))
        #expect(last.share == 1 && last.secondsLeft(after: 4) == 0)
        #expect(last.rate(after: 4) == 13)
        // Nothing done yet: no pace, and no guess.
        #expect(all[0].secondsLeft(after: 4) == nil && all[0].rate(after: 4) == 0)
        // Half of the eight generations that were left took four seconds: so will the other half.
        let half = try #require(all.first { $0.generationsDone == 11 })
        #expect(half.secondsLeft(after: 4) == 4)
    }

    @Test func whatAStoreThrowsEndsTheGeneration() async throws {
        struct DiskFull: Error {}
        var hooks = GenerationHooks()
        hooks.saveTraining = { _, _ in throw DiskFull() }
        await #expect(throws: DiskFull.self) {
            try await StudyBars.artifact(try bars(), StudyBars.options(), hooks: hooks)
        }
    }

    @Test func progressCountsEveryUnitOnceAndEndsComplete() async throws {
        let heard = Mutex([SignalProgress]())
        var hooks = GenerationHooks()
        hooks.onProgress = { progress in heard.withLock { $0.append(progress) } }
        let artifact = try await StudyBars.artifact(try bars(), StudyBars.options(), threads: 2, hooks: hooks)
        let all = heard.withLock { $0 }
        #expect(all.count == 5 * 3)
        #expect(all.map(\.unitsDone).max() == 5)
        #expect(all.allSatisfy { $0.unitsTotal == 5 && (1...3).contains($0.generation) && $0.generations == 3 })
        #expect(all.map(\.trials).max() == artifact.origin.search.trials)
        #expect(Set(all.map(\.unit.description)) == ["AAA/0", "AAA/1", "AAA/2", "BBB/0", "BBB/1"])
    }

    @Test func theFingerprintChangesWithBarsOptionsAndProgram() throws {
        func fingerprint(
            _ bars: [BarSeries], _ options: WalkForwardOptions, _ program: ArtifactGenerator = StudyBars.program
        ) throws -> Digest {
            try SignalGenerator(bars: bars, options: options, program: program).fingerprint
        }
        let base = try fingerprint(bars(), StudyBars.options())
        #expect(try fingerprint(bars().reversed(), StudyBars.options()) == base)
        var other = StudyBars.options()
        other.fitness.drawdownWeight = 5
        let changed = [
            try fingerprint(Array(bars().prefix(1)), StudyBars.options()), try fingerprint(bars(), other),
            try fingerprint(bars(), StudyBars.options(.universal)),
            try fingerprint(bars(), StudyBars.options(), ArtifactGenerator(name: "aitrade", version: "2")),
        ]
        #expect(Set(changed + [base]).count == 5)
    }
}
