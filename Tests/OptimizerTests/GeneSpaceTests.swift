import Core
import Optimizer
import Testing

@Suite struct GeneSpaceTests {
    @Test func flawedGenesAreNamed() {
        let flawed: [(GeneDomain, GeneFlaw)] = [
            (.integer(minimum: 3, maximum: 2), .empty), (.integer(minimum: 0, maximum: 2, step: 0), .step),
            (.integer(minimum: .min, maximum: .max), .tooWide), (.real(minimum: 1, maximum: 0), .empty),
            (.real(minimum: 0, maximum: .infinity), .tooWide), (.real(minimum: .nan, maximum: 1), .tooWide),
            (.real(minimum: 0, maximum: 1, step: 0), .step), (.real(minimum: 0, maximum: 1e300, step: 1e-9), .tooWide),
            (.categorical(count: 0), .empty),
        ]
        for (domain, flaw) in flawed {
            #expect(throws: GeneSpaceError.flawedGene("g", flaw)) { try GeneSpace([Gene("g", domain)]) }
        }
        #expect(throws: GeneSpaceError.noGenes) { try GeneSpace([]) }
        let gene = Gene("same", .categorical(count: 2))
        #expect(throws: GeneSpaceError.repeatedName("same")) { try GeneSpace([gene, gene]) }
    }

    @Test func snappingFindsTheNearestLegalValue() {
        let cases: [(GeneDomain, Double, Double)] = [
            (.integer(minimum: 1, maximum: 10, step: 4), 6.9, 5), (.integer(minimum: 1, maximum: 10, step: 4), 99, 9),
            (.real(minimum: -1, maximum: 1), -7, -1), (.real(minimum: -1, maximum: 1), 0.123, 0.123),
            (.real(minimum: 0, maximum: 0.3, step: 0.1), 0.29, 3 * 0.1), (.real(minimum: 0, maximum: 1), .nan, 0),
            (.categorical(count: 3), 2.4, 2), (.categorical(count: 3), .infinity, 2),
        ]
        for (domain, value, expected) in cases {
            #expect(abs(domain.snapped(value) - expected) < 1e-15)
            #expect(domain.contains(domain.snapped(value)))
        }
        #expect(!GeneDomain.integer(minimum: 0, maximum: 4).contains(1.5))
        #expect(!GeneDomain.real(minimum: 0, maximum: 1).contains(.nan))
    }

    @Test func randomGenomesReachEveryValueOfEveryGene() throws {
        let space = try GeneSpace([
            Gene("i", .integer(minimum: -2, maximum: 2)), Gene("r", .real(minimum: 0, maximum: 1, step: 0.2)),
            Gene("c", .categorical(count: 3)),
        ])
        var random = SeededRandom(seed: 1)
        let drawn = (0..<500).map { _ in space.randomGenome(&random) }
        #expect(drawn.allSatisfy(space.contains))
        #expect(Set(drawn).count == 90)
        #expect(space.cardinality == 90)
    }

    @Test func namedValuesReadBackAndAnythingElseIsRefused() throws {
        let space = try GeneSpace([
            Gene("a", .integer(minimum: 0, maximum: 3)), Gene("b", .real(minimum: 0, maximum: 1)),
        ])
        #expect(space.named(Genome([2, 0.5])) == ["a": 2, "b": 0.5])
        #expect(space.genome(named: ["a": 2, "b": 0.5]) == Genome([2, 0.5]))
        for values in [["a": 2], ["a": 2, "b": 0.5, "c": 1], ["a": 2.5, "b": 0.5], ["a": 2, "c": 0.5], [:]] {
            #expect(space.genome(named: values) == nil)
        }
    }

    @Test func zeroHasOneSpelling() {
        #expect(Genome([-0.0]).values[0].sign == .plus)
    }
}
