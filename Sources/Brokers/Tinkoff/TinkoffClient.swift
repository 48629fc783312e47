package import Core
import Foundation
import Logging

/// Sends calls: budgets, authorization, envelope, and what may be repeated.
///
/// Reading calls are repeated when an answer is lost. Calls that change something are sent once; only what was
/// certainly not looked at (too many requests) is sent again, with the same body and so the same name.
package actor TinkoffClient {
    /// How long a vital call may be held up altogether by answers of "too many".
    private static let vitalPatience = Duration.seconds(3)
    /// How long a reading waits for its turn.
    private static let readingPatience = Duration.seconds(20)
    /// The code of our own refusal to send more.
    private static let ownThrottle = "TINKOFF_THROTTLED"

    package nonisolated let settings: TinkoffSettings
    private let transport: HTTPTransport
    private let wallClock: @Sendable () -> Timestamp
    private let start = ContinuousClock.now
    private let log = Logger(label: "venue")
    private var limits = TinkoffLimits()
    private var budgets: [String: RequestBudget] = [:]
    private var overall = RequestBudget(perSecond: TinkoffLimits.overallPerSecond, reserve: 0.3, at: .zero)
    private var clock = ClockOffset()
    /// When a call last succeeded, and its round trip.
    package private(set) var lastSuccess: (at: Timestamp, roundTrip: TimeSpan)?

    /// A client that has not called yet.
    ///
    /// - Throws: ``TrustFault`` when the file of extra roots cannot be read.
    package init(
        _ settings: TinkoffSettings,
        wallClock: @escaping @Sendable () -> Timestamp = {
            Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        }
    ) throws {
        self.settings = settings
        self.wallClock = wallClock
        transport = try HTTPTransport(trust: settings.trust)
    }

    /// Closes all connections.
    package func shutdown() async { await transport.shutdown() }

    private func uptime() -> Duration { start.duration(to: .now) }

    /// The venue's time now, as far as we know.
    package func venueNow() -> Timestamp { clock.venueTime(at: wallClock()) }

    /// How far the venue's clock is ahead of ours; nil before it told its time.
    package func clockOffset() -> TimeSpan? { clock.roundTrip == nil ? nil : clock.offset }

    /// A stream's message told the venue's time; what it took to get here is not known, and a second at most.
    func heardTime(_ moment: Timestamp) {
        guard clock.isStale(at: wallClock()) else { return }
        let now = wallClock()
        guard abs((moment - now).milliseconds) < 3_600_000 else { return }
        clock.take(venue: moment, sent: now - .seconds(1), received: now + .seconds(1))
    }

    /// Takes the account's own limits.
    func takeLimits(_ tariff: [TinkoffTariffLimit]) {
        limits.take(tariff)
        budgets = [:]
    }

    /// Asks, and reads the answer.
    package func ask<Answer>(_ question: TinkoffQuestion<Answer>) async throws(TinkoffFailure) -> Answer {
        let message = try await repeated(question.call)
        do {
            return try question.read(message)
        } catch {
            // An order whose answer makes no sense may be there.
            let isReading = question.call.effect == .reads
            throw TinkoffFailure(
                verdict: isReading ? .retry : .unknown,
                error: isReading ? error : VenueError(.unknownOutcome, code: error.code, message: error.message))
        }
    }

    private func repeated(_ call: TinkoffCall) async throws(TinkoffFailure) -> JSONValue {
        let begun = uptime()
        var lost = 0
        while true {
            do throws(TinkoffFailure) {
                return try await once(call)
            } catch {
                switch error.verdict {
                case .throttled where error.error.code != Self.ownThrottle && uptime() - begun < patience(call):
                    break  // The budget knows how long to hold it, and refuses what would wait too long.
                case .retry where call.effect == .reads && lost < 2:
                    lost += 1
                    guard (try? await Task.sleep(for: .milliseconds(100 << lost))) != nil else { throw error }
                default: throw error
                }
            }
        }
    }

    /// How long a call may be held up altogether.
    private func patience(_ call: TinkoffCall) -> Duration {
        switch call.urgency {
        case .entry: .zero
        case .vital: Self.vitalPatience
        case .reading: Self.readingPatience
        }
    }

    /// Waits for the turn of a call; an entry does not wait.
    private func takeTurn(_ call: TinkoffCall) async throws(TinkoffFailure) {
        let (patience, begun, share) = (patience(call), uptime(), limits.share(of: call))
        while true {
            let now = uptime()
            var budget = budgets[share.group] ?? TinkoffLimits.budget(share, at: now)
            let wait = max(budget.wait(call.urgency, at: now), overall.wait(call.urgency, at: now))
            if wait == .zero {
                _ = budget.take(call.urgency, at: now)
                _ = overall.take(call.urgency, at: now)
                budgets[share.group] = budget
                return
            }
            budgets[share.group] = budget
            if now - begun + wait > patience {
                let message = "\(call.method) was called as often as the venue allows; not sent"
                throw TinkoffFailure(
                    verdict: .throttled, error: VenueError(.rateLimited, code: Self.ownThrottle, message: message))
            }
            guard (try? await Task.sleep(for: max(wait, .milliseconds(1)))) != nil else {
                let message = "\(call.method) was given up"
                throw TinkoffFailure(
                    verdict: .retry, error: VenueError(.retryable, code: "CANCELLED", message: message))
            }
        }
    }

    private func once(_ call: TinkoffCall) async throws(TinkoffFailure) -> JSONValue {
        let exchange = try exchange(call)
        try await takeTurn(call)
        let sent = wallClock()
        let answer: HTTPAnswer
        do {
            answer = try await transport.send(exchange)
        } catch {
            throw failure(error, call)
        }
        let received = wallClock()
        note(answer, of: call)
        let envelope = TinkoffEnvelope(answer, call)
        log.debug(
            "the venue answered",
            metadata: [
                "method": "\(call.method)", "status": "\(answer.status)", "tracking": "\(envelope.trackingID ?? "")",
            ])
        let message: JSONValue
        do {
            message = try envelope.message()
        } catch {
            // The gateway's own refusals carry no code; those of the service may come without a 429.
            if error.verdict == .throttled, answer.status != 429 {
                budgets[limits.share(of: call).group]?.refused(retryAfter: reset(answer), at: uptime())
            }
            throw error
        }
        takeTime(answer, message, sent: sent, received: received)
        lastSuccess = (received, received - sent)
        return message
    }

    private func takeTime(_ answer: HTTPAnswer, _ message: JSONValue, sent: Timestamp, received: Timestamp) {
        if let exact = TinkoffTime.read(message["responseMetadata"]?["serverTime"]?.string) {
            clock.take(venue: exact, sent: sent, received: received)
        } else if clock.roundTrip == nil, let second = TinkoffTime.header(answer.header("date")) {
            // Exact to half a second: good enough until something better comes.
            let half = TimeSpan(milliseconds: 500)
            clock.take(venue: second + half, sent: sent - half, received: received + half)
        }
    }

    private func exchange(_ call: TinkoffCall) throws(TinkoffFailure) -> HTTPExchange {
        guard let token = settings.token else {
            throw TinkoffFailure(
                verdict: .configuration,
                error: VenueError(
                    .configuration, code: "TINKOFF_NO_TOKEN",
                    message: "set TINKOFF_API_TOKEN: this venue tells nothing without a token"))
        }
        return HTTPExchange(
            method: "POST", base: settings.restBase, target: call.target,
            headers: [
                ("Authorization", "Bearer \(token.revealed)"), ("Content-Type", "application/json"),
                ("Accept", "application/json"), ("x-app-name", settings.appName),
            ], body: Array(call.body.text.utf8), deadline: settings.deadline)
    }

    private nonisolated func failure(_ failure: TransportFailure, _ call: TinkoffCall) -> TinkoffFailure {
        let text = "\(settings.restBase)/\(call.method): \(failure)"
        if let advice = TinkoffErrors.trust(text, hasFile: settings.trust.extraFile != nil) {
            return TinkoffFailure(
                verdict: .configuration, error: VenueError(.configuration, code: "TINKOFF_TRUST", message: advice))
        }
        return switch (failure, call.effect) {
        case (.notSent, _):
            TinkoffFailure(verdict: .retry, error: VenueError(.retryable, code: "TINKOFF_UNREACHABLE", message: text))
        case (.lost, .reads):
            TinkoffFailure(verdict: .retry, error: VenueError(.retryable, code: "TINKOFF_NO_ANSWER", message: text))
        case (.lost, .repeats), (.lost, .changes):
            TinkoffFailure(
                verdict: .unknown, error: VenueError(.unknownOutcome, code: "TINKOFF_NO_ANSWER", message: text))
        }
    }

    /// Obeys what the answer says about limits.
    private func note(_ answer: HTTPAnswer, of call: TinkoffCall) {
        let (now, group) = (uptime(), limits.share(of: call).group)
        if answer.status == 429 {
            budgets[group]?.refused(retryAfter: reset(answer), at: now)
            return
        }
        budgets[group]?.accepted()
        if let rest = Self.leading(answer.header("x-ratelimit-remaining")) {
            budgets[group]?.remaining(rest, at: now)
        }
    }

    /// When the window of the limit ends.
    private func reset(_ answer: HTTPAnswer) -> Duration? {
        Self.leading(answer.header("x-ratelimit-reset")).map { .seconds(min($0, 300)) } ?? answer.retryAfter
    }

    /// The first whole number of a header line such as `300, 300;w=60`.
    private static func leading(_ text: String?) -> Int? {
        text.flatMap { Int($0.prefix { $0.isNumber }) }
    }
}
