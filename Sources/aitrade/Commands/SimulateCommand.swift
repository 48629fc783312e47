import ArgumentParser
import Backtest
import Core
import Foundation

/// `aitrade simulate`.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Seeded chaos: the engine against misbehaving venues, checked after every step.",
        discussion: """
            Each seed is a simulated day on a virtual clock: two venues that lose, repeat, delay and refuse, crashes,
            clock steps and kill switches at random moments. Exits with 1 when an invariant is broken, and prints the
            seed, the step, the smallest scenario that still breaks it, and the command that runs it again. The same
            seed gives the same SHA-256 of everything that happened, on any number of threads. See docs/chaos.md.

            Example: aitrade simulate --seeds 0..999 --scenario storm
            """)

    @Option(help: "First and last seed, such as 0..999, or one seed.") var seeds = "0..99"
    @Option(help: "Name of a scenario (see --list) or a JSON file; 'all' runs every named one.") var scenario = "storm"
    @Option(help: "Threads; as many as there are cores by default.") var threads: Int?
    @Option(help: "Write the smallest failing scenario to this file.") var save: String?
    @Option(help: "Instead: explore every interleaving of two orders on two venues to this depth.")
    var exhaustive: Int?
    @Flag(help: "List the scenarios.") var list = false
    @Flag(help: "Print everything that happens; for one seed.") var trace = false
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        if let threads, !(1...64).contains(threads) { throw ValidationError("--threads takes 1 to 64") }
        if let exhaustive, !(1...20).contains(exhaustive) { throw ValidationError("--exhaustive takes 1 to 20") }
    }

    func run() async throws {
        if list { return try printList() }
        if let exhaustive { return try explore(exhaustive) }
        let range = try seedRange()
        guard !trace || range.count == 1 else {
            throw CommandFailure(.usage, "--trace prints one seed", fix: "for example --seeds 17..17 --trace")
        }
        SeedsInFlight.watch()
        let names = scenario == "all" ? BundledScenarios.all.map(\.name) : [scenario]
        var reports: [SimulationReport] = []
        for name in names {
            let scenario = try BundledScenarios.load(name)
            if trace { return try printTrace(ChaosRun(scenario, seed: range.lowerBound)) }
            let simulation = Simulation(name: name, scenario: scenario, seeds: range, isSilent: json)
            let report = try await simulation.run(
                threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
            reports.append(report)
            if !json { report.print() }
            if let save, let smallest = report.failures.first?.smallest { try write(smallest, to: save) }
        }
        if json { try Output.json(reports) }
        if reports.contains(where: { !$0.failures.isEmpty }) { throw ExitStatusRequest(.checkFailed) }
    }

    private func seedRange() throws -> ClosedRange<UInt64> {
        let parts = seeds.components(separatedBy: "..").map { UInt64($0) }
        if parts.count <= 2, let first = parts.first ?? nil, let last = parts.last ?? nil, first <= last,
            last - first < 10_000_000, last <= UInt64(Int64.max)
        {
            return first...last
        }
        throw CommandFailure(.usage, "--seeds '\(seeds)' is no range", fix: "for example --seeds 0..999")
    }

    private struct Listed: Encodable {
        let name: String
        let description: String
    }

    private func printList() throws {
        let listed = try BundledScenarios.all.map {
            Listed(name: $0.name, description: try BundledScenarios.load($0.name).description)
        }
        if json { return try Output.json(listed) }
        Output.table(["scenario", "what goes wrong"], listed.map { [$0.name, $0.description] })
    }

    private func printTrace(_ run: ChaosRun) throws {
        SeedsInFlight.note(run.seed, slot: 0)
        let outcome = try run.outcome(traced: true)
        outcome.trace.forEach { print($0) }
        print("sha256 \(outcome.digest)")
        guard let violation = outcome.violation else { return }
        print("BROKEN \(violation)")
        throw ExitStatusRequest(.checkFailed)
    }

    private func explore(_ depth: Int) throws {
        let found = Exploration(depth: depth).run()
        if json {
            try Output.json(found)
        } else {
            print("  explored every interleaving of two orders on two venues to a depth of \(depth):")
            for (level, count) in found.statesByDepth.enumerated() { print("    depth \(level): \(count) new states") }
            print("  \(found.states) states, \(found.transitions) transitions")
            if let broken = found.broken { print("  BROKEN \(broken)") } else { print("  every invariant held") }
        }
        if found.broken != nil { throw ExitStatusRequest(.checkFailed) }
    }

    private func write(_ scenario: ChaosScenario, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        guard FileManager.default.createFile(atPath: path, contents: try encoder.encode(scenario)) else {
            throw CommandFailure(.cannotWrite, "\(path) cannot be written", fix: "name another file with --save")
        }
    }
}
