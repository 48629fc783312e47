package import Core

/// How a call shares what its venue allows.
package struct RequestPace: Sendable {
    /// The call's name for people.
    package let label: String
    /// Calls of one group share one count.
    package let group: String
    /// How urgent the call is.
    package let urgency: RequestUrgency
    /// Whether nothing changes by it, so that it can be repeated.
    package var isReading: Bool
    /// How long it waits and goes on altogether; nil for what its urgency allows.
    package var patience: Duration?
    /// A full budget of the group, made when it is first used.
    package let budget: @Sendable (Duration) -> RequestBudget

    /// A pace from its parts.
    package init(
        _ label: String, group: String, urgency: RequestUrgency, isReading: Bool,
        budget: @escaping @Sendable (Duration) -> RequestBudget
    ) {
        (self.label, self.group, self.urgency, self.isReading) = (label, group, urgency, isReading)
        self.budget = budget
    }
}

/// An answer with the moments of its exchange, by our clock.
package struct TimedAnswer: Sendable {
    /// What came back.
    package let answer: HTTPAnswer
    /// When the request left.
    package let sent: Timestamp
    /// When the answer was there.
    package let received: Timestamp
}

/// How a venue's requests differ from another's.
package struct RequestRules: Sendable {
    /// What the codes of failures without a code of the venue begin with.
    package var prefix: String
    /// How long a vital call goes on through answers of "too many" before whoever asked has to decide.
    package var vitalPatience: Duration
    /// How long a reading waits for its turn.
    package var readingPatience = Duration.seconds(20)
    /// What the venue allows altogether.
    package var overall: RequestBudget
    /// What was used of it, also by other clients of the account.
    package var counts = RequestCounts()
    /// The header with the number of calls that are left.
    package var remaining: String
    /// The header with the seconds until more are allowed, if it is another than `Retry-After`.
    package var reset: String?
    /// What a broken connection means when it is something that a person can mend.
    package var advice: @Sendable (String) -> VenueError? = { _ in nil }

    /// Rules from their parts.
    package init(prefix: String, vitalPatience: Duration, overall: RequestBudget, remaining: String) {
        (self.prefix, self.vitalPatience) = (prefix, vitalPatience)
        (self.overall, self.remaining) = (overall, remaining)
    }
}

