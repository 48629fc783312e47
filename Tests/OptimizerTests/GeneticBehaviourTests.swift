import Core
import Optimizer
import Testing

@Suite struct GeneticBehaviourTests {
    @Test func fitnessThatIsNotFiniteCountsAsTheWorst() throws {
        let space = try GeneSpace([Gene("x", .integer(minimum: 0, maximum: 1000))])
        var search = try GeneticSearch(space: space, options: GeneticOptions(), random: SeededRandom(seed: 1))
        _ = search.run(fitness: { batch in
            batch.map { $0.values[0] > 500 ? [.nan, .infinity, -.infinity][Int($0.values[0]) % 3] : $0.values[0] }
        })
        #expect(search.best?.genome == Genome([500]))
        #expect(search.best?.fitness == 500)
    }

    @Test func whenNothingIsFiniteTheSearchStillEnds() throws {
        var search = try Landscape.sphere().search(seed: 1)
        #expect(search.run(fitness: { $0.map { _ in .nan } }) == .generations)
        #expect(search.best?.fitness == -.infinity)
        #expect(search.report?.stagnation == 20)
    }

    @Test func aSmallSpaceIsSearchedWholeAndEndsExhausted() throws {
        let space = try GeneSpace([
            Gene("a", .integer(minimum: 2, maximum: 8, step: 3)), Gene("b", .categorical(count: 4)),
            Gene("c", .real(minimum: 0, maximum: 0.3, step: 0.1)),
        ])
        #expect(space.cardinality == 48)
        var options = GeneticOptions(population: 20, generations: 1000)
        options.mutationRate = 0.1
        var search = try GeneticSearch(space: space, options: options, random: SeededRandom(seed: 4))
        var evaluated = 0
        let end = search.run(fitness: { batch in
            evaluated += batch.count
            return batch.map { -$0.values[0] + $0.values[1] - $0.values[2] }
        })
        #expect(end == .exhausted)
        #expect(evaluated == 48)
        #expect(search.best?.genome == Genome([2, 3, 0]))
    }

    @Test func stagnationRaisesTheMutationRateAndThenStops() throws {
        var options = GeneticOptions(population: 16, generations: 100)
        options.stopAfterStagnation = 9
        var rates: [Double] = []
        var search = try Landscape.sphere().search(seed: 3, options)
        let end = search.run(
            fitness: { $0.map { _ in 1 } },
            onGeneration: {
                if let report = $0.report { rates.append(report.mutationRate) }
                return .proceed
            })
        #expect(end == .stagnation)
        #expect(search.generation == 10)
        #expect(rates[0] == 0.125)
        #expect(rates[8] > 0.39)
        #expect(rates.allSatisfy { $0 <= options.mutationCeiling })
        #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test func diversityFallsAsASearchConverges() throws {
        let landscape = try Landscape.sphere()
        var reports: [GenerationReport] = []
        var search = try landscape.search(seed: 3, GeneticOptions(population: 64, generations: 30))
        _ = search.run(
            fitness: { $0.map(landscape.score) },
            onGeneration: {
                if let report = $0.report { reports.append(report) }
                return .proceed
            })
        #expect(reports.count == 30)
        #expect(reports.allSatisfy { (0...1).contains($0.diversity) })
        #expect(reports[0].diversity > 0.4)
        #expect(reports[29].diversity < 0.5 * reports[0].diversity)
        #expect(zip(reports, reports.dropFirst()).allSatisfy { $0.bestFitness <= $1.bestFitness })
        #expect(reports.allSatisfy { $0.medianFitness <= $0.bestFitness })
    }

    @Test func suggestionsAreEvaluatedFirstAtTheirNearestLegalValue() throws {
        let space = try GeneSpace([Gene("x", .real(minimum: 0, maximum: 1, step: 0.25))])
        let search = try GeneticSearch(
            space: space, options: GeneticOptions(population: 3, generations: 2), random: SeededRandom(seed: 1),
            suggestions: [Genome([0.6]), Genome([7]), Genome([1, 2])])
        #expect(search.ask().prefix(2) == [Genome([0.5]), Genome([1])])
    }

    @Test func unsoundOptionsAreNamed() throws {
        let changes: [(WritableKeyPath<GeneticOptions, Int>, Int, String)] = [
            (\.population, 1, "population"), (\.generations, 0, "generations"), (\.elites, 64, "elites"),
            (\.tournament, 0, "tournament"), (\.stagnationPatience, -1, "stagnationPatience"),
        ]
        for (path, value, name) in changes {
            var options = GeneticOptions()
            options[keyPath: path] = value
            let error = #expect(throws: GeneticSearchError.self) { try Landscape.sphere().search(seed: 1, options) }
            #expect(error?.description.contains(name) == true)
        }
        var options = GeneticOptions()
        options.crossoverRate = .nan
        #expect(throws: GeneticSearchError.self) { try Landscape.sphere().search(seed: 1, options) }
    }
}
