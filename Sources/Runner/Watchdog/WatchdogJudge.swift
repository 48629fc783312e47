public import Core

/// Tells a healthy runner from a dead, a frozen and a looping one: sights and times in, verdicts out.
///
/// Ages are counted by the watchdog's own running time and not by wall clocks, which may be set; only what lies before
/// the first look is taken from the beat's wall time, and while the process is there one more beat is waited for.
/// Time in which the watchdog itself did not look (it was starved, or the machine slept) counts as one beat at most,
/// since the runner may have slept as well.
///
/// Invariants: a verdict is stale only when the same thing is wrong for `maxAge`; a beat that changes clears
/// everything but going round in circles; a state that ended in order is never stale.
public struct WatchdogJudge: Hashable, Sendable {
    /// How long something may be wrong: three beats.
    public let maxAge: Duration
    /// How long a start may take without a beat.
    public let startAge: Duration

    private struct Key: Hashable {
        let runId: String
        let number: Int
    }

    private var lastLook: Duration?
    private var beat: Key?
    private var beatAge = Duration.zero
    private var progress: Key?
    private var progressAge = Duration.zero
    /// For how long there was no beat of whoever should beat.
    private var silence = Duration.zero
    /// For how long an engaged switch has had nobody to act on it.
    private var unattended = Duration.zero

    /// A judge that has seen nothing yet.
    ///
    /// - Precondition: `maxAge` is positive.
    public init(maxAge: Duration, startAge: Duration = .seconds(60)) {
        precondition(maxAge > .zero, "a beat may have some age")
        self.maxAge = maxAge
        self.startAge = max(maxAge, startAge)
    }

    /// How often a runner beats when `maxAge` is three of them.
    public var beatInterval: Duration { maxAge / 3 }

    /// Takes one look.
    ///
    /// - Parameters:
    ///   - sight: What the state folder shows.
    ///   - wall: The wall clock, for the age of the first beat.
    ///   - uptime: Time since some fixed moment, never set back.
    public mutating func judge(_ sight: WatchdogSight, wall: Timestamp, uptime: Duration) -> WatchdogVerdict {
        let isFirst = lastLook == nil
        let passed = min(max(uptime - (lastLook ?? uptime), .zero), beatInterval)
        lastLook = uptime
        guard case .beat(let seen) = sight.beat else {
            (beat, progress) = (nil, nil)
            return judgeSilence(sight, passed)
        }
        note(seen, sight, passed, wall: wall, isFirst: isFirst)
        if sight.isLocked, !sight.isRunning, sight.holder != seen.pid {
            // Somebody else has the folder and has not beaten yet: a start, or one that hangs.
            silence += passed
            return rate(.silent, silence, limit: startAge)
        }
        silence = .zero
        let isUnattended = sight.isKilled && !sight.isLocked && !seen.positions.isEmpty && seen.state.isEnd
        unattended = isUnattended ? unattended + passed : .zero
        return isUnattended ? rate(.unattended, unattended, limit: maxAge) : judge(seen, sight)
    }

    private mutating func judgeSilence(_ sight: WatchdogSight, _ passed: Duration) -> WatchdogVerdict {
        guard sight.isLocked || sight.hasLedger || sight.beat == .unreadable else {
            silence = .zero
            return .resting(nil)
        }
        silence += passed
        return rate(.silent, silence, limit: sight.isLocked && sight.beat == .missing ? startAge : maxAge)
    }

    private mutating func note(
        _ seen: Heartbeat, _ sight: WatchdogSight, _ passed: Duration, wall: Timestamp, isFirst: Bool
    ) {
        let key = Key(runId: seen.runId, number: seen.sequence)
        let isNew = beat != key
        let gap = beatAge + passed
        beatAge = isNew ? .zero : gap
        if isFirst {
            let age = Duration.milliseconds(max(0, wall.milliseconds - seen.at.milliseconds))
            beatAge = sight.isRunning ? min(age, maxAge - beatInterval) : age
        }
        beat = key
        guard let count = seen.progress else { return progress = nil }
        let advance = Key(runId: seen.runId, number: count)
        if progress != advance {
            progressAge = .zero
        } else if isNew {
            // Only time with beats counts: without them it is a freeze, and what comes after one starts afresh.
            progressAge += min(gap, beatInterval)
        }
        progress = advance
    }

    private func judge(_ seen: Heartbeat, _ sight: WatchdogSight) -> WatchdogVerdict {
        switch seen.state {
        case .halted, .stopped, .finished: return .resting(seen.state)
        case .failed: return rate(.failed, beatAge, limit: maxAge)
        case .starting:
            guard sight.isRunning else { return rate(.dead, beatAge, limit: maxAge) }
            return beatAge < maxAge ? .healthy : rate(.frozen, beatAge, limit: startAge)
        case .running, .flattening:
            guard sight.isRunning else { return rate(.dead, beatAge, limit: maxAge) }
            if beatAge > beatInterval { return rate(.frozen, beatAge, limit: maxAge) }
            return judgeProgress(seen)
        }
    }

    /// The runner's own count of the time it stood still is believed only while it says something worse than ours.
    private func judgeProgress(_ seen: Heartbeat) -> WatchdogVerdict {
        guard progress != nil else { return .healthy }
        let told = seen.stalledSeconds.map { Duration.seconds($0.isFinite ? min(max($0, 0), 1e9) : 0) } ?? .zero
        let age = max(progressAge, told)
        return age > beatInterval ? rate(.looping, age, limit: maxAge) : .healthy
    }

    private func rate(_ cause: WatchdogCause, _ age: Duration, limit: Duration) -> WatchdogVerdict {
        age >= limit ? .stale(cause, age: age) : .suspect(cause, age: age)
    }
}

extension Heartbeat.State {
    /// Whether a runner that says so ended in order.
    fileprivate var isEnd: Bool {
        switch self {
        case .halted, .stopped, .finished: true
        case .starting, .running, .flattening, .failed: false
        }
    }
}
