package import Core
import Foundation

/// Why a call failed: what it asks for here, and what the rest of the house is told.
package typealias BitgetFailure = VenueFailure<BitgetVerdict>

/// Sends calls of this venue: signature, clock and envelope; ``RequestLoop`` knows turns, limits and repetitions.
package actor BitgetClient {
    /// All calls together, each second: the venue allows 6000 a minute, and locks for five minutes whoever sends more.
    /// The first minute has a full bucket besides, so that it is sixty-one times as much.
    private static let overallPerSecond = 98.0

    package nonisolated let settings: BitgetSettings
    private let transport: HTTPTransport
    private let loop: RequestLoop<BitgetVerdict>
    private let signer: BitgetSigner?
    private let wallClock: @Sendable () -> Timestamp
    private var hasWorked = false
    /// The first look at the venue's clock; every private call waits for it, at most ``glance``.
    private var firstLook: Task<Void, Never>?
    /// A later look, beside the calls.
    private var laterLook: Task<Void, Never>?
    private var lookedAt: ContinuousClock.Instant?

    /// How long a look at the clock may take that somebody waits for.
    private static let glance = Duration.seconds(1)
    private static let clockPath = "/api/v2/public/time"
    /// Between two looks beside the calls.
    private static let lookPause = Duration.seconds(5)

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
        // A vital call tries four times a second, so that it passes as soon as a storm of "too many" ends; giving up
        // earlier would only add the waits of whoever asks again.
        var rules = RequestRules(
            prefix: "BITGET", vitalPatience: .seconds(8),
            overall: RequestBudget(perSecond: Self.overallPerSecond * settings.pace, reserve: 0.3, at: .zero),
            remaining: "x-mbx-used-remain-limit")
        rules.counts = settings.counts
        loop = RequestLoop(rules, over: transport, wallClock: wallClock)
    }

    /// Closes all connections.
    package func shutdown() async {
        firstLook?.cancel()
        laterLook?.cancel()
        await transport.shutdown()
    }

    /// When a call last succeeded, and its round trip.
    package var lastSuccess: (at: Timestamp, roundTrip: TimeSpan)? { loop.lastSuccess }

    /// The venue's time now, as far as we know.
    package func venueNow() -> Timestamp { loop.venueNow }

    /// The venue's time now; its clock is looked at first where nobody did.
    func lookedUpNow() async -> Timestamp {
        await settleClock()
        return venueNow()
    }

    /// How far the venue's clock is ahead of ours, after a fresh reading.
    package func measuredOffset() async throws(BitgetFailure) -> TimeSpan {
        try await readClock()
        return loop.clock.offset
    }

    /// The login of a private stream, by the venue's clock.
    func login() async -> String? {
        await settleClock()
        // Found wrong by the stream, whose refusals tell no time.
        if !loop.clock.isKnown { try? await readClock(within: Self.glance) }
        return signer?.login(at: venueNow(), inSeconds: settings.loginInSeconds)
    }

    /// The stream found our time wrong.
    func distrustClock() { loop.clock.distrust() }

    /// Asks, and reads the answer.
    package func ask<Answer>(_ question: BitgetQuestion<Answer>) async throws(BitgetFailure) -> Answer {
        try await dated(question).answer
    }

    /// Asks, and reads the answer and the venue's time of it; nil where it tells none.
    func dated<Answer>(
        _ question: BitgetQuestion<Answer>
    ) async throws(BitgetFailure) -> (answer: Answer, at: Timestamp?) {
        let told = try await content(question.call)
        let answer = try question.answer(told.data, judgedBy: BitgetVerdict.self, known: BitgetErrors.verdict(of:))
        return (answer, told.at)
    }

    private func content(_ call: BitgetCall) async throws(BitgetFailure) -> (data: JSONValue, at: Timestamp?) {
        if !call.isPublic { await settleClock() }
        var (clockTries, signatureTries) = (0, 0)
        return try await loop.send(
            pace(call),
            exchange: { () throws(BitgetFailure) in try exchange(call) },
            read: { answer throws(BitgetFailure) in try read(answer, of: call) },
            mend: { failure async throws(BitgetFailure) in
                switch failure.verdict {
                case .clock where clockTries == 0:
                    clockTries += 1
                    // The refusal told the venue's time; where it did not, the clock is asked, but not for long.
                    if !loop.clock.isKnown { try? await readClock(within: Self.glance) }
                    return true
                case .configuration where failure.error.code == "BITGET_40009" && hasWorked && signatureTries == 0:
                    signatureTries += 1
                    return true
                default: return false
                }
            })
    }

    private nonisolated func pace(_ call: BitgetCall) -> RequestPace {
        let perSecond = call.perSecond * settings.pace
        return RequestPace(call.path, group: call.path, urgency: call.urgency, isReading: call.isReading) { now in
            RequestBudget(perSecond: perSecond, at: now)
        }
    }

    private func read(
        _ timed: TimedAnswer, of call: BitgetCall
    ) throws(BitgetFailure) -> (data: JSONValue, at: Timestamp?) {
        let envelope = try BitgetEnvelope(timed.answer, call, hiding: settings.credentials)
        if let server = envelope.serverTime {
            loop.clock.take(venue: server, sent: timed.sent, received: timed.received)
        }
        let data: JSONValue
        do {
            data = try envelope.data(call, at: loop.clock.venueTime(at: timed.received))
        } catch {
            if error.verdict == .clock {
                loop.clock.distrust()
                if let server = envelope.serverTime {
                    loop.clock.take(venue: server, sent: timed.sent, received: timed.received, forced: true)
                }
            }
            throw error
        }
        hasWorked = hasWorked || !call.isPublic
        return (data, envelope.serverTime)
    }

    private func exchange(_ call: BitgetCall) throws(BitgetFailure) -> HTTPExchange {
        let body = call.body.map { Array($0.text.utf8) }
        var headers = [("locale", "en-US"), ("Content-Type", "application/json")]
        // The clock is the same for both environments, and the question for it is known to fail with the word for one.
        if settings.isDemo, call.path != Self.clockPath { headers.append(("paptrading", "1")) }
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

    /// Sees to it that the clock was looked at once. An old sample is refreshed beside the calls, never before one:
    /// clocks drift slowly, a wrong one is told by the refusal of a call, and an exit waits for nothing.
    private func settleClock() async {
        if firstLook == nil {
            lookedAt = .now
            firstLook = Task { try? await readClock(within: Self.glance) }
        }
        await firstLook?.value
        guard loop.clock.isStale(at: wallClock()), laterLook == nil,
            lookedAt.map({ ContinuousClock.now - $0 >= Self.lookPause }) ?? true
        else { return }
        lookedAt = .now
        laterLook = Task {
            try? await readClock(within: Self.glance)
            laterLook = nil
        }
    }

    /// Reads the venue's clock.
    ///
    /// - Parameter limit: One attempt that takes no longer; nil for what readings usually take.
    private func readClock(within limit: Duration? = nil) async throws(BitgetFailure) {
        let call = BitgetCall.get(Self.clockPath, perSecond: 20, isPublic: true, urgency: .vital)
        var pace = pace(call)
        if limit != nil { (pace.patience, pace.isReading) = (.zero, false) }
        try await loop.send(
            pace,
            exchange: { () throws(BitgetFailure) in
                var exchange = try exchange(call)
                if let limit { exchange.deadline = min(exchange.deadline, limit) }
                return exchange
            },
            read: { timed throws(BitgetFailure) in
                let data = try BitgetEnvelope(timed.answer, call, hiding: settings.credentials)
                    .data(call, at: timed.received)
                guard let time = data["serverTime"]?.moment else {
                    throw BitgetFailure(verdict: .retry, error: BitgetErrors.malformed(call.path, "no serverTime"))
                }
                loop.clock.take(venue: time, sent: timed.sent, received: timed.received, forced: true)
            },
            mend: { _ async throws(BitgetFailure) in false })
    }
}
