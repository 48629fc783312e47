import Foundation

/// What a proof came to.
struct Finding {
    /// The figure, for people.
    let text: String
    /// Whether it keeps the promise; nil where it is only told.
    let holds: Bool?
}

/// One way a promise is tested: where its figure comes from, and how to get it again.
struct Proof {
    let method: String
    let command: String
    /// The file of the results that the figure comes from.
    var source = "bench.jsonl"
    /// Nil when the run that gives the figure was left out.
    let find: @Sendable (Results) -> Finding?

    /// Suites of the project's own tests.
    static func tests(_ suites: String..., method: String) -> Proof {
        let names = suites
        return Proof(method: method, command: "make test FILTER='\(names.joined(separator: "|"))'", source: "3.xml") {
            results in
            let found = names.compactMap { results.suites[$0] }
            guard found.count == names.count else { return nil }
            let idle = names.filter { (results.suites[$0]?.passed ?? 0) + (results.suites[$0]?.failed ?? 0) == 0 }
            guard idle.isEmpty else {
                return Finding(text: "not reached: \(idle.joined(separator: ", ")) ran no test", holds: false)
            }
            let (passed, failed) = (found.reduce(0) { $0 + $1.passed }, found.reduce(0) { $0 + $1.failed })
            let text = failed == 0 ? "\(passed) tests pass" : "\(failed) of \(passed + failed) tests fail"
            return Finding(text: text, holds: failed == 0 && passed > 0)
        }
    }

    /// The study of crashes at every numbered point, as often as the promise says.
    static func crashStudy(points: Int, seeds: Int) -> Proof {
        Proof(
            method: "the runner is broken off at every numbered write, send and answer",
            command: "AITRADE_CRASH_SEEDS=\(seeds) make test FILTER=CrashPointTests", source: "crashes.json"
        ) { results in
            guard let study = results.crashes else { return nil }
            let differences = (study.fields["differences"] as? [Any])?.count ?? 1
            let passed = (study.fields["crashesByPoint"] as? [String: Any])?.count ?? 0
            let tried = study.number("seeds")
            return Finding(
                text: "\(whole(study.number("crashes"))) crashes at \(passed) points, "
                    + "\(reached(tried, of: Double(seeds), "seeds")), \(differences) differences",
                holds: differences == 0 && passed >= points && tried >= Double(seeds))
        }
    }

    /// How long the real watchdog took to notice a runner and to get its account flat.
    static func watch(_ cause: String, _ method: String, noticedWithin limit: Double) -> Proof {
        Proof(method: method, command: "scripts/watchdog-time.sh \(cause)", source: "watches.jsonl") { results in
            guard let line = results.watches.last(where: { $0.text("cause") == cause }),
                let report = line.fields["report"] as? [String: Any], let flatten = report["flatten"] as? [String: Any]
            else { return nil }
            let (age, span) = (number(report["ageSeconds"]), line.number("seconds"))
            let isFlat = flatten["isFlat"] as? Bool == true
            return Finding(
                text: String(format: "told %.1f s after its last beat, flat %.1f s after the signal", age, span)
                    + (isFlat ? "" : ", NOT PROVEN FLAT"),
                holds: isFlat && age <= limit && report["cause"] as? String == cause)
        }
    }

    /// A quantile of a benchmark against a limit in microseconds.
    static func latency(_ workload: String, _ method: String, p99Below limit: Double?) -> Proof {
        Proof(method: method, command: "bench runner") { results in
            guard let line = results.lines(workload).last else { return nil }
            let text =
                "p50 \(micro(line.number("p50_us"))), p99 \(micro(line.number("p99_us"))), "
                + "p99.9 \(micro(line.number("p999_us"))) of \(whole(line.number("count")))"
            return Finding(text: text, holds: limit.map { line.number("p99_us") <= $0 })
        }
    }

    /// Durations of one kind in one simulated scenario against limits in milliseconds.
    static func spans(
        _ scenario: String, _ kind: String, _ method: String, p99 limit: Double, longest: Double = .infinity
    ) -> Proof {
        Proof(
            method: method, command: "aitrade simulate --scenario \(scenario)", source: "simulate-all.json"
        ) { results in
            guard let line = results.simulations.first(where: { $0.text("scenario") == scenario }),
                let figures = line.fields["figures"] as? [String: Any], let spans = figures[kind] as? [String: Any]
            else { return nil }
            let (count, p50, p99, most) = (
                number(spans["count"]), number(spans["p50Ms"]), number(spans["p99Ms"]), number(spans["maxMs"])
            )
            let seconds = [p50, p99, most].map { String(format: "%.2f s", $0 / 1e3) }
            return Finding(
                text: "\(whole(count)) times: p50 \(seconds[0]), p99 \(seconds[1]), max \(seconds[2])",
                holds: count > 0 && p99 <= limit && most <= longest)
        }
    }

    private static func number(_ field: Any?) -> Double { (field as? NSNumber)?.doubleValue ?? .nan }

    /// All seeds of all scenarios that were simulated.
    static func simulation(_ method: String, _ figure: @escaping @Sendable ([Results.Line]) -> Finding) -> Proof {
        Proof(
            method: method, command: "make reliability, or aitrade simulate --scenario all", source: "simulate-all.json"
        ) { results in
            results.simulations.isEmpty ? nil : figure(results.simulations)
        }
    }
}

/// The sum of one figure over simulations.
func total(_ simulations: [Results.Line], _ name: String) -> Double {
    simulations.reduce(0) { sum, line in
        sum + (((line.fields["figures"] as? [String: Any])?[name] as? NSNumber)?.doubleValue ?? 0)
    }
}

/// How many seeds broke an invariant.
func failures(_ simulations: [Results.Line]) -> Int {
    simulations.reduce(0) { $0 + (($1.fields["failures"] as? [Any])?.count ?? 1) }
}

/// How many simulated days there were.
func seeds(_ simulations: [Results.Line]) -> Double {
    simulations.reduce(0) { $0 + $1.number("lastSeed") - $1.number("firstSeed") + 1 }
}

/// A count against the count that was promised.
func reached(_ count: Double, of goal: Double, _ what: String) -> String {
    count >= goal ? "\(whole(count)) \(what)" : "not reached: \(whole(count)) of \(whole(goal)) \(what)"
}

func whole(_ number: Double) -> String {
    guard number.isFinite else { return "?" }
    var (digits, text) = (String(Int(number.rounded())), "")
    while digits.count > 3 {
        text = "," + digits.suffix(3) + text
        digits.removeLast(3)
    }
    return digits + text
}

func micro(_ number: Double) -> String {
    number < 1000 ? String(format: "%.1f us", number) : String(format: "%.2f ms", number / 1000)
}
