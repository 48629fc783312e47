import Brokers
import Core
import Testing

@Suite(.fewAtOnce) struct BackoffTests {
    @Test func waitsFollowTheStepsWithinTheJitter() {
        var (backoff, random) = (Backoff(), SeededRandom(seed: 1))
        for step in [1, 2, 5, 10, 30, 30, 30] {
            let wait = backoff.failed(at: .zero, random: &random)
            #expect(wait >= .milliseconds(500 * step) && wait <= .milliseconds(1500 * step))
        }
    }

    @Test func onlyALastingSuccessBeginsAnew() {
        var (backoff, random) = (Backoff(), SeededRandom(seed: 1))
        for _ in 0..<4 { _ = backoff.failed(at: .zero, random: &random) }
        backoff.succeeded(at: .seconds(100))
        #expect(backoff.failed(at: .seconds(101), random: &random) >= .seconds(15))
        backoff.succeeded(at: .seconds(200))
        #expect(backoff.failed(at: .seconds(260), random: &random) <= .milliseconds(1500))
    }

    @Test func jitterSpreadsAndIsReproducible() {
        func waits(_ seed: UInt64) -> [Duration] {
            var (backoff, random) = (Backoff(), SeededRandom(seed: seed))
            return (0..<5).map { _ in backoff.failed(at: .zero, random: &random) }
        }
        #expect(waits(1) == waits(1))
        #expect(Set((0..<50).map { waits($0)[0] }).count > 40)
    }
}

@Suite(.fewAtOnce) struct StreamWatchTests {
    private let limits = StreamWatch.Limits(ping: .seconds(2), silence: .seconds(5), age: .seconds(20))

    @Test func silenceIsDeadAndAnyWordIsLife() {
        var watch = StreamWatch(limits, at: .zero)
        watch.hear(at: .seconds(4))
        #expect(watch.due(at: .seconds(5)) == .ping)
        #expect(watch.due(at: .milliseconds(8999)) == .ping)
        #expect(watch.due(at: .seconds(9)) == .dead)
    }

    /// All short histories of hearing and looking, against the rules said plainly.
    @Test func everyShortHistoryKeepsTheRules() {
        for history in 0..<(1 << 12) {
            var watch = StreamWatch(limits, at: .zero)
            var (heard, pinged) = (0, 0)
            for second in 1...12 {
                let now = Duration.seconds(second)
                if history & (1 << (second - 1)) != 0 {
                    watch.hear(at: now)
                    heard = second
                    continue
                }
                let expected: StreamWatch.Act? =
                    second - heard >= 5 ? .dead : second - pinged >= 2 ? .ping : nil
                #expect((watch.nextDeadline <= now) == (expected != nil))
                #expect(watch.due(at: now) == expected)
                if expected == .ping { pinged = second }
                if expected == .dead { break }
            }
        }
    }

    @Test func aQuestionIsAnsweredInTimeAndAPongIsNoAnswer() {
        var watch = StreamWatch(StreamWatch.Limits(answer: .seconds(3)), at: .zero)
        watch.ask(at: .seconds(1))
        watch.hear(at: .seconds(3))
        #expect(watch.nextDeadline == .seconds(4) && watch.due(at: .milliseconds(3999)) == nil)
        #expect(watch.due(at: .seconds(4)) == .unanswered)
        watch.answered()
        #expect(watch.due(at: .seconds(5)) == nil && watch.nextDeadline == .seconds(20))
    }

    @Test func oldConnectionsAreRenewed() {
        var watch = StreamWatch(limits, at: .seconds(100))
        watch.hear(at: .seconds(119))
        #expect(watch.nextDeadline == .seconds(102))
        #expect(watch.due(at: .seconds(120)) == .renew)
    }
}

@Suite(.fewAtOnce) struct RetryAfterTests {
    @Test(arguments: [
        ("30", 30), ("Wed, 21 Oct 2026 07:28:30 GMT", 30), ("Wed, 21 Oct 2026 07:27:00 GMT", nil), ("soon", nil),
        ("-1", nil), ("99999", nil),
    ]) func isReadInSecondsAndAsADate(text: String, seconds: Int?) {
        let wait = HTTPAnswer.wait(text, since: "Wed, 21 Oct 2026 07:28:00 GMT")
        #expect(wait == seconds.map { .seconds($0) })
    }
}

