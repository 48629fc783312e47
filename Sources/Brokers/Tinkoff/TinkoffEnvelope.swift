import Core

/// What an answer says: a message, or an error with a numeric code.
struct TinkoffEnvelope {
    private let answer: HTTPAnswer
    private let call: TinkoffCall

    private let token: Secret?

    /// - Parameter token: What the venue's words must not repeat.
    init(_ answer: HTTPAnswer, _ call: TinkoffCall, hiding token: Secret?) {
        (self.answer, self.call, self.token) = (answer, call, token)
    }

    /// The name by which the venue's support finds the exchange.
    var trackingID: String? { answer.header("x-tracking-id") }

    /// The message of a success.
    ///
    /// - Throws: ``TinkoffFailure`` for everything else. A gateway's page, an empty answer and an error without a code
    ///   decide nothing about an order.
    func message() throws(TinkoffFailure) -> JSONValue {
        let root = try? JSONText(answer.body).root
        if (200..<300).contains(answer.status) {
            guard let root, root.isObject else { throw unreadable() }
            return root
        }
        let code = root?["description"]?.nonEmpty ?? ""
        let text = Secret.hide(token.map { [$0] } ?? [], in: root?["message"]?.nonEmpty ?? "", marks: ["bearer "])
        let status = root?["code"]?.integer.map { Int($0) }
        let verdict = TinkoffErrors.verdict(
            code: code, text: text, status: status, http: answer.status, isOrder: call.effect != .reads)
        throw failure(verdict, code: code, text: text)
    }

    private func failure(_ verdict: TinkoffVerdict, code: String, text: String) -> TinkoffFailure {
        let name = code.isEmpty ? "TINKOFF_HTTP_\(answer.status)" : "TINKOFF_\(code)"
        var sentence = TinkoffErrors.sentence(code: code, text: text)
        if sentence.isEmpty { sentence = "\(call.method) answered \(answer.status)" }
        if let trackingID { sentence += " (tracking id \(trackingID))" }
        return TinkoffFailure(
            verdict: verdict, error: VenueError(verdict.remedy, code: name, message: sentence))
    }

    private func unreadable() -> TinkoffFailure {
        let isReading = call.effect == .reads
        return failure(
            isReading ? .retry : .unknown, code: "UNREADABLE",
            text: "\(call.method) answered \(answer.status) with \(answer.body.count) bytes that are no message")
    }
}
