package import Core

/// Decides when a fault happens. Every switch has a generator of its own, so that turning one off leaves the draws of
/// the others as they were.
package struct FaultDice: Sendable {
    /// A time in which something goes on.
    package struct Spell: Hashable, Sendable {
        package let from: Timestamp
        package let until: Timestamp
        /// The drawn number of seconds, in milliseconds.
        package let size: Int64
    }

    package let plan: FaultPlan
    /// From here on nothing goes wrong any more.
    package let calmFrom: Timestamp
    private let closesForMinutes: Bool
    /// One switch that is on.
    private struct Die: Sendable {
        let fault: FaultSwitch
        let setting: FaultSetting
        var random: SeededRandom
        var spells: [Spell] = []
        var count = 0
    }

    /// A score of them at most, asked several times for every message: a search is cheaper than a dictionary.
    private var dice: [Die] = []

    /// How often each switch was felt.
    package var counts: [FaultSwitch: Int] {
        dice.reduce(into: [:]) { if $1.count > 0 { $0[$1.fault] = $1.count } }
    }

    /// The dice of a plan.
    ///
    /// - Parameter closesForMinutes: Whether a closed market is closed for whole minutes, because bars are its only
    ///   prices.
    package init(
        plan: FaultPlan, name: String, seed: UInt64, from: Timestamp, calmFrom: Timestamp, closesForMinutes: Bool = true
    ) {
        (self.plan, self.calmFrom, self.closesForMinutes) = (plan, calmFrom, closesForMinutes)
        for fault in plan.switches {
            guard let setting = plan[fault] else { continue }
            let random = SeededRandom(seed: seed, stream: "\(name)/\(fault.rawValue)")
            dice.append(Die(fault: fault, setting: setting, random: random))
            guard let perDay = setting.perDay else { continue }
            let spells = drawSpells(fault, perDay: perDay, from: from)
            dice[dice.count - 1].spells = spells
        }
    }

    private mutating func drawSpells(_ fault: FaultSwitch, perDay: Double, from: Timestamp) -> [Spell] {
        let all = max(Int((calmFrom - from).milliseconds), 0)
        // One at most in each minute, or in as small a part of it as has one on average.
        let part = 60_000 / Int(min(max(perDay / 1440, 1), 60).rounded(.up))
        var drawn: [Spell] = []
        for begin in stride(from: 0, to: all, by: part) {
            // The last part may be cut off, and is as much less likely: plans of seconds have spells as well.
            let length = min(part, all - begin)
            guard roll(fault, min(perDay * Double(length) / 86_400_000, 1)) else { continue }
            let start = from + .milliseconds(Int64(begin) + Int64(draw(fault, below: length)))
            let size = time(of: fault)?.milliseconds ?? 0
            let end = fault == .wrongClock ? calmFrom : start + .milliseconds(size)
            let whole = fault == .marketClosed && closesForMinutes ? Int64(60_000) : 1
            let first = Timestamp(milliseconds: start.milliseconds / whole * whole)
            let last = Timestamp(milliseconds: (min(end, calmFrom).milliseconds + whole - 1) / whole * whole)
            if let before = drawn.last, before.until >= first, fault != .wrongClock { continue }
            drawn.append(Spell(from: first, until: last, size: size))
        }
        return drawn
    }

    private func place(of fault: FaultSwitch) -> Int? {
        let dice = dice.span
        for place in dice.indices where dice[place].fault == fault { return place }
        return nil
    }

    private mutating func roll(_ fault: FaultSwitch, _ chance: Double) -> Bool {
        place(of: fault).map { dice[$0].random.chance(chance) } ?? false
    }

    /// The spells of a switch, in time order.
    package func spells(of fault: FaultSwitch) -> [Spell] { place(of: fault).map { dice[$0].spells } ?? [] }

    /// The spell of `fault` that `now` lies in.
    package func spell(_ fault: FaultSwitch, at now: Timestamp) -> Spell? {
        guard now < calmFrom, let place = place(of: fault) else { return nil }
        return dice[place].spells.last { $0.from <= now && now < $0.until }
    }

    /// Whether `now` lies in a spell that is felt.
    package mutating func isOn(_ fault: FaultSwitch, at now: Timestamp) -> Bool {
        guard spell(fault, at: now) != nil else { return false }
        note(fault)
        return true
    }

    /// Whether `fault` happens to this message.
    package mutating func happens(_ fault: FaultSwitch, at now: Timestamp) -> Bool {
        guard now < calmFrom, let place = place(of: fault), let chance = dice[place].setting.chance,
            dice[place].random.chance(chance)
        else { return false }
        dice[place].count += 1
        return true
    }

    /// Counts that a switch was felt.
    package mutating func note(_ fault: FaultSwitch) {
        if let place = place(of: fault) { dice[place].count += 1 }
    }

    /// A whole number below `bound` from the generator of `fault`.
    package mutating func draw(_ fault: FaultSwitch, below bound: Int) -> Int {
        place(of: fault).map { dice[$0].random.below(max(bound, 1)) } ?? 0
    }

    /// A time between the two that the plan names for `fault`; nil when it names none.
    package mutating func time(of fault: FaultSwitch) -> TimeSpan? {
        guard let seconds = place(of: fault).flatMap({ dice[$0].setting.seconds }) else { return nil }
        let (least, most) = (Int(seconds[0] * 1000), Int(seconds[1] * 1000))
        return .milliseconds(Int64(least + draw(fault, below: most - least + 1)))
    }

    /// How long a message travels. Half of all messages take less than the first time of the plan; each further halving
    /// of the rest comes nearer, quadratically, to the second, which about one of a thousand needs.
    package mutating func travel(base: TimeSpan, at now: Timestamp) -> TimeSpan {
        guard now < calmFrom, let seconds = place(of: .delay).flatMap({ dice[$0].setting.seconds }) else { return base }
        let (median, worst) = (Int64(seconds[0] * 1000), Int64(seconds[1] * 1000))
        var depth: Int64 = 0
        while depth < 10, draw(.delay, below: 2) == 1 { depth += 1 }
        if depth > 3 { note(.delay) }
        let jitter = Int64(draw(.delay, below: Int(median / 2 + 1)))
        return .milliseconds(max(1, median / 2 + jitter + (worst - median) * depth * depth / 100))
    }
}