@Suite(.fewAtOnce) struct RequestBudgetTests {
    @Test func theReserveIsForVitalRequests() {
        var budget = RequestBudget(perSecond: 10, reserve: 0.3, at: .zero)
        for _ in 0..<7 { #expect(budget.take(.entry, at: .zero) == nil) }
        #expect(budget.take(.entry, at: .zero) == .milliseconds(100))
        #expect(budget.take(.reading, at: .zero) != nil)
        for _ in 0..<3 { #expect(budget.take(.vital, at: .zero) == nil) }
        #expect(budget.take(.vital, at: .zero) == .milliseconds(100))
    }

    /// However requests come, no more leave in any second than the venue allows at once and refills.
    @Test(arguments: 0..<20) func neverMoreThanAllowed(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var budget = RequestBudget(perSecond: 5, reserve: 0.4, at: .zero)
        var (now, sent): (Duration, [Duration]) = (.zero, [])
        for _ in 0..<2000 {
            now += .milliseconds(random.below(60))
            let urgency = RequestUrgency.allCases[random.below(3)]
            if budget.take(urgency, at: now) == nil { sent.append(now) }
            #expect(sent.count { now - $0 <= .seconds(1) } <= 10)
        }
        #expect(sent.count > 100)
    }

    @Test func whatItSaysToWaitIsEnough() {
        for taken in 0...10 {
            for urgency in RequestUrgency.allCases {
                var budget = RequestBudget(perSecond: 10, reserve: 0.3, at: .zero)
                for _ in 0..<taken { _ = budget.take(.vital, at: .zero) }
                guard let wait = budget.take(urgency, at: .zero) else { continue }
                #expect(budget.take(urgency, at: wait) == nil)
            }
        }
    }

    @Test func tooManyHoldsEntriesLongAndVitalRequestsShortly() {
        var budget = RequestBudget(perSecond: 10, at: .zero)
        var longest = Duration.zero
        for round in 0..<2000 {
            budget.refused(retryAfter: nil, at: .seconds(round))
            #expect(budget.wait(.vital, at: .seconds(round)) <= RequestBudget.vitalHold)
            longest = max(longest, budget.wait(.entry, at: .seconds(round)))
            // One, two, four, eight seconds: the fifth hold begins with the sixteenth refusal.
            if round == 15 { #expect(longest == .seconds(16)) }
        }
        #expect(longest == RequestBudget.longestHold)
    }

    /// Vital requests ask on four times a second: what they are told is one storm, not twelve of them.
    @Test func aShortStormHoldsEntriesForSecondsAlone() {
        var budget = RequestBudget(perSecond: 10, at: .zero)
        for round in 0..<12 { budget.refused(retryAfter: nil, at: .milliseconds(250 * round)) }
        let wait = budget.wait(.entry, at: .milliseconds(2_750))
        #expect(wait > .zero && wait <= .seconds(8), "\(wait)")
    }

    @Test func retryAfterIsObeyed() {
        var budget = RequestBudget(perSecond: 10, at: .zero)
        budget.refused(retryAfter: .seconds(7), at: .zero)
        #expect(budget.wait(.entry, at: .zero) == .seconds(7))
        #expect(budget.wait(.entry, at: .seconds(8)) == .zero)
    }

    @Test func theVenuesOwnCountWins() {
        var budget = RequestBudget(perSecond: 10, reserve: 0.3, at: .zero)
        budget.remaining(1, at: .zero)
        #expect(budget.take(.entry, at: .zero) != nil)
        #expect(budget.take(.vital, at: .zero) == nil)
        #expect(budget.take(.vital, at: .zero) != nil)
    }

    @Test func anEndpointOfOneRequestIsForEverybody() {
        var budget = RequestBudget(perSecond: 1, at: .zero)
        #expect(budget.take(.reading, at: .zero) == nil)
        #expect(budget.take(.reading, at: .zero) == .seconds(1))
    }
}

@Suite(.fewAtOnce) struct ClockOffsetTests {
    private func moment(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    @Test func theOffsetIsTakenFromTheMiddle() {
        var clock = ClockOffset()
        #expect(clock.isStale(at: moment(0)))
        clock.take(venue: moment(11_050), sent: moment(1000), received: moment(1100))
        #expect(clock.offset == .milliseconds(10_000))
        #expect(clock.venueTime(at: moment(2000)) == moment(12_000))
    }

    @Test func aSlowerSampleDoesNotReplaceAQuickOne() {
        var clock = ClockOffset()
        clock.take(venue: moment(1005), sent: moment(1000), received: moment(1010))
        clock.take(venue: moment(2600), sent: moment(2000), received: moment(3000))
        #expect(clock.offset == .zero)
        clock.take(venue: moment(9000), sent: moment(2000), received: moment(3000), forced: true)
        #expect(clock.offset == .milliseconds(6500))
        clock.distrust()
        #expect(clock.isStale(at: moment(3001)))
    }

    /// Our clock was set five seconds ahead: whoever keeps the quicker sample is wrong for ten minutes.
    @Test func aSlowerSampleThatContradictsAQuickOneReplacesIt() {
        var clock = ClockOffset()
        clock.take(venue: moment(1045), sent: moment(1000), received: moment(1090))
        clock.take(venue: moment(2050), sent: moment(7000), received: moment(7100))
        #expect(clock.offset == .milliseconds(-5000))
        // And back again.
        clock.take(venue: moment(3050), sent: moment(3000), received: moment(3100))
        #expect(clock.offset == .zero)
    }

    @Test func aSampleIsTakenAgainAfterTenMinutes() {
        var clock = ClockOffset()
        clock.take(venue: moment(1005), sent: moment(1000), received: moment(1010))
        #expect(!clock.isStale(at: moment(601_009)))
        #expect(clock.isStale(at: moment(601_010)))
    }
}

@Suite(.fewAtOnce) struct SecretTests {
    @Test func secretsAreNeverShown() {
        let secret = Secret("sesame")
        for text in ["\(secret)", String(reflecting: secret)] {
            #expect(!text.contains("sesame"))
        }
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("sesame"))
    }

    @Test(arguments: [
        ("wss://stream.example.com/v2/ws/public", "wss://stream.example.com:443/v2/ws/public"),
        ("ws://127.0.0.1:8080", "ws://127.0.0.1:8080/"), ("http://x", nil), ("wss://", nil), ("ws://h:99999/", nil),
        ("ws://a:b/", nil), ("ws://h/ü", nil),
    ]) func streamAddressesAreReadOrRefused(text: String, expected: String?) {
        #expect(WebSocketAddress(text)?.description == expected)
    }
}
