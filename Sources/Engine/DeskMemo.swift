import Core

/// What a desk is asked for after every step, as last worked out: most steps move prices and nothing else.
///
/// It follows from the rest of the desk, so it counts for nothing when desks are compared or written down. Every change
/// that it follows from forgets it, see `Desk+Fields.swift`; where the deadline follows from the price, which it does
/// only while closing is held, it is not kept at all.
struct DeskMemo: Hashable, Sendable {
    /// The prices that ask nothing of the protection.
    enum Calm: Sendable {
        case all
        case above(Price)
        case below(Price)
        case none
    }

    private var state: TradingState?
    /// When the desk wants to look again.
    private(set) var deadline: Timestamp?
    /// Whether the desk watches a level itself.
    private(set) var isWatching = false
    private var calm = Calm.none

    /// Whether it is known for `state`.
    @inline(__always) func isKnown(for state: TradingState) -> Bool { self.state == state }

    /// Whether `price` asks nothing of the protection.
    @inline(__always) func isCalm(at price: Price) -> Bool {
        switch calm {
        case .all: true
        case .above(let level): price > level
        case .below(let level): price < level
        case .none: false
        }
    }

    @inline(__always) mutating func forget() { state = nil }

    /// - Parameter state: Nil where it has to be worked out again at the next step.
    mutating func note(_ deadline: Timestamp?, isWatching: Bool, calm: Calm, for state: TradingState?) {
        (self.deadline, self.isWatching, self.calm, self.state) = (deadline, isWatching, calm, state)
    }

    static func == (left: Self, right: Self) -> Bool { true }
    func hash(into hasher: inout Hasher) {}
}
