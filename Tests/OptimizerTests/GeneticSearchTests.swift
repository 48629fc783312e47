import Core
import Foundation
import Optimizer
import Testing

@Suite struct GeneticSearchTests {
    @Test func beatsRandomSearchOfTheSameBudgetOnEverySeed() throws {
        for landscape in try Landscape.all() {
            for seed in UInt64(1)...6 {
                var search = try landscape.search(seed: seed, GeneticOptions(population: 64, generations: 40))
                _ = search.run(fitness: { $0.map(landscape.score) })
                let best = try #require(search.best)
                let rival = landscape.randomSearch(budget: search.evaluations, seed: seed)
                #expect(best.fitness > rival, "\(landscape.name), seed \(seed)")
                #expect(best.fitness <= landscape.optimum)
            }
        }
    }

    @Test func findsTheKnownOptimaNearly() throws {
        let limits = ["sphere": -0.05, "Rastrigin": -6, "Rosenbrock": -1.5, "trap": 24]
        for landscape in try Landscape.all() {
            let limit = try #require(limits[landscape.name])
            for seed in UInt64(1)...4 {
                var search = try landscape.search(seed: seed, GeneticOptions(population: 100, generations: 120))
                _ = search.run(fitness: { $0.map(landscape.score) })
                let best = try #require(search.best)
                #expect(best.fitness > limit, "\(landscape.name), seed \(seed)")
            }
        }
    }

    @Test func neverEvaluatesAGenomeTwiceAndKeepsBoundsAndGrids() throws {
        for landscape in try Landscape.all() {
            var seen: Set<Genome> = []
            var search = try landscape.search(seed: 5)
            _ = search.run(fitness: { batch in
                for genome in batch {
                    #expect(seen.insert(genome).inserted)
                    #expect(landscape.space.contains(genome))
                }
                return batch.map(landscape.score)
            })
            #expect(search.evaluations == seen.count)
            #expect(search.trials >= search.evaluations)
            #expect(seen.count > 1000)
        }
    }

    @Test func sameSeedSameSearchAnotherSeedAnother() throws {
        let landscape = try Landscape.rastrigin()
        func finished(_ seed: UInt64) throws -> GeneticSearch {
            var search = try landscape.search(seed: seed)
            _ = search.run(fitness: { $0.map(landscape.score) })
            return search
        }
        #expect(try finished(3) == finished(3))
        #expect(try finished(3).best?.genome != finished(4).best?.genome)
    }

    @Test func batchesOnManyThreadsGiveTheIdenticalSearch() async throws {
        let landscape = try Landscape.rosenbrock()
        var single = try landscape.search(seed: 9)
        var threaded = single
        while single.end == nil { single.tell(single.ask().map(landscape.score)) }
        while threaded.end == nil {
            let batch = threaded.ask()
            let scores = await withTaskGroup(of: (Int, Double).self) { group in
                for (index, genome) in batch.enumerated() { group.addTask { (index, landscape.score(genome)) } }
                return await group.reduce(into: [Int: Double]()) { $0[$1.0] = $1.1 }
            }
            threaded.tell(batch.indices.compactMap { scores[$0] })
        }
        #expect(single == threaded)
    }

    @Test func aStateStoredAfterAnyGenerationContinuesToTheIdenticalResult() throws {
        let landscape = try Landscape.trap()
        // Some genomes fail, so that the worst fitness takes the way through JSON too.
        let score = { (genome: Genome) in genome.values[1] == 1 ? Double.nan : landscape.score(genome) }
        var search = try landscape.search(seed: 2)
        var stored: [Data] = []
        _ = search.run(
            fitness: { $0.map(score) },
            onGeneration: { state in
                if let data = try? JSONEncoder().encode(state) { stored.append(data) }
                return .proceed
            })
        #expect(stored.count == search.generation)
        for data in stored {
            var resumed = try JSONDecoder().decode(GeneticSearch.self, from: data).checked()
            _ = resumed.run(fitness: { $0.map(score) })
            #expect(resumed == search)
        }
    }

    @Test func aStoppedRunResumes() throws {
        let landscape = try Landscape.sphere()
        var whole = try landscape.search(seed: 8)
        var stopped = whole
        #expect(whole.run(fitness: { $0.map(landscape.score) }) == .generations)
        let verdict = stopped.run(
            fitness: { $0.map(landscape.score) }, onGeneration: { $0.generation == 7 ? .stop : .proceed })
        #expect(verdict == nil)
        #expect(stopped.generation == 7)
        #expect(stopped.run(fitness: { $0.map(landscape.score) }) == .generations)
        #expect(stopped == whole)
    }

    @Test func aThrowingFitnessLeavesTheSearchWhereItStood() throws {
        struct Refusal: Error {}
        let landscape = try Landscape.sphere()
        var search = try landscape.search(seed: 8)
        let before = search
        #expect(throws: Refusal.self) { try search.run(fitness: { _ in throw Refusal() }) }
        #expect(search == before)
    }

    @Test func aDamagedStoredStateIsRefused() throws {
        let landscape = try Landscape.sphere()
        var search = try landscape.search(seed: 8)
        search.tell(search.ask().map(landscape.score))
        let text = try #require(String(data: try JSONEncoder().encode(search), encoding: .utf8))
        let damaged = text.replacingOccurrences(of: "\"population\":[", with: "\"population\":[99999,")
        #expect(damaged != text)
        let state = try JSONDecoder().decode(GeneticSearch.self, from: Data(damaged.utf8))
        #expect(throws: GeneticSearchError.damagedState) { try state.checked() }
    }
}