/// The way of every request to a venue: its turn, its deadline, what its answer says about limits and about time, and
/// what may be sent again.
///
/// Readings are repeated when an answer is lost. What changes something is sent once; only what was certainly not
/// looked at is sent again, with the same body and so the same client id: after "too many", and after a refusal that
/// the venue's client mends, such as a wrong clock.
///
/// A loop belongs to one actor and is used on it.
package final class RequestLoop<Verdict: VenueVerdict> {
    /// Why a call failed.
    package typealias Failure = VenueFailure<Verdict>

    private let rules: RequestRules
    private let transport: HTTPTransport
    private let wallClock: @Sendable () -> Timestamp
    private let start = ContinuousClock.now
    /// How far the venue's clock is ahead of ours.
    package var clock = ClockOffset()
    /// When a call last succeeded, and its round trip.
    package private(set) var lastSuccess: (at: Timestamp, roundTrip: TimeSpan)?

    /// A loop that has sent nothing yet.
    package init(_ rules: RequestRules, over transport: HTTPTransport, wallClock: @escaping @Sendable () -> Timestamp) {
        (self.rules, self.transport, self.wallClock) = (rules, transport, wallClock)
    }

    /// The code of our own refusal to send more.
    private var ownThrottle: String { "\(rules.prefix)_THROTTLED" }

    private func uptime() -> Duration { start.duration(to: .now) }

    /// The venue's time now, as far as we know.
    package var venueNow: Timestamp { clock.venueTime(at: wallClock()) }

    /// Starts all counts anew, because what they count against has changed.
    package func forgetBudgets() { rules.counts.forget() }

    /// Sends a request until there is an answer that means something.
    ///
    /// - Parameters:
    ///   - exchange: Makes the request when its turn has come, with a fresh signature each time.
    ///   - read: Reads an answer; throws what it means when it is a refusal.
    ///   - mend: Asked about each failure that the loop does not repeat by itself; true to send again. It has to limit
    ///     itself.
    package func send<Answer>(
        _ pace: RequestPace, exchange: () throws(Failure) -> HTTPExchange,
        read: (TimedAnswer) throws(Failure) -> Answer,
        mend: (Failure) async throws(Failure) -> Bool
    ) async throws(Failure) -> Answer {
        let begun = uptime()
        var lost = 0
        while true {
            do throws(Failure) {
                return try await once(pace, exchange, read)
            } catch {
                switch error.verdict {
                case .throttled where error.error.code != ownThrottle && uptime() - begun < patience(pace):
                    break  // The budget knows how long to hold it, and refuses what would wait too long.
                case .unknown where pace.isReading && lost < 2, .retry where pace.isReading && lost < 2:
                    lost += 1
                    guard (try? await Task.sleep(for: .milliseconds(100 << lost))) != nil else { throw error }
                default:
                    guard try await mend(error) else { throw error }
                }
            }
        }
    }

    /// How long a call may be held up altogether.
    private func patience(_ pace: RequestPace) -> Duration {
        if let patience = pace.patience { return patience }
        return switch pace.urgency {
        case .entry: .zero
        case .vital: rules.vitalPatience
        case .reading: rules.readingPatience
        }
    }

    /// Waits for the turn of a call; an entry does not wait.
    private func takeTurn(_ pace: RequestPace) async throws(Failure) {
        let (patience, begun) = (patience(pace), uptime())
        while true {
            let wait = rules.counts.takeTurn(pace, of: rules.overall)
            if wait == .zero { return }
            if uptime() - begun + wait > patience {
                let message = "\(pace.label) was called as often as the venue allows; not sent"
                throw Failure(
                    verdict: .throttled, error: VenueError(.rateLimited, code: ownThrottle, message: message))
            }
            guard (try? await Task.sleep(for: max(wait, .milliseconds(1)))) != nil else {
                throw Failure(
                    verdict: .retry,
                    error: VenueError(.retryable, code: "CANCELLED", message: "\(pace.label) was given up"))
            }
        }
    }

    private func once<Answer>(
        _ pace: RequestPace, _ exchange: () throws(Failure) -> HTTPExchange,
        _ read: (TimedAnswer) throws(Failure) -> Answer
    ) async throws(Failure) -> Answer {
        try await takeTurn(pace)
        let exchange = try exchange()
        let sent = wallClock()
        let answer: HTTPAnswer
        do {
            answer = try await transport.send(exchange)
        } catch {
            throw failure(error, "\(exchange.base) \(pace.label)", pace)
        }
        let received = wallClock()
        note(answer, of: pace)
        do {
            let content = try read(TimedAnswer(answer: answer, sent: sent, received: received))
            lastSuccess = (received, received - sent)
            return content
        } catch {
            // Some limits are told by the code alone.
            if error.verdict == .throttled, answer.status != 429 {
                rules.counts.refused(pace.group, retryAfter: hold(answer))
            }
            throw error
        }
    }

    private func failure(_ failure: TransportFailure, _ place: String, _ pace: RequestPace) -> Failure {
        let text = "\(place): \(failure)"
        if let advice = rules.advice(text) { return Failure(verdict: .configuration, error: advice) }
        return switch failure {
        case .notSent:
            Failure(verdict: .retry, error: VenueError(.retryable, code: "\(rules.prefix)_UNREACHABLE", message: text))
        case .lost where pace.isReading:
            Failure(verdict: .retry, error: VenueError(.retryable, code: "\(rules.prefix)_NO_ANSWER", message: text))
        case .lost:
            Failure(
                verdict: .unknown,
                error: VenueError(.unknownOutcome, code: "\(rules.prefix)_NO_ANSWER", message: text))
        }
    }

    /// Obeys what the answer says about limits.
    private func note(_ answer: HTTPAnswer, of pace: RequestPace) {
        guard answer.status != 429 else { return rules.counts.refused(pace.group, retryAfter: hold(answer)) }
        rules.counts.accepted(
            pace.group, remaining: Self.leading(answer.header(rules.remaining)), resetAfter: hold(answer))
    }

    /// What the venue asks us to wait.
    private func hold(_ answer: HTTPAnswer) -> Duration? {
        rules.reset.flatMap { Self.leading(answer.header($0)) }.map { .seconds(min($0, 300)) } ?? answer.retryAfter
    }

    /// The first whole number of a header line such as `300, 300;w=60`.
    private static func leading(_ text: String?) -> Int? {
        text.flatMap { Int($0.prefix { $0.isNumber }) }
    }
}
