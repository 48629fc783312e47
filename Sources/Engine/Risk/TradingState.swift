public import Core

/// Whether the engine may open, only reduce, or neither.
public enum TradingState: String, Codable, Sendable, CaseIterable {
    /// Entries and exits.
    case active
    /// Exits only.
    case reducing
    /// Nothing but the kill sequence's own reductions.
    case halted
}

/// What moves trading from one state to another.
public enum TradingEvent: String, Codable, Sendable, CaseIterable {
    /// A limit was broken: nothing opens until somebody releases it.
    case restricted
    /// A restriction was released, but not the last one.
    case eased
    /// The last restriction was released.
    case cleared
    /// The kill switch was engaged.
    case killed
    /// The kill switch was released, and no restriction stands.
    case revived
    /// The kill switch was released, and restrictions stand.
    case revivedRestricted
}

/// A move that the table of trading states does not know.
public struct IllegalTradingTransition: Error, Hashable, Sendable {
    /// From where.
    public let state: TradingState
    /// By what.
    public let event: TradingEvent
}

extension TradingState {
    /// The one table of trading states.
    ///
    /// - Throws: ``IllegalTradingTransition`` for a pair that cannot come.
    public func after(_ event: TradingEvent) throws(IllegalTradingTransition) -> TradingState {
        switch (self, event) {
        case (.active, .restricted), (.reducing, .restricted), (.reducing, .eased): .reducing
        case (.reducing, .cleared): .active
        case (.active, .killed), (.reducing, .killed), (.halted, .killed): .halted
        case (.halted, .restricted), (.halted, .eased), (.halted, .cleared): .halted
        case (.halted, .revived): .active
        case (.halted, .revivedRestricted): .reducing
        case (.active, .eased), (.active, .cleared), (.active, .revived), (.active, .revivedRestricted),
            (.reducing, .revived), (.reducing, .revivedRestricted):
            throw IllegalTradingTransition(state: self, event: event)
        }
    }
}

/// Why nothing opens: a limit that was broken and that nobody has released yet.
public struct TradingRestriction: Hashable, Codable, Sendable {
    /// The rule that was broken.
    public let rule: RiskCode
    /// The currency it was broken in, where that matters.
    public let currency: Currency?
    /// What the rule saw and what it allows, in short.
    public let figures: String
    /// The same as a sentence.
    public let sentence: String
    /// What the rule moved to.
    public let action: BreachRules.Action
    /// When.
    public let since: Timestamp

    package init(
        rule: RiskCode, currency: Currency?, figures: String, sentence: String, action: BreachRules.Action,
        since: Timestamp
    ) {
        (self.rule, self.currency, self.figures, self.sentence) = (rule, currency, figures, sentence)
        (self.action, self.since) = (action, since)
    }

    /// Rule, figures and time of day: `DAILY_LOSS 104.20 > 100.00 at 12:04:10`.
    public var summary: String { "\(rule.rawValue) \(figures) at \(since.timeOfDay)" }
}

/// Keeps the state and its causes together.
///
/// Invariants: `state` is `active` exactly when nothing restricts and the kill switch is released, and `halted` exactly
/// while it is engaged.
public struct TradingMachine: Hashable, Codable, Sendable {
    /// Where trading stands.
    public private(set) var state = TradingState.active
    /// What restricts it, oldest first.
    public private(set) var restrictions: [TradingRestriction] = []

    package init() {}

    /// A limit was broken.
    ///
    /// - Returns: False when the same rule restricts already, in the same currency.
    package mutating func restrict(_ cause: TradingRestriction) -> Bool {
        let isKnown = restrictions.contains { $0.rule == cause.rule && $0.currency == cause.currency }
        guard !isKnown else { return false }
        restrictions.append(cause)
        move(.restricted)
        return true
    }

    /// A person releases `rule`, or everything.
    ///
    /// - Returns: What was released.
    package mutating func release(_ rule: RiskCode?) -> [TradingRestriction] {
        let released = restrictions.filter { rule == nil || $0.rule == rule }
        guard !released.isEmpty else { return [] }
        restrictions.removeAll { released.contains($0) }
        move(restrictions.isEmpty ? .cleared : .eased)
        return released
    }

    /// Follows the kill switch.
    package mutating func follow(killed: Bool) {
        if killed {
            if state != .halted { move(.killed) }
        } else if state == .halted {
            move(restrictions.isEmpty ? .revived : .revivedRestricted)
        }
    }

    private mutating func move(_ event: TradingEvent) {
        do { state = try state.after(event) } catch {
            preconditionFailure("the table knows every move that the machine makes")
        }
    }
}
