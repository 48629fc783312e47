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

    func run() throws {
        let bars = try options.series()
        let costs = ArtifactCosts(feeBps: 10, slippageBps: 2)
        let table = FeatureTable(bars: bars)
        let chosen = try build.map { name in
            try required(KernelBuild.supported.first { "\($0)" == name }, "build \(name)")
        }
        let kernel = PopulationKernel(table: table, costs: costs, build: chosen ?? .fastest)
        let space = try StrategyGenome.space()
        var random = SeededRandom(seed: 5)
        let population = (0..<genomes).map { _ in StrategyGenome(genes: space.randomGenome(&random).values) }
        for text in windows.split(separator: ",") {
            let rows = try required(Int(text))
            let window = StrategyGenome.longestWarmUp..<(StrategyGenome.longestWarmUp + rows)
            guard window.upperBound <= bars.count else { throw BenchmarkFault("\(rows) rows need more bars") }
            let (times, scores) = options.measure { evaluate(kernel, population, window) }
            try compare(StrategyReference(table: table, costs: costs), population, window, scores)
            var line = options.line(
                "family", "\(rows)-rows-threads-\(threads)", bars: rows, evaluations: genomes, times)
            line.add("build", "\(chosen ?? .fastest)")
            line.add("trades", scores.reduce(0) { $0 + $1.trades })
            line.print()
        }
    }

    private func evaluate(_ kernel: PopulationKernel, _ population: [StrategyGenome], _ rows: Range<Int>)
        -> [WindowScore]
    {
        guard threads > 1 else { return kernel.scores(population, rows: rows) }
        let empty = WindowScore(netReturn: 0, maxDrawdown: 0, sharpePerBar: nil, trades: 0)
        let all = Mutex(Array(repeating: empty, count: population.count))
        onThreads(threads, population.count) { part in
            let scores = kernel.scores(Array(population[part]), rows: rows)
            all.withLock { $0.replaceSubrange(part, with: scores) }
        }
        return all.withLock { $0 }
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
