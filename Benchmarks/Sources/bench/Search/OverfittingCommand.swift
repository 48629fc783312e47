import ArgumentParser
import Optimizer

/// The probability of backtest overfitting over 200 trials x 1,000 periods x 16 blocks, that is 12,870 splits.
struct OverfittingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "overfitting", abstract: "Measures the probability of overfitting (CSCV) of noise.")

    @Option(help: "Trials.") var trials = 200
    @Option(help: "Periods.") var periods = 1000
    @Option(help: "Blocks.") var blocks = 16
    @Option(help: "Calls to take the median of, after one warm-up.") var runs = 5

    func run() throws {
        // Oracle B of the statistics' tests: the same integers in every language.
        let columns = (0..<trials).map { trial in
            (0..<periods).map { period -> Double in
                let seed = 1_103_515_245 * (period * 131 + trial * 7919 + 17) + 12_345
                return Double(seed % 2_147_483_648 / 65_536 % 201 - 100)
            }
        }
        var measurement = Measurement()
        var result = try BacktestOverfitting(columns, blocks: blocks)
        for _ in 0..<max(1, runs) {
            result = try measurement.time { try BacktestOverfitting(columns, blocks: blocks) }
        }
        var line = ReportLine(workload: "CSCV", case: "\(trials)x\(periods)x\(blocks)")
        line.add("splits", result.splits)
        line.add("probability", result.probability)
        line.add(measurement)
        line.print()
        guard measurement.median <= 1 else { throw BenchmarkFault("overfitting: more than the promised second") }
    }
}
