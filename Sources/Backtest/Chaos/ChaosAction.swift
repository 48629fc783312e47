import Core

/// What can happen to the runner itself.
enum ChaosAction: Hashable, Sendable {
    /// An action of a run.
    struct Drawn: Sendable {
        let name: String
        let at: Timestamp
        let action: ChaosAction
    }

    /// Where between two steps a process can die.
    enum CrashPoint: Hashable, Sendable, CaseIterable {
        /// Between two events.
        case idle
        /// Decided, nothing written down.
        case beforeCommit
        /// Written down, nothing sent.
        case afterCommit
        /// Some messages sent, others not.
        case betweenSends
        /// Everything sent, nothing heard.
        case afterSends
    }

    /// The process dies at the next such point, and is started again later.
    case crash(CrashPoint, downFor: TimeSpan)
    /// The clock is set.
    case clockStep(TimeSpan)
    /// The kill switch is pulled, and released after a while.
    case kill(heldFor: TimeSpan)

    /// The actions of a run with their names, such as `kill 2`; without those that the scenario omits.
    static func drawn(_ scenario: ChaosScenario, seed: UInt64, until end: Timestamp) -> [Drawn] {
        let runner = scenario.runner
        var drawn: [Drawn] = []
        drawn += moments("crash", runner.crashesPerDay, seed, end) { random in
            let point = CrashPoint.allCases[random.below(CrashPoint.allCases.count)]
            return .crash(point, downFor: .milliseconds(Int64([200, 2_000, 20_000, 300_000][random.below(4)])))
        }
        drawn += moments("clock", runner.clockStepsPerDay, seed, end) { random in
            .clockStep(.milliseconds(Int64(random.below(10_001)) - 5_000))
        }
        drawn += moments("kill", runner.killsPerDay, seed, end) { random in
            .kill(heldFor: .milliseconds(Int64(1_000 + random.below(1_200_000))))
        }
        return drawn.filter { !scenario.omit.contains($0.name) }
    }

    private static func moments(
        _ name: String, _ perDay: Double, _ seed: UInt64, _ end: Timestamp,
        _ draw: (inout SeededRandom) -> Self
    ) -> [Drawn] {
        guard perDay > 0 else { return [] }
        var random = SeededRandom(seed: seed, stream: "runner/\(name)")
        var drawn: [Drawn] = []
        for minute in 0..<Int((end - ChaosMarket.start).milliseconds / 60_000) {
            guard random.chance(min(perDay / 1_440, 1)) else { continue }
            let moment = ChaosMarket.start + .milliseconds(Int64(minute) * 60_000 + Int64(random.below(60_000)))
            drawn.append(Drawn(name: "\(name) \(drawn.count)", at: moment, action: draw(&random)))
        }
        return drawn
    }
}
