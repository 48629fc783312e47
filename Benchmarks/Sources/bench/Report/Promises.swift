import Foundation

/// A promise with everything that was done to test it.
struct Promise {
    let id: String
    let text: String
    let proofs: [Proof]
    /// What is not proven yet, said plainly.
    var open: String?

    /// G-01 .. G-18 in their order.
    static let all: [Promise] = orders + halts + recovery + artifacts + limits

    private static let orders = [
        Promise(
            id: "G-01", text: "At most one accepted venue order per intent",
            proofs: [
                .simulation("chaos: lost, late, repeated and reordered messages, crashes; checked after each step") {
                    let (broken, orders) = (failures($0), total($0, "orders"))
                    return Finding(
                        text: "\(reached(orders, of: 1_000_000, "orders")) in \(whole(seeds($0))) simulated days, "
                            + "\(broken) broken invariants", holds: broken == 0 && orders >= 1_000_000)
                },
                .tests("EngineFuzzTests", "OrderRepeatTests", method: "random worlds; lost requests and answers"),
            ]),
        Promise(
            id: "G-02", text: "A crash anywhere ends in the same state",
            proofs: [
                .simulation("chaos: crashes between any two steps, then recovery") {
                    let (broken, crashes) = (failures($0), total($0, "crashes"))
                    return Finding(
                        text: "\(whole(crashes)) crashes, \(broken) broken invariants",
                        holds: broken == 0 && crashes > 0)
                },
                .crashStudy(points: 40, seeds: 200),
                .tests(
                    "CrashTests", "RecoveryTests", "CrashCommandTests",
                    method: "the runner and the program are broken off at numbered writes and sends"),
            ]),
        Promise(
            id: "G-03", text: "Same seed, artifact, configuration: the same SHA-256 of everything that happened",
            proofs: [
                Proof(
                    method: "chaos twice, on different numbers of threads",
                    command: "aitrade simulate --scenario all --seeds 0..99 --threads 1",
                    source: "simulate-again.json"
                ) { results in
                    guard !results.repeated.isEmpty else { return nil }
                    let same = results.repeated.count { again in
                        results.simulations.contains {
                            $0.text("scenario") == again.text("scenario")
                                && $0.number("lastSeed") == again.number("lastSeed")
                                && $0.text("digest") == again.text("digest")
                        }
                    }
                    return Finding(
                        text: "\(whole(seeds(results.repeated))) seeds twice: "
                            + (same == results.repeated.count ? "the same digest" : "another digest"),
                        holds: same == results.repeated.count)
                },
                .tests("DifferentialTests", method: "backtest, runner and reference agree fill by fill"),
            ]),
        Promise(
            id: "G-04", text: "Unprotected exposure within 2 s at p99, 5 s at most, else flat",
            proofs: [
                .spans("far", "unprotected", "chaos with 500 ms to each venue and back", p99: 2_000, longest: 5_000),
                .simulation("chaos: the budget of exposed time is an invariant") {
                    Finding(text: "\(failures($0)) broken invariants", holds: failures($0) == 0)
                },
                .tests("ProtectionTests", "ProtectionModeTests", method: "every mode of a protection, and its budget"),
            ]),
    ]

    private static let halts = [
        Promise(
            id: "G-05",
            text: "Kill: blocked in 250 ms, cancelled in 1 s, flat in 10 s at p99; latched; fail closed",
            proofs: [
                .spans("drill", "killToFlat", "kill to flat where a fifth of the requests fail", p99: 10_000),
                .simulation("chaos: kill switches at random moments") {
                    let (kills, halts) = (total($0, "kills"), total($0, "halts"))
                    return Finding(
                        text: "\(whole(kills)) kills, \(whole(halts)) ended proven flat, \(failures($0)) broken "
                            + "invariants", holds: failures($0) == 0 && halts > 0)
                },
                .tests(
                    "KillTests", "KillSwitchTests", "HaltTests", "KillCommandTests",
                    method: "engine, file and the program as a user meets it"),
            ]),
        Promise(
            id: "G-06", text: "The watchdog acts without the runner, within three missed beats",
            proofs: [
                .watch("dead", "a runner that is killed (SIGKILL)", noticedWithin: 16),
                .watch("frozen", "a runner that is frozen (SIGSTOP)", noticedWithin: 16),
                .tests(
                    "WatchdogCommandTests", "WatchdogJudgeTests", "DamagedBooksTests",
                    method: "the real program, killed, frozen, looping or without a ledger, is fenced and flattened"),
            ]),
        Promise(
            id: "G-07", text: "Alerts: enqueued within 1 s, delivery tried within 5 s, repeated ones summed up",
            proofs: [
                .tests(
                    "AlertTests", "AlertCommandTests",
                    method: "1,000 equal ones are three and a summary; a way that hangs or fails delays nothing")
            ]),
    ]

    private static let recovery = [
        Promise(
            id: "G-08", text: "Cold start on 100,000 ledger rows within 5 s",
            proofs: [
                Proof(method: "a real ledger: open, integrity check, replay, ready", command: "bench runner") {
                    guard let line = $0.lines("cold-start").last else { return nil }
                    return Finding(
                        text: String(format: "%.2f s for %@ rows", line.number("median_s"), whole(line.number("rows"))),
                        holds: line.number("median_s") <= 5)
                }
            ]),
        Promise(
            id: "G-09", text: "24 h at 2x and 10x the largest bundled day: memory grows < 10 %, no unbounded queue",
            proofs: [soak(2), soak(10)]),
    ]

    private static func soak(_ factor: Int) -> Proof {
        Proof(method: "the runner with its ledger, \(factor)x", command: "bench soak --factor \(factor)") {
            guard let line = $0.lines("soak", case: "\(factor)x").last else { return nil }
            let growth = line.number("rss_growth_percent")
            let text =
                "\(whole(line.number("bars"))) bars, \(whole(line.number("orders"))) entries: memory "
                + String(format: "%+.1f %% from %.1f MiB after a day of warm-up", growth, line.number("rss_24h_mib"))
                + ", largest batch \(whole(line.number("largest_batch"))), "
                + "at most \(whole(line.number("most_in_flight"))) messages under way"
            return Finding(text: text, holds: growth < 10)
        }
    }
}
