import Core
import Foundation
import Optimizer
import Signals
import Testing

@Suite struct GenomeTests {
    @Test func theLayoutIsASpace() throws {
        let space = try StrategyGenome.space()
        #expect(space.count == 3 * StrategyGenome.termCount + 12)
    }

    @Test func genesAndStrategiesAreTheSameThing() throws {
        let space = try StrategyGenome.space()
        var random = SeededRandom(seed: 3)
        for _ in 0..<500 {
            let genome = space.randomGenome(&random)
            let strategy = StrategyGenome(genes: genome.values)
            #expect(Genome(strategy.genes) == genome)
            #expect(StrategyGenome(genes: strategy.genes) == strategy)
            #expect(StrategyGenome(namedGenes: strategy.namedGenes) == strategy)
            #expect(strategy.warmUp <= StrategyGenome.longestWarmUp)
            #expect(strategy.maximumHolding <= StrategyGenome.longestHolding)
        }
    }

    @Test func illegalGenesAreMovedToTheNearestLegalOnes() throws {
        let space = try StrategyGenome.space()
        var random = SeededRandom(seed: 4)
        for _ in 0..<500 {
            let genes = space.genes.map { gene in
                let bounds = gene.domain.bounds
                let width = bounds.upperBound - bounds.lowerBound
                return random.chance(0.02) ? .nan : bounds.lowerBound + (2 * random.unit() - 0.5) * width
            }
            #expect(Genome(StrategyGenome(genes: genes).genes) == space.snapped(genes))
        }
    }

    @Test func namedGenesAreCheckedOneByOne() {
        let names = StrategyGenome(terms: []).namedGenes
        for name in names.keys.sorted() {
            var missing = names
            missing[name] = nil
            #expect(StrategyGenome(namedGenes: missing) == nil, "\(name)")
            var outside = names
            outside[name] = 1000
            #expect(StrategyGenome(namedGenes: outside) == nil, "\(name)")
        }
        #expect(StrategyGenome(namedGenes: names.merging(["other": 1]) { left, _ in left }) == nil)
    }

    @Test func jsonKeepsAStrategy() throws {
        var random = SeededRandom(seed: 4)
        let strategy = StrategyGenome(genes: try StrategyGenome.space().randomGenome(&random).values)
        let text = try JSONEncoder().encode(strategy)
        #expect(try JSONDecoder().decode(StrategyGenome.self, from: text) == strategy)
    }

    @Test func weightlessTermsNeedNoColumns() {
        let period = QuantisedPeriod(index: 7)
        let genome = StrategyGenome(terms: [.init(.acceleration, over: period, weight: 0)])
        #expect(genome.columnKeys.count == 3 && genome.warmUp == 90)
    }
}
