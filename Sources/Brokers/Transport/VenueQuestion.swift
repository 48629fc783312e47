package import Core

/// One request to a venue, in its own words.
package protocol VenueCall: Sendable {
    /// How urgent it is.
    var urgency: RequestUrgency { get set }
    /// Whether nothing changes by it, so that it can be repeated.
    var isReading: Bool { get }
}

/// A request with the reading of its answer.
package struct VenueQuestion<Call: VenueCall, Answer: Sendable>: Sendable {
    /// The request.
    package var call: Call
    private let read: @Sendable (JSONValue) throws(VenueError) -> Answer

    /// A request, and what makes an answer of the content that comes back.
    package init(_ call: Call, _ read: @escaping @Sendable (JSONValue) throws(VenueError) -> Answer) {
        (self.call, self.read) = (call, read)
    }

    /// Reads the content of an answer.
    ///
    /// - Throws: `VenueError` when an essential part is missing.
    package func answer(_ content: JSONValue) throws(VenueError) -> Answer { try read(content) }

    /// Reads the content of an answer. An order whose answer makes no sense may be there.
    ///
    /// - Parameter known: What an error says by itself: a part of the answer was refused, and by which code.
    /// - Throws: ``VenueFailure`` when an essential part is missing, or was refused.
    package func answer<Verdict: VenueVerdict>(
        _ content: JSONValue, judgedBy: Verdict.Type, known: (VenueError) -> Verdict? = { _ in nil }
    ) throws(VenueFailure<Verdict>) -> Answer {
        do {
            return try read(content)
        } catch {
            if let verdict = known(error) { throw VenueFailure(verdict: verdict, error: error) }
            throw VenueFailure(
                verdict: call.isReading ? Verdict.retry : Verdict.unknown,
                error: call.isReading ? error : VenueError(.unknownOutcome, code: error.code, message: error.message))
        }
    }

    /// The same question with another urgency.
    package func with(_ urgency: RequestUrgency) -> Self {
        var question = self
        question.call.urgency = urgency
        return question
    }
}
