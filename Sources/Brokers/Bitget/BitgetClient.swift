package import Core
import Foundation

/// Why a call failed: what it asks for here, and what the rest of the house is told.
package struct BitgetFailure: Error, Hashable, Sendable {
    /// What the venue's answer asks for.
    package let verdict: BitgetVerdict
    /// The error by remedy.
    package let error: VenueError
}

/// Sends calls: budgets, clock, signature, envelope, and what may be repeated.
///
/// Reading calls are repeated when an answer is lost. Changing calls are sent once; only what was certainly not looked
/// at (a wrong clock, too many requests) is sent again, with the same body and so the same client id.
package actor BitgetClient {
    /// How long a vital call goes on through answers of "too many". It tries four times a second, so that it passes
    /// as soon as they end; giving up earlier would only add the waits of whoever asks again.
    private static let vitalPatience = Duration.seconds(8)
    /// How long a reading waits for its turn.
    private static let readingPatience = Duration.seconds(20)
    /// The code of our own refusal to send more.
    private static let ownThrottle = "BITGET_THROTTLED"
    /// All calls together, each second: the venue allows 6000 a minute.
    private static let overallPerSecond = 100.0

    package nonisolated let settings: BitgetSettings
    private let transport: HTTPTransport
    private let signer: BitgetSigner?
    private let wallClock: @Sendable () -> Timestamp
    private let start = ContinuousClock.now
    private var budgets: [String: RequestBudget] = [:]
    private var overall: RequestBudget
    private var clock = ClockOffset()
    private var hasWorked = false
    /// When a call last succeeded, and its round trip.
    package private(set) var lastSuccess: (at: Timestamp, roundTrip: TimeSpan)?

    /// A client that has not called yet.
    ///
    /// - Throws: ``TrustFault`` when the file of extra roots cannot be read.
    package init(
        _ settings: BitgetSettings,
        wallClock: @escaping @Sendable () -> Timestamp = {
            Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        }
    ) throws {
        self.settings = settings
        self.wallClock = wallClock
        transport = try HTTPTransport(trust: settings.trust)
        signer = settings.credentials.map(BitgetSigner.init)
        overall = RequestBudget(perSecond: Self.overallPerSecond * settings.pace, reserve: 0.3, at: .zero)
    }

    /// Closes all connections.
    package func shutdown() async { await transport.shutdown() }

    private func uptime() -> Duration { start.duration(to: .now) }

    /// The venue's time now, as far as we know.
    package func venueNow() -> Timestamp { clock.venueTime(at: wallClock()) }

    /// How far the venue's clock is ahead of ours, after a fresh reading.
    package func measuredOffset() async throws(BitgetFailure) -> TimeSpan {
        try await readClock()
        return clock.offset
    }

    /// The login of a private stream, by the venue's clock.
    func login() async -> String? {
        if clock.isStale(at: wallClock()) { try? await readClock() }
        return signer?.login(at: venueNow(), inSeconds: settings.loginInSeconds)
    }

    /// The stream found our time wrong.
    func distrustClock() { clock.distrust() }

    /// Asks, and reads the answer.
    package func ask<Answer>(_ question: BitgetQuestion<Answer>) async throws(BitgetFailure) -> Answer {
        let data = try await repeated(question.call)
        do {
            return try question.read(data)
        } catch {
            // An order whose answer makes no sense may be there.
            let isReading = question.call.effect == .reads
            throw BitgetFailure(
                verdict: isReading ? .retry : .unknown,
                error: isReading ? error : VenueError(.unknownOutcome, code: error.code, message: error.message))
        }
    }

    private func repeated(_ call: BitgetCall) async throws(BitgetFailure) -> JSONValue {
        let begun = uptime()
        var (clockTries, lostTries, signatureTries) = (0, 0, 0)
        while true {
            do throws(BitgetFailure) {
                return try await once(call)
            } catch {
                switch error.verdict {
                case .clock where clockTries == 0:
                    clockTries += 1
                    clock.distrust()
                    try await readClock()
                case .throttled where error.error.code != Self.ownThrottle && uptime() - begun < patience(call):
                    break  // The budget knows how long to hold it, and refuses what would wait too long.
                case .configuration where error.error.code == "BITGET_40009" && hasWorked && signatureTries == 0:
                    signatureTries += 1
                case .unknown where call.effect == .reads && lostTries < 2,
                    .retry where call.effect == .reads && lostTries < 2:
                    lostTries += 1
                    guard (try? await Task.sleep(for: .milliseconds(100 << lostTries))) != nil else { throw error }
                default: throw error
                }
            }
        }
    }

    /// How long a call may be held up altogether.
    private func patience(_ call: BitgetCall) -> Duration {
        switch call.urgency {
        case .entry: .zero
        case .vital: Self.vitalPatience
        case .reading: Self.readingPatience
        }
    }

    /// Waits for the turn of a call; an entry does not wait.
    private func takeTurn(_ call: BitgetCall) async throws(BitgetFailure) {
        let patience = patience(call)
        let begun = uptime()
        while true {
            let now = uptime()
            var budget = budgets[call.path] ?? RequestBudget(perSecond: call.perSecond * settings.pace, at: now)
            var wait = max(budget.wait(call.urgency, at: now), overall.wait(call.urgency, at: now))
            if wait == .zero {
                _ = budget.take(call.urgency, at: now)
                _ = overall.take(call.urgency, at: now)
                budgets[call.path] = budget
                return
            }
            budgets[call.path] = budget
            if now - begun + wait > patience {
                let message = "\(call.path) was called as often as the venue allows; not sent"
                throw BitgetFailure(
                    verdict: .throttled, error: VenueError(.rateLimited, code: Self.ownThrottle, message: message))
            }
            wait = max(wait, .milliseconds(1))
            guard (try? await Task.sleep(for: wait)) != nil else {
                throw BitgetFailure(
                    verdict: .retry, error: VenueError(.retryable, code: "CANCELLED", message: "\(call.path) given up"))
            }
        }
    }

    private func once(_ call: BitgetCall) async throws(BitgetFailure) -> JSONValue {
        if !call.isPublic, clock.isStale(at: wallClock()) { try await readClock() }
        try await takeTurn(call)
        let exchange = try exchange(call)
        let sent = wallClock()
        let answer: HTTPAnswer
        do {
            answer = try await transport.send(exchange)
        } catch {
            throw failure(error, call)
        }
        let received = wallClock()
        note(answer, of: call)
        let envelope = try BitgetEnvelope(answer, call)
        if let server = envelope.serverTime { clock.take(venue: server, sent: sent, received: received) }
        let data: JSONValue
        do {
            data = try envelope.data(call, at: clock.venueTime(at: received))
        } catch {
            // Some limits are told by the code alone.
            if error.verdict == .throttled, answer.status != 429 {
                budgets[call.path]?.refused(retryAfter: nil, at: uptime())
            }
            throw error
        }
        hasWorked = hasWorked || !call.isPublic
        lastSuccess = (received, received - sent)
        return data
    }

    private func exchange(_ call: BitgetCall) throws(BitgetFailure) -> HTTPExchange {
        let body = call.body.map { Array($0.text.utf8) }
        var headers = [("locale", "en-US"), ("Content-Type", "application/json")]
        if settings.isDemo { headers.append(("paptrading", "1")) }
        if !call.isPublic {
            guard let signer else {
                throw BitgetFailure(
                    verdict: .configuration,
                    error: VenueError(
                        .configuration, code: "BITGET_NO_KEYS",
                        message: "set BITGET_API_KEY, BITGET_API_SECRET and BITGET_API_PASSPHRASE"))
            }
            headers += signer.headers(
                timestamp: String(venueNow().milliseconds), method: call.method, target: call.target, body: body ?? [])
        }
        return HTTPExchange(
            method: call.method, base: settings.baseURL, target: call.target, headers: headers, body: body,
            deadline: settings.deadline)
    }

    private nonisolated func failure(_ failure: TransportFailure, _ call: BitgetCall) -> BitgetFailure {
        let text = "\(settings.baseURL)\(call.path): \(failure)"
        return switch (failure, call.effect) {
        case (.notSent, _):
            BitgetFailure(verdict: .retry, error: VenueError(.retryable, code: "BITGET_UNREACHABLE", message: text))
        case (.lost, .reads):
            BitgetFailure(verdict: .retry, error: VenueError(.retryable, code: "BITGET_NO_ANSWER", message: text))
        case (.lost, .changes):
            BitgetFailure(
                verdict: .unknown, error: VenueError(.unknownOutcome, code: "BITGET_NO_ANSWER", message: text))
        }
    }

    /// Obeys what the answer says about limits.
    private func note(_ answer: HTTPAnswer, of call: BitgetCall) {
        let now = uptime()
        if answer.status == 429 {
            budgets[call.path]?.refused(retryAfter: answer.retryAfter, at: now)
            return
        }
        budgets[call.path]?.accepted()
        if let rest = answer.header("x-mbx-used-remain-limit").flatMap(Int.init) {
            budgets[call.path]?.remaining(rest, at: now)
        }
    }

    private func readClock() async throws(BitgetFailure) {
        let call = BitgetCall.get("/api/v2/public/time", perSecond: 20, isPublic: true, urgency: .vital)
        try await takeTurn(call)
        let sent = wallClock()
        let answer: HTTPAnswer
        let exchange = try exchange(call)
        do { answer = try await transport.send(exchange) } catch { throw failure(error, call) }
        let received = wallClock()
        let data = try BitgetEnvelope(answer, call).data(call, at: received)
        guard let time = data["serverTime"]?.moment else {
            throw BitgetFailure(verdict: .retry, error: BitgetErrors.malformed(call.path, "no serverTime"))
        }
        clock.take(venue: time, sent: sent, received: received, forced: true)
    }
}
