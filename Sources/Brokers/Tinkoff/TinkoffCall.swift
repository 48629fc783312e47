import Core

/// One request. All are POST; the body is JSON.
package struct TinkoffCall: Sendable {
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

    /// The part before the slash.
    var service: String { String(method.prefix { $0 != "/" }) }
}

/// A request with the reading of its answer.
package struct TinkoffQuestion<Answer: Sendable>: Sendable {
    package var call: TinkoffCall
    /// Reads the answer's message.
    let read: @Sendable (JSONValue) throws(VenueError) -> Answer

    init(_ call: TinkoffCall, _ read: @escaping @Sendable (JSONValue) throws(VenueError) -> Answer) {
        (self.call, self.read) = (call, read)
    }

    /// Reads an answer's message.
    ///
    /// - Throws: `VenueError` when an essential part is missing.
    package func answer(_ message: JSONValue) throws -> Answer { try read(message) }

    /// The same question with another urgency.
    func with(_ urgency: RequestUrgency) -> TinkoffQuestion {
        var question = self
        question.call.urgency = urgency
        return question
    }
}
