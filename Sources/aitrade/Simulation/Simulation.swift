import Backtest
import Core
import Foundation

/// Runs the seeds of one scenario on several threads; the report does not depend on how many.
struct Simulation: Sendable {
    let name: String
    let scenario: ChaosScenario
    let seeds: ClosedRange<UInt64>
    let isSilent: Bool

    func run(threads: Int) async throws -> SimulationReport {
        let start = DispatchTime.now().uptimeNanoseconds
        var tally = SimulationReport.Figures()
        var digests: [UInt64: Digest] = [:]
        var broken: [ChaosRun.Outcome] = []
        try await withThrowingTaskGroup(of: (Int, ChaosRun.Outcome).self) { group in
            var next = seeds.lowerBound
            func launch(_ slot: Int) {
                guard next <= seeds.upperBound else { return }
                let run = ChaosRun(scenario, seed: next)
                next += 1
                group.addTask {
                    SeedsInFlight.note(run.seed, slot: slot)
                    defer { SeedsInFlight.note(nil, slot: slot) }
                    return (slot, try run.outcome())
                }
            }
            for slot in 0..<threads { launch(slot) }
            while let finished = try await group.next() {
                let outcome = finished.1
                digests[outcome.seed] = outcome.digest
                tally.add(outcome.tally)
                if outcome.violation != nil { broken.append(outcome) }
                show(digests.count, broken.count, since: start)
                launch(finished.0)
            }
        }
        broken.sort { $0.seed < $1.seed }
        let all = digests.sorted { $0.key < $1.key }.flatMap(\.value.bytes)
        return SimulationReport(
            scenario: name, hours: scenario.hours, firstSeed: seeds.lowerBound, lastSeed: seeds.upperBound,
            figures: tally, digest: Digest.sha256(all),
            seconds: Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9, failures: try failures(broken))
    }

    /// The first failure is made smaller; that is enough to begin with.
    private func failures(_ broken: [ChaosRun.Outcome]) throws -> [SimulationReport.Failure] {
        try broken.enumerated().compactMap { place, outcome in
            guard let violation = outcome.violation else { return nil }
            if place == 0, !isSilent { Output.warn("making the failing scenario of seed \(outcome.seed) smaller") }
            return SimulationReport.Failure(
                seed: outcome.seed, violation: violation,
                replay: "aitrade simulate --seeds \(outcome.seed)..\(outcome.seed) --scenario \(name) --trace",
                smallest: place == 0 ? try ChaosRun(scenario, seed: outcome.seed).shrunk()?.scenario : nil)
        }
    }

    private func show(_ done: Int, _ broken: Int, since start: UInt64) {
        guard !isSilent else { return }
        let total = seeds.count
        let isTerminal = isatty(STDERR_FILENO) == 1
        guard isTerminal || done == total || done % max(1, total / 10) == 0 else { return }
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        let left = seconds / Double(done) * Double(total - done)
        let text =
            "\(name): \(done)/\(total) seeds, \(broken) broken, \(Output.number(seconds, 0)) s, "
            + "\(Output.number(left, 0)) s left"
        let line = isTerminal ? "\r\u{1B}[K\(text)\(done == total ? "\r\u{1B}[K" : "")" : "  \(text)\n"
        FileHandle.standardError.write(Data(line.utf8))
    }
}

/// What the runs of one scenario came to.
struct SimulationReport: Encodable {
    /// Sums over all seeds.
    struct Figures: Encodable {
        var steps = 0
        var starts = 0
        var crashes = 0
        var kills = 0
        var halts = 0
        var orders = 0
        var fills = 0
        var faults: [String: Int] = [:]
        var unprotected = Spans()
        var killToFlat = Spans()

        mutating func add(_ tally: ChaosTally) {
            steps += tally.steps
            starts += tally.starts
            crashes += tally.crashes
            kills += tally.kills
            halts += tally.halts
            orders += tally.orders
            fills += tally.fills
            faults.merge(tally.faults) { $0 + $1 }
            unprotected.all.add(tally.unprotected)
            killToFlat.all.add(tally.killToFlat)
        }
    }

    /// Durations of one kind, written as their quantiles.
    struct Spans: Encodable {
        var all = ChaosSpans()

        private enum CodingKeys: String, CodingKey { case count, p50Ms, p99Ms, maxMs }

        func encode(to encoder: any Encoder) throws {
            var form = encoder.container(keyedBy: CodingKeys.self)
            try form.encode(all.count, forKey: .count)
            try form.encode(all.quantile(0.5), forKey: .p50Ms)
            try form.encode(all.quantile(0.99), forKey: .p99Ms)
            try form.encode(all.quantile(1), forKey: .maxMs)
        }

        var text: String {
            let figures = [("p50", 0.5), ("p99", 0.99), ("max", 1)].map { name, share in
                "\(name) \(Output.number(Double(all.quantile(share)) / 1e3, 2)) s"
            }
            return "\(all.count) times, \(figures.joined(separator: ", "))"
        }
    }

    /// A seed that broke an invariant.
    struct Failure: Encodable {
        let seed: UInt64
        let violation: ChaosViolation
        let replay: String
        let smallest: ChaosScenario?
    }

    let scenario: String
    let hours: Double
    let firstSeed: UInt64
    let lastSeed: UInt64
    let figures: Figures
    /// SHA-256 over the digests of all seeds, in their order.
    let digest: Digest
    let seconds: Double
    let failures: [Failure]

    func print() {
        let count = lastSeed - firstSeed + 1
        Swift.print(
            "  \(scenario): \(count) seeds of \(Output.number(hours, 1)) h in \(Output.number(seconds, 1)) s: "
                + "\(figures.steps) steps, \(figures.orders) orders, \(figures.fills) fills, "
                + "\(figures.crashes) crashes, \(figures.kills) kills")
        let faults = figures.faults.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        if !faults.isEmpty { Swift.print("    faults felt: \(faults.joined(separator: ", "))") }
        if figures.unprotected.all.count > 0 { Swift.print("    without a stop: \(figures.unprotected.text)") }
        if figures.killToFlat.all.count > 0 { Swift.print("    kill to flat: \(figures.killToFlat.text)") }
        Swift.print("    sha256 \(digest)")
        guard let first = failures.first else { return Swift.print("    every invariant held") }
        for failure in failures.prefix(20) { Swift.print("    BROKEN seed \(failure.seed): \(failure.violation)") }
        if failures.count > 20 { Swift.print("    and \(failures.count - 20) more seeds") }
        Swift.print("    replay: \(first.replay)")
        guard let smallest = first.smallest else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = (try? encoder.encode(smallest)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        Swift.print("    smallest scenario that still breaks it: \(text)")
    }
}
