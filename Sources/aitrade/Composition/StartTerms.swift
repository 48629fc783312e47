import Core
import Engine

/// What a start relies on, and which venues it does without.
struct StartTerms: Sendable {
    /// Whether the others begin where a venue refuses its keys.
    enum Refusals: Sendable {
        /// Nothing begins: what only a person can mend is mended before anything is traded.
        case end
        /// They do where an earlier run knew what is traded there: its positions need somebody who looks after them.
        case leaveKnown
        /// They do, whatever is known: everything is to be closed, or compared.
        case leave
    }

    /// What an earlier run left; nil for none.
    let known: EngineConfiguration?
    let refusals: Refusals
    private let began = ContinuousClock.now

    init(known: EngineConfiguration?, refusals: Refusals) {
        (self.known, self.refusals) = (known, refusals)
    }

    /// What is left of a span that one venue may keep the others waiting in all, however many things it is asked; never
    /// so little that a venue in good health cannot answer.
    func left(of limit: Duration) -> Duration { max(.seconds(1), limit - (ContinuousClock.now - began)) }

    /// Whether a start goes on without a venue that refused.
    func leavesRefusing(_ seat: LiveVenues.Seat) -> Bool {
        switch refusals {
        case .end: false
        case .leaveKnown: LiveVenues.knows(seat, known)
        case .leave: true
        }
    }
}
