import ArgumentParser
import Core
import Optimizer
import Signals

/// The genetic search over pairs of averages: 200 genomes, 20 generations, one thread.
struct W3Command: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "w3", abstract: "Searches for the best pair of averages, once per seed.")

    @OptionGroup var options: SearchOptions
    @Option(help: "The first seed; --runs tells how many.") var seed: UInt64 = 1
    @Option(help: "Stop each search after so many evaluations, for a comparison at equal ones.") var evaluations: Int?
    @Option(help: "What to put behind the name of each case.") var label: String?
    @Flag(help: "Also try all pairs.") var exhaustive = false

    func run() throws {
        let bars = try options.series()
        let sweep = RuleSweep(bars: bars, cash: 10_000, costShare: 0.0006)
        _ = fitness(sweep, [Genome([5, 60])])
        for seed in seed..<(seed + UInt64(max(1, options.runs))) {
            var measurement = Measurement()
            let search = try measurement.time { try run(sweep, seed: seed) }
            guard let best = search.best else { continue }
            let pair = best.genome.values.map { Int($0) }
            guard best.fitness == w2Reference(bars, fast: pair[0], slow: pair[1]) else {
                throw BenchmarkFault("w3: the best pair \(pair) differs from the plain loop")
            }
            var line = options.line(
                "W3", "seed-\(seed)\(label.map { "-\($0)" } ?? "")", bars: bars.count, evaluations: search.evaluations,
                measurement)
            line.add("evals_per_s", Double(search.evaluations) / measurement.median)
            line.add("best", "\(best.fitness)")
            line.add("pair", "\(pair[0]) \(pair[1])")
            line.print()
        }
        if exhaustive { tryAll(sweep, bars: bars.count) }
    }

    private func run(_ sweep: RuleSweep, seed: UInt64) throws -> GeneticSearch {
        let space = try GeneSpace([
            Gene("fast", .integer(minimum: 2, maximum: 100)), Gene("slow", .integer(minimum: 5, maximum: 400)),
        ])
        var search = try GeneticSearch(
            space: space, options: GeneticOptions(population: 200, generations: 20), random: SeededRandom(seed: seed))
        while search.end == nil {
            let batch = search.ask()
            // A generation that would go beyond the limit is not evaluated.
            guard search.evaluations + batch.count <= evaluations ?? .max else { break }
            search.tell(fitness(sweep, batch))
        }
        return search
    }

    /// W2's equity where the fast average is the faster one, else 0.
    private func fitness(_ sweep: RuleSweep, _ genomes: [Genome]) -> [Double] {
        let sound = genomes.indices.filter { genomes[$0].values[0] < genomes[$0].values[1] }
        let rules = sound.map { index -> RuleSweep.Rule in
            let (fast, slow) = (Int(genomes[index].values[0]), Int(genomes[index].values[1]))
            return RuleSweep.Rule(above: .average(fast), .average(slow), from: slow - 1)
        }
        var fitness = Array(repeating: 0.0, count: genomes.count)
        for (index, equity) in zip(sound, sweep.finalEquities(rules)) { fitness[index] = equity }
        return fitness
    }

    private func tryAll(_ sweep: RuleSweep, bars: Int) {
        let genomes = (2...100).flatMap { fast in (5...400).map { Genome([Double(fast), Double($0)]) } }
        var measurement = Measurement()
        let values = measurement.time { fitness(sweep, genomes) }
        let best = values.indices.max { values[$0] < values[$1] } ?? 0
        var line = options.line("W3", "exhaustive", bars: bars, evaluations: genomes.count, measurement)
        line.add("evals_per_s", Double(genomes.count) / measurement.median)
        line.add("best", "\(values[best])")
        line.add("pair", genomes[best].values.map { "\(Int($0))" }.joined(separator: " "))
        line.print()
    }
}
