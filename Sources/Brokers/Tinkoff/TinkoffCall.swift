import Core

/// One request. All are POST; the body is JSON.
package struct TinkoffCall: VenueCall {
    /// What a lost answer means.
    package enum Effect: Sendable {
        /// Nothing changes: it can be repeated.
        case reads
        /// Something may have been done that a repetition of the same call does not do twice.
        case repeats
        /// Something may have been done.
        case changes
    }

    /// `Service/Method`.
    let method: String
    package let body: JSONBody
    let effect: Effect
    package var urgency: RequestUrgency

    init(_ method: String, _ body: JSONBody, _ effect: Effect = .reads, _ urgency: RequestUrgency = .reading) {
        (self.method, self.body, self.effect, self.urgency) = (method, body, effect, urgency)
    }

    /// Path below the base.
    package var target: String { "/\(TinkoffSettings.contract).\(method)" }

    package var isReading: Bool { effect == .reads }

    /// The part before the slash.
    var service: String { String(method.prefix { $0 != "/" }) }
}

/// A request with the reading of its answer's message.
package typealias TinkoffQuestion<Answer: Sendable> = VenueQuestion<TinkoffCall, Answer>
