import ArgumentParser
import Core
import Optimizer
import Signals
import Synchronization

/// The full strategy family (all features, stops, take-profits, fees) over windows of several lengths.
struct FamilyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "family", abstract: "Evaluates random strategies of the whole family with the population kernel.")

    @OptionGroup var options: SearchOptions
    @Option(help: "Genomes in the population.") var genomes = 256
    @Option(help: "Rows of the windows, separated by commas.") var windows = "577,2000,5000,10000,20000"
    @Option(help: "Threads.") var threads = 1
    @Option(help: "portable, avx2 or avx512; the fastest that runs here without it.") var build: String?

    /// Generations of a thread's search.
    private static let generations = 20

    func run() throws {
        let bars = try options.series()
        let costs = ArtifactCosts(feeBps: 10, slippageBps: 2)
        let table = FeatureTable(bars: bars)
        let chosen = try build.map { name in
            try required(KernelBuild.supported.first { "\($0)" == name }, "build \(name)")
        }
        let kernel = PopulationKernel(table: table, costs: costs, build: chosen ?? .fastest)
        let space = try StrategyGenome.space()
        // Each thread has genomes of its own, as searches have: they share no reference counts.
        let populations = (0..<max(threads, 1)).map { _ in
            var random = SeededRandom(seed: 5)
            return (0..<genomes).map { _ in StrategyGenome(genes: space.randomGenome(&random).values) }
        }
        for text in windows.split(separator: ",") {
            let rows = try required(Int(text))
            let window = StrategyGenome.longestWarmUp..<(StrategyGenome.longestWarmUp + rows)
            guard window.upperBound <= bars.count else { throw BenchmarkFault("\(rows) rows need more bars") }
            let (times, scores) = options.measure { evaluate(kernel, populations, window) }
            try compare(StrategyReference(table: table, costs: costs), populations[0], window, scores)
            var line = options.line(
                "family", "\(rows)-rows-threads-\(threads)", bars: rows,
                evaluations: threads > 1 ? genomes * threads * Self.generations : genomes, times)
            line.add("genomes", genomes)
            line.add("build", "\(chosen ?? .fastest)")
            line.add("trades", scores.reduce(0) { $0 + $1.trades })
            line.print()
        }
    }

    /// As training shares its work out: a thread has a search of its own, all of its generations after each other.
    private func evaluate(_ kernel: PopulationKernel, _ populations: [[StrategyGenome]], _ rows: Range<Int>)
        -> [WindowScore]
    {
        guard threads > 1 else { return kernel.scores(populations[0], rows: rows) }
        let last = Mutex<[WindowScore]>([])
        onThreads(threads, threads) { part in
            let population = populations[part.lowerBound]
            for _ in 1..<Self.generations { _ = kernel.scores(population, rows: rows) }
            let scores = kernel.scores(population, rows: rows)
            last.withLock { $0 = scores }
        }
        return last.withLock { $0 }
    }

    private func compare(
        _ reference: StrategyReference, _ population: [StrategyGenome], _ rows: Range<Int>, _ scores: [WindowScore]
    ) throws {
        for (genome, score) in zip(population, scores).prefix(64) {
            let expected = reference.evaluate(genome, rows: rows, keepsDecisions: false)
            let closed = expected.trades.count { $0.exitRow < rows.upperBound }
            guard closed == score.trades, abs((expected.equity.last ?? 0) - score.netReturn) < 1e-9 else {
                throw BenchmarkFault("family: \(genome) differs from the reference over \(rows)")
            }
        }
    }
}
