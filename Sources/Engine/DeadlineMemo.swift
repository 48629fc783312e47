import Core

/// When a desk wants to look again, as last worked out: it is asked for after every step, and most steps move prices
/// and nothing else.
///
/// It follows from the rest of the desk, so it counts for nothing when desks are compared or written down. Every change
/// that it follows from forgets it, see `Desk+Fields.swift`; where it follows from the price, which it does only while
/// closing is held, it is not kept at all.
struct DeadlineMemo: Hashable, Sendable {
    private var state: TradingState?
    private var deadline: Timestamp?

    /// Whether it is known for `state`.
    @inline(__always) func isKnown(for state: TradingState) -> Bool { self.state == state }

    /// What is known.
    @inline(__always) var known: Timestamp? { deadline }

    @inline(__always) mutating func forget() { state = nil }

    mutating func remember(_ deadline: Timestamp?, for state: TradingState) {
        (self.deadline, self.state) = (deadline, state)
    }

    static func == (left: Self, right: Self) -> Bool { true }
    func hash(into hasher: inout Hasher) {}
}
