import Core

/// What every answer is wrapped in. The code decides, not the HTTP status; what cannot be read decides nothing.
struct BitgetEnvelope {
    /// The venue's clock when it answered.
    let serverTime: Timestamp?
    private let status: Int
    private let code: String
    private let message: String
    private let content: JSONValue?

    /// Reads an answer.
    ///
    /// - Throws: ``BitgetFailure`` when it is no envelope: a gateway's page, nothing at all.
    ///
    /// - Parameter credentials: What the venue's words must not repeat.
    init(_ answer: HTTPAnswer, _ call: BitgetCall, hiding credentials: BitgetCredentials?) throws(BitgetFailure) {
        status = answer.status
        guard let root = try? JSONText(answer.body).root, let code = root["code"]?.string else {
            throw Self.unreadable(answer, call)
        }
        self.code = code
        message = BitgetCredentials.hide(credentials, in: root.first("msg", "message")?.string ?? "")
        content = root["data"]
        serverTime = root["requestTime"]?.moment
    }

    private static func unreadable(_ answer: HTTPAnswer, _ call: BitgetCall) -> BitgetFailure {
        if answer.status == 429 {
            return BitgetFailure(verdict: .throttled, error: BitgetErrors.throttled("429", call.path))
        }
        let text =
            "\(call.path) answered \(answer.status) with \(answer.body.count) bytes that are no answer of the venue"
        let isReading = call.effect == .reads
        return BitgetFailure(
            verdict: isReading ? .retry : .unknown,
            error: VenueError(isReading ? .retryable : .unknownOutcome, code: "BITGET_UNREADABLE", message: text))
    }

    /// The content of a success; a success without content is an empty value.
    ///
    /// - Throws: ``BitgetFailure`` for everything else.
    func data(_ call: BitgetCall, at now: Timestamp) throws(BitgetFailure) -> JSONValue {
        var verdict = status == 429 ? .throttled : BitgetErrors.verdict(code: code, message: message)
        if call.effect == .changes, code == "40808", Self.isReleaseWindow(now), !message.lowercased().contains("scale")
        {
            verdict = .unknown
        }
        // A success over a failing gateway is none.
        if verdict == .success, status >= 500 { verdict = .unknown }
        if verdict == .success || verdict == .alreadySo {
            return content ?? JSONText.nothing.root
        }
        var error = BitgetErrors.error(code: code, message: message)
        let remedy =
            verdict == .unknown && call.effect == .reads ? VenueError.Remedy.retryable : verdict.remedy
        if verdict == .throttled { error = BitgetErrors.throttled(code, call.path) }
        if remedy != error.remedy { error = VenueError(remedy, code: error.code, message: error.message) }
        throw BitgetFailure(verdict: verdict, error: error)
    }

    /// Releases happen on Tuesdays, Wednesdays and Thursdays from 06:00 to 09:00 UTC; the venue then answers with
    /// codes that mean something else at other times.
    static func isReleaseWindow(_ now: Timestamp) -> Bool {
        let (day, hour) = (now.milliseconds / 86_400_000, now.milliseconds / 3_600_000 % 24)
        // 1970-01-01 was a Thursday.
        return [5, 6, 0].contains(day % 7) && (6..<9).contains(hour)
    }
}

extension JSONText {
    /// `null`.
    static let nothing: JSONText = {
        guard let text = try? JSONText(Array("null".utf8)) else { preconditionFailure("null is JSON") }
        return text
    }()
}
