package import Core
package import Simulator

/// Decides when faults happen, by a plan and a seed.
package struct FaultDesk: Sendable {
    private struct Use: Sendable {
        var seen = 0
        var done = 0
        var random: SeededRandom
    }

    /// The plan in force.
    package private(set) var plan: TwinFaultPlan
    /// The seed of all draws.
    package let seed: UInt64
    /// While set, nothing at all happens: no answer, no message, no price.
    package var isFrozen = false
    private var dice: FaultDice
    private var uses: [Use] = []
    private var startedAt: Timestamp
    private let name: String

    /// A desk with a plan in force from `now` on.
    package init(plan: TwinFaultPlan, name: String, seed: UInt64, at now: Timestamp) {
        (self.plan, self.name, self.seed, startedAt) = (plan, name, seed, now)
        dice = FaultDice(plan: FaultPlan(), name: name, seed: seed, from: now, calmFrom: now)
        put(plan, at: now)
    }

    /// Puts another plan in force.
    package mutating func put(_ plan: TwinFaultPlan, at now: Timestamp) {
        (self.plan, startedAt) = (plan, now)
        let calm = now + .milliseconds(Int64((plan.calmAfter ?? 86_400) * 1000))
        dice = FaultDice(
            plan: plan.faults, name: name, seed: seed, from: now, calmFrom: calm, closesForMinutes: false)
        uses = plan.rules.indices.map { Use(random: SeededRandom(seed: seed, stream: "\(name)/rule/\($0)")) }
    }

    /// How often each switch and each rule was felt.
    package var counts: Wire {
        .object(
            dice.counts.sorted { $0.key < $1.key }.map { .init(key: $0.key.rawValue, value: .whole(Int64($0.value))) }
                + uses.indices.map { index in
                    .init(
                        key: "rules[\(index)].\(plan.rules[index].do.rawValue)", value: .whole(Int64(uses[index].done)))
                })
    }

    /// Whether a switch of the menu is felt by this message.
    package mutating func happens(_ fault: FaultSwitch, at now: Timestamp) -> Bool { dice.happens(fault, at: now) }

    /// Whether `now` lies in a spell of a switch.
    package mutating func isOn(_ fault: FaultSwitch, at now: Timestamp) -> Bool { dice.isOn(fault, at: now) }

    /// The spell of a switch that `now` lies in.
    package func spell(_ fault: FaultSwitch, at now: Timestamp) -> FaultDice.Spell? { dice.spell(fault, at: now) }

    /// A time as the plan names it for a switch.
    package mutating func time(of fault: FaultSwitch) -> TimeSpan? { dice.time(of: fault) }

    /// How a switch is set while it is in force.
    package func setting(_ fault: FaultSwitch, at now: Timestamp) -> FaultSetting? {
        now < dice.calmFrom ? plan.faults[fault] : nil
    }

    /// Whether something that happens so often a day happens within the next `milliseconds`.
    package mutating func strikes(_ fault: FaultSwitch, within milliseconds: Int64, at now: Timestamp) -> Bool {
        guard let perDay = setting(fault, at: now)?.perDay else { return false }
        guard Double(dice.draw(fault, below: 86_400_000)) < perDay * Double(milliseconds) else { return false }
        dice.note(fault)
        return true
    }

    /// A whole number below `bound`, from the generator of a switch.
    package mutating func draw(_ fault: FaultSwitch, below bound: Int) -> Int { dice.draw(fault, below: bound) }

    /// Counts a switch as felt.
    package mutating func note(_ fault: FaultSwitch) { dice.note(fault) }

    /// How long a message travels.
    package mutating func travel(at now: Timestamp) -> TimeSpan { dice.travel(base: .zero, at: now) }

    /// The rules that this request feels.
    package mutating func rules(method: String, path: String, at now: Timestamp) -> [FaultRule] {
        felt(at: now) { rule in
            rule.isOfRequests && (rule.method ?? method) == method && path.hasPrefix(rule.path ?? "")
        }
    }

    /// The rules of one kind that this message of a stream or this order feels.
    package mutating func rule(_ deed: FaultRule.Deed, about subject: String, at now: Timestamp) -> FaultRule? {
        felt(at: now) { rule in
            rule.do == deed && (rule.channel ?? subject) == subject && (rule.path ?? subject) == subject
        }.first
    }

    private mutating func felt(at now: Timestamp, where matches: (FaultRule) -> Bool) -> [FaultRule] {
        guard !plan.rules.isEmpty, now < dice.calmFrom else { return [] }
        let age = (now - startedAt).seconds
        return plan.rules.indices.compactMap { index in
            let rule = plan.rules[index]
            guard matches(rule), age >= rule.after ?? 0, age < (rule.after ?? 0) + (rule.for ?? .infinity) else {
                return nil
            }
            uses[index].seen += 1
            guard uses[index].seen > rule.skip ?? 0, uses[index].done < rule.count ?? .max,
                uses[index].random.chance(rule.chance ?? 1)
            else { return nil }
            uses[index].done += 1
            return rule
        }
    }

    /// A time between the two that a rule names.
    package mutating func time(of rule: FaultRule, or fallback: TimeSpan) -> TimeSpan {
        guard let seconds = rule.seconds, let index = plan.rules.firstIndex(of: rule) else { return fallback }
        let (least, most) = (Int(seconds[0] * 1000), Int(seconds[1] * 1000))
        return .milliseconds(Int64(least + uses[index].random.below(most - least + 1)))
    }
}
