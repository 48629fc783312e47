package import Core
import Foundation
import Logging

/// Sends calls of this venue: authorization, limits of the account and envelope; ``RequestLoop`` knows turns and
/// repetitions.
package actor TinkoffClient {
    package nonisolated let settings: TinkoffSettings
    private let transport: HTTPTransport
    private let loop: RequestLoop<TinkoffVerdict>
    private let wallClock: @Sendable () -> Timestamp
    private let log = Logger(label: "venue")
    private var limits = TinkoffLimits()

    /// A client that has not called yet.
    ///
    /// - Throws: ``TrustFault`` when the file of extra roots cannot be read.
    package init(
        _ settings: TinkoffSettings, wallClock: @escaping @Sendable () -> Timestamp = TinkoffClient.systemClock
    ) throws {
        self.settings = settings
        self.wallClock = wallClock
        transport = try HTTPTransport(trust: settings.trust)
        var rules = RequestRules(
            prefix: "TINKOFF", vitalPatience: .seconds(3),
            overall: RequestBudget(perSecond: TinkoffLimits.overallPerSecond, reserve: 0.3, at: .zero),
            remaining: "x-ratelimit-remaining")
        rules.reset = "x-ratelimit-reset"
        let hasFile = settings.trust.extraFile != nil
        rules.advice = { text in
            TinkoffErrors.trust(text, hasFile: hasFile).map {
                VenueError(.configuration, code: TinkoffErrors.trustCode, message: $0)
            }
        }
        loop = RequestLoop(rules, over: transport, wallClock: wallClock)
    }

    /// The time of this machine.
    package static let systemClock: @Sendable () -> Timestamp = {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// Closes all connections.
    package func shutdown() async { await transport.shutdown() }

    /// When a call last succeeded, and its round trip.
    package var lastSuccess: (at: Timestamp, roundTrip: TimeSpan)? { loop.lastSuccess }

    /// The venue's time now, as far as we know.
    package func venueNow() -> Timestamp { loop.venueNow }

    /// How far the venue's clock is ahead of ours; nil before it told its time.
    package func clockOffset() -> TimeSpan? { loop.clock.roundTrip == nil ? nil : loop.clock.offset }

    /// A stream's message told the venue's time; what it took to get here is not known, and a second at most.
    func heardTime(_ moment: Timestamp) {
        guard loop.clock.isStale(at: wallClock()) else { return }
        let now = wallClock()
        guard abs((moment - now).milliseconds) < 3_600_000 else { return }
        loop.clock.take(venue: moment, sent: now - .seconds(1), received: now + .seconds(1))
    }

    /// Takes the account's own limits.
    func takeLimits(_ tariff: [TinkoffTariffLimit]) {
        limits.take(tariff)
        loop.forgetBudgets()
    }

    /// Asks, and reads the answer.
    package func ask<Answer>(_ question: TinkoffQuestion<Answer>) async throws(TinkoffFailure) -> Answer {
        let call = question.call
        let share = limits.share(of: call)
        let pace = RequestPace(call.method, group: share.group, urgency: call.urgency, isReading: call.isReading) {
            TinkoffLimits.budget(share, at: $0)
        }
        let message = try await loop.send(
            pace,
            exchange: { () throws(TinkoffFailure) in try exchange(call) },
            read: { answer throws(TinkoffFailure) in try read(answer, of: call) },
            mend: { _ async throws(TinkoffFailure) in false })
        return try question.answer(message, judgedBy: TinkoffVerdict.self)
    }

    private func read(_ timed: TimedAnswer, of call: TinkoffCall) throws(TinkoffFailure) -> JSONValue {
        let envelope = TinkoffEnvelope(timed.answer, call, hiding: settings.token)
        log.debug(
            "the venue answered",
            metadata: [
                "method": "\(call.method)", "status": "\(timed.answer.status)",
                "tracking": "\(envelope.trackingID ?? "")",
            ])
        let message = try envelope.message()
        takeTime(timed, message)
        return message
    }

    private func takeTime(_ timed: TimedAnswer, _ message: JSONValue) {
        if let exact = TinkoffTime.read(message["responseMetadata"]?["serverTime"]?.string) {
            loop.clock.take(venue: exact, sent: timed.sent, received: timed.received)
        } else if loop.clock.roundTrip == nil, let second = TinkoffTime.header(timed.answer.header("date")) {
            // Exact to half a second: good enough until something better comes.
            let half = TimeSpan(milliseconds: 500)
            loop.clock.take(venue: second + half, sent: timed.sent - half, received: timed.received + half)
        }
    }

    private nonisolated func exchange(_ call: TinkoffCall) throws(TinkoffFailure) -> HTTPExchange {
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
}
