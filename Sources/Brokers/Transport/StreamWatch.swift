/// When a stream has to be pinged, is dead, or is old enough to be renewed.
///
/// Invariants: ``nextDeadline`` is never before the last moment it was told of; a stream that hears something within
/// `silence` is never called dead.
package struct StreamWatch: Hashable, Sendable {
    /// What is due.
    package enum Act: Hashable, Sendable {
        /// Send a ping.
        case ping
        /// Nothing was heard for too long: give the connection up.
        case dead
        /// A login or subscription was not answered for too long: give the connection up.
        case unanswered
        /// The connection is old: replace it before the venue does.
        case renew
    }

    /// The limits of one stream.
    package struct Limits: Hashable, Sendable {
        /// Between two pings.
        package var ping: Duration
        /// Nothing heard for this long means dead.
        package var silence: Duration
        /// After this long a connection is renewed.
        package var age: Duration
        /// A login or subscription is answered within this long.
        package var answer: Duration

        /// The limits; by default 20 s between pings, 45 s of silence, 23 hours of age, 10 s for an answer.
        package init(
            ping: Duration = .seconds(20), silence: Duration = .seconds(45), age: Duration = .seconds(82_800),
            answer: Duration = .seconds(10)
        ) {
            precondition(
                ping > .zero && silence > ping && age > silence && answer > .zero,
                "a ping comes before silence, silence before age")
            (self.ping, self.silence, self.age, self.answer) = (ping, silence, age, answer)
        }
    }

    private let limits: Limits
    private let begun: Duration
    private var pinged: Duration
    private var heard: Duration
    private var asked: Duration?

    /// A stream that has just connected.
    package init(_ limits: Limits, at now: Duration) {
        self.limits = limits
        (begun, pinged, heard) = (now, now, now)
    }

    /// Something came, whatever it was.
    package mutating func hear(at now: Duration) {
        heard = max(heard, now)
    }

    /// A login or subscription left: its answer is waited for. Pongs are none.
    package mutating func ask(at now: Duration) {
        asked = now
    }

    /// Everything that was asked for is answered.
    package mutating func answered() {
        asked = nil
    }

    /// When to look again.
    package var nextDeadline: Duration {
        let soonest = min(pinged + limits.ping, heard + limits.silence, begun + limits.age)
        return asked.map { min(soonest, $0 + limits.answer) } ?? soonest
    }

    /// What is due now; at most one thing, the gravest first.
    package mutating func due(at now: Duration) -> Act? {
        if now - heard >= limits.silence { return .dead }
        if let asked, now - asked >= limits.answer { return .unanswered }
        if now - begun >= limits.age { return .renew }
        guard now - pinged >= limits.ping else { return nil }
        pinged = now
        return .ping
    }
}
